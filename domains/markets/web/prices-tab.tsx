/** Precios: every price with its source and doubts, those that wait for a decision, and how the providers fare. */
import { Ellipsis, History, PencilLine, SearchCheck } from 'lucide-react';
import { useMemo, useState } from 'react';
import { type ApiOutput, useApi } from '#web/api';
import { ratioOfPercent, type Translate, useTexts } from '#web/i18n';
import { useCan } from '#web/shell';
import { type Column, EmptyState, IconButton, Menu, Percent, RelativeTime, Stack, Table } from '#web/ui';
import { HistoryDialog } from './history-dialog.tsx';
import { HistoryGapsCard } from './history-gaps-card.tsx';
import { historyTexts } from './history-texts.ts';
import { labelOf } from './instrument-field.tsx';
import { newestPrice, type PricedPrice } from './live-prices.ts';
import { type MarketsKey, marketsTexts } from './markets-texts.ts';
import { ManualPriceDialog, ProviderSymbolDialog } from './price-dialogs.tsx';
import { PriceDoubts, PriceFigure } from './price-figure.tsx';
import { ProvidersCard } from './providers-card.tsx';
import { QuarantineCard } from './quarantine-card.tsx';

type PriceRow = ApiOutput<'GET /api/markets/prices'>['items'][number];
type What = 'history' | 'price' | 'symbol';
type Asked = { readonly what: What; readonly row: PriceRow } | null;

const REFRESH_MS = 60_000; // Ages and doubts change without a tick.

export function PricesTab({ livePrices }: { readonly livePrices: ReadonlyMap<string, PricedPrice> }) {
  const t = useTexts(marketsTexts);
  const h = useTexts(historyTexts);
  const prices = useApi('GET /api/markets/prices', {}, { refetchIntervalMs: REFRESH_MS });
  const [asked, setAsked] = useState<Asked>(null);
  const canWritePrice = useCan('markets.price.write');
  const canFixSymbol = useCan('markets.instrument.write');
  const rows = useMemo(
    () =>
      prices.data?.items
        .filter(({ instrument }) => instrument.kind !== 'cash')
        .map((row) => ({ ...row, latest: newestPrice(row.latest, livePrices.get(row.instrument.id)) })),
    [prices.data, livePrices],
  );
  const columns = useMemo(() => {
    const labels = { history: h('history'), price: t('writePrice'), symbol: t('fixSymbol') };
    const what: What[] = ['history'];
    if (canWritePrice) what.push('price');
    if (canFixSymbol) what.push('symbol');
    return [...priceColumns(t), menuColumn(t('actions'), { what, labels, onAsk: setAsked })];
  }, [t, h, canWritePrice, canFixSymbol]);
  return (
    <Stack>
      <QuarantineCard />
      <Table
        title={t('prices')}
        urlName="precios"
        columns={columns}
        rows={rows}
        rowId={(row) => row.instrument.id}
        error={prices.error}
        onRetry={() => void prices.refetch()}
        empty={<EmptyState title={t('noPrices')} detail={t('noPricesDetail')} />}
      />
      <HistoryGapsCard />
      <ProvidersCard />
      {asked?.what === 'history' && <HistoryDialog instrument={asked.row.instrument} onClose={() => setAsked(null)} />}
      {asked?.what === 'price' && <ManualPriceDialog subject={asked.row} onClose={() => setAsked(null)} />}
      {asked?.what === 'symbol' && <ProviderSymbolDialog subject={asked.row} onClose={() => setAsked(null)} />}
    </Stack>
  );
}

function priceColumns(t: Translate<MarketsKey>): Column<PriceRow>[] {
  return [
    {
      id: 'instrument',
      head: t('instrument'),
      card: 'title',
      value: ({ instrument }) => labelOf(instrument),
      cell: ({ instrument, latest }) => (
        <span className="flex min-w-0 flex-wrap items-center gap-2">
          <span className="font-medium">{labelOf(instrument)}</span>
          <PriceDoubts latest={latest} />
        </span>
      ),
    },
    {
      id: 'price',
      head: t('price'),
      kind: 'decimal',
      widthPx: 150,
      card: 'figure',
      value: ({ latest }) => (latest.state === 'priced' ? latest.price : null),
      cell: ({ latest }) => <PriceFigure latest={latest} />,
    },
    {
      id: 'day',
      head: t('day'),
      kind: 'decimal',
      widthPx: 100,
      value: ({ latest }) => (latest.state === 'priced' ? latest.dayChangePercent : null),
      cell: ({ latest }) => <Percent ratio={dayRatio(latest)} isChange />,
    },
    {
      id: 'source',
      head: t('source'),
      widthPx: 190,
      value: ({ instrument, latest }) =>
        latest.state === 'priced' ? sourceText(t, latest.provider, instrument.providerSymbol) : null,
    },
    {
      id: 'age',
      head: t('age'),
      kind: 'number',
      widthPx: 130,
      value: ({ latest }) => (latest.state === 'priced' ? latest.marketAtMs : null),
      cell: ({ latest }) => <RelativeTime atMs={latest.state === 'priced' ? latest.marketAtMs : null} />,
    },
  ];
}

function dayRatio(latest: PriceRow['latest']): string | null {
  if (latest.state === 'missing' || latest.dayChangePercent === null) return null;
  return ratioOfPercent(latest.dayChangePercent);
}

function sourceText(t: Translate<MarketsKey>, provider: PricedPrice['provider'], symbol: string | null): string {
  const name = t(`provider_${provider}`);
  return provider === 'yahoo' && symbol ? `${name} · ${symbol}` : name;
}

const ICONS = { history: History, price: PencilLine, symbol: SearchCheck } as const;

function menuColumn(
  head: string,
  menu: {
    readonly what: readonly What[];
    readonly labels: Readonly<Record<What, string>>;
    readonly onAsk: (asked: Asked) => void;
  },
): Column<PriceRow> {
  const { what, labels, onAsk } = menu;
  return {
    id: 'actions',
    head,
    widthPx: 96,
    align: 'end',
    isSortable: false,
    cell: (row) => (
      <Menu
        trigger={<IconButton icon={Ellipsis} size="sm" label={`${head}: ${labelOf(row.instrument)}`} />}
        groups={[
          what.map((id) => ({ id, label: labels[id], icon: ICONS[id], onSelect: () => onAsk({ what: id, row }) })),
        ]}
      />
    ),
  };
}
