/** Lots and sales as tables: days, units, cost, and what of the gain came from the price and what from the exchange rate. */
import { useMemo } from 'react';
import type { ApiOutput } from '#web/api';
import { currencySymbol, type Translate, useTexts } from '#web/i18n';
import { type Column, DateText, EmptyState, Money, Quantity, Table } from '#web/ui';
import { type PageKey, pageTexts } from './page-texts.ts';

export type Explanation = ApiOutput<'GET /api/portfolios/:portfolioId/explanation'>;
type Lot = Explanation['lots'][number];
type Sale = Explanation['matches'][number];

const PLAIN_ROWS_MAX = 8; // A handful needs neither a filter nor a file of its own.

export function LotsTable({ explanation: { lots, currency } }: { readonly explanation: Explanation }) {
  const t = useTexts(pageTexts);
  const columns = useMemo(() => lotColumns(t, { currency, lots }), [t, currency, lots]);
  return (
    <Table
      title={t('lots')}
      columns={columns}
      rows={lots}
      rowId={(lot) => `${lot.openedBy} ${lot.accountName}`}
      initialSort={{ columnId: 'opened', isDescending: false }}
      isPlain={lots.length <= PLAIN_ROWS_MAX}
      empty={<EmptyState title={t('noLots')} />}
      footer={<span className="text-xs text-muted">{t('splitHint')}</span>}
    />
  );
}

export function SalesTable({ explanation: { matches, currency } }: { readonly explanation: Explanation }) {
  const t = useTexts(pageTexts);
  const columns = useMemo(() => saleColumns(t, currency), [t, currency]);
  const rows = useMemo(() => matches.map((match, index) => ({ ...match, id: String(index) })), [matches]);
  return (
    <Table
      title={t('sales')}
      columns={columns}
      rows={rows}
      rowId={(match) => match.id}
      initialSort={{ columnId: 'sold', isDescending: true }}
      isPlain={rows.length <= PLAIN_ROWS_MAX}
    />
  );
}

function lotColumns(
  t: Translate<PageKey>,
  { currency, lots }: { readonly currency: string; readonly lots: readonly Lot[] },
): Column<Lot>[] {
  const money = (id: 'costBase' | 'value' | 'unrealised' | 'priceGain' | 'fxGain', head: string): Column<Lot> => ({
    id,
    head,
    unit: currencySymbol(currency),
    kind: 'decimal',
    value: (lot) => lot[id],
    cell: (lot) => (
      <Money amount={lot[id]} currency={currency} isUnitHidden isChange={id !== 'costBase' && id !== 'value'} />
    ),
  });
  const isForeign = lots.some((lot) => lot.currency !== currency);
  const ownCost: Column<Lot> = {
    id: 'cost',
    head: t('costIn'),
    kind: 'decimal',
    value: (lot) => lot.cost,
    cell: (lot) => <Money amount={lot.cost} currency={lot.currency} />,
  };
  const accounts = new Set(lots.map((lot) => lot.accountName));
  const account: Column<Lot> = { id: 'account', head: t('account'), value: (lot) => lot.accountName };
  return [
    {
      id: 'opened',
      head: t('opened'),
      card: 'title',
      value: (lot) => lot.openedOn,
      cell: (lot) => <DateText when={lot.openedOn} />,
    },
    ...(accounts.size > 1 ? [account] : []),
    {
      id: 'quantity',
      head: t('units'),
      kind: 'decimal',
      value: (lot) => lot.quantity,
      cell: (lot) => <Quantity quantity={lot.quantity} />,
    },
    ...(isForeign ? [ownCost] : []),
    money('costBase', t('cost')),
    money('value', t('value')),
    { ...money('unrealised', t('gain')), card: 'figure' },
    money('priceGain', t('priceGain')),
    money('fxGain', t('fxGain')),
  ];
}

function saleColumns(t: Translate<PageKey>, currency: string): Column<Sale>[] {
  const money = (
    id: keyof Sale & ('proceeds' | 'cost' | 'gain' | 'priceGain' | 'fxGain'),
    head: string,
  ): Column<Sale> => ({
    id,
    head,
    unit: currencySymbol(currency),
    kind: 'decimal',
    value: (sale) => sale[id],
    cell: (sale) => (
      <Money amount={sale[id]} currency={currency} isUnitHidden isChange={id !== 'proceeds' && id !== 'cost'} />
    ),
  });
  const day = (id: 'soldOn' | 'openedOn', name: 'sold' | 'opened'): Column<Sale> => ({
    id: name,
    head: t(name),
    ...(name === 'sold' ? { card: 'title' as const } : {}),
    value: (sale) => sale[id],
    cell: (sale) => <DateText when={sale[id]} />,
  });
  return [
    day('soldOn', 'sold'),
    day('openedOn', 'opened'),
    {
      id: 'quantity',
      head: t('units'),
      kind: 'decimal',
      value: (sale) => sale.quantity,
      cell: (sale) => <Quantity quantity={sale.quantity} />,
    },
    money('proceeds', t('proceeds')),
    money('cost', t('cost')),
    { ...money('gain', t('gain')), card: 'figure' },
    money('priceGain', t('priceGain')),
    money('fxGain', t('fxGain')),
  ];
}
