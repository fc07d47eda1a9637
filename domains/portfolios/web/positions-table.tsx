/** What a portfolio holds: one row per asset, the whole row opens its lots and operations. */
import { useMemo } from 'react';
import { type ApiOutput, useApi } from '#web/api';
import { currencySymbol, type Translate, useTexts } from '#web/i18n';
import { ButtonLink, type Column, EmptyState, Money, Percent, Quantity, Table } from '#web/ui';
import { PriceCell, type PositionRow } from './price-cell.tsx';
import { type PortfolioKey, portfolioTexts } from './texts.ts';

export function PositionsTable({
  portfolioId,
  onOpen,
}: {
  readonly portfolioId: string;
  readonly onOpen: (position: PositionRow) => void;
}) {
  const t = useTexts(portfolioTexts);
  const positions = useApi('GET /api/portfolios/:portfolioId/positions', { params: { portfolioId } });
  const currency = positions.data?.currency ?? 'EUR';
  const columns = useMemo(() => positionColumns(t, currency), [t, currency]);
  return (
    <Table
      title={t('positions')}
      urlName="posiciones"
      columns={columns}
      rows={positions.data?.items}
      rowId={(position) => position.instrumentId}
      onOpen={onOpen}
      error={positions.error}
      onRetry={() => void positions.refetch()}
      initialSort={{ columnId: 'value', isDescending: true }}
      empty={
        <EmptyState
          title={t('emptyPositions')}
          detail={t('emptyPositionsDetail')}
          action={<ButtonLink to="/importar">{t('importFile')}</ButtonLink>}
        />
      }
    />
  );
}

type Positions = ApiOutput<'GET /api/portfolios/:portfolioId/positions'>;

function positionColumns(t: Translate<PortfolioKey>, currency: Positions['currency']): Column<PositionRow>[] {
  const unit = currencySymbol(currency);
  const money = (id: 'value' | 'cost' | 'unrealised', head: string, isChange: boolean): Column<PositionRow> => ({
    id,
    head,
    unit,
    kind: 'decimal',
    widthPx: 128,
    value: (position) => position[id],
    cell: (position) => <Money amount={position[id]} currency={currency} isUnitHidden isChange={isChange} />,
  });
  return [
    {
      id: 'asset',
      head: t('asset'),
      card: 'title',
      value: (position) => `${position.name} ${position.symbol ?? position.isin ?? ''}`,
      cell: (position) => (
        <span className="flex min-w-0 flex-col">
          <span className="truncate font-medium">{position.name}</span>
          <span className="text-xs text-muted">{position.symbol ?? position.isin ?? t(`kind_${position.kind}`)}</span>
        </span>
      ),
    },
    {
      id: 'quantity',
      head: t('units'),
      kind: 'decimal',
      widthPx: 120,
      value: (position) => position.quantity,
      cell: (position) => <Quantity quantity={position.quantity} />,
    },
    {
      id: 'price',
      head: t('price'),
      kind: 'decimal',
      widthPx: 140,
      value: (position) => (position.price.state === 'priced' ? position.price.price : null),
      cell: (position) => <PriceCell price={position.price} />,
    },
    { ...money('value', t('value'), false), card: 'figure' },
    {
      id: 'weight',
      head: t('weight'),
      kind: 'number',
      widthPx: 110,
      value: (position) => position.weightRatio,
      cell: (position) => <Weight ratio={position.weightRatio} />,
    },
    money('cost', t('cost'), false),
    money('unrealised', t('gain'), true),
    {
      id: 'gainRatio',
      head: t('gainRatio'),
      kind: 'number',
      widthPx: 100,
      value: (position) => position.gainRatio,
      cell: (position) => <Percent ratio={position.gainRatio} isChange />,
    },
  ];
}

function Weight({ ratio }: { readonly ratio: number | null }) {
  return (
    <span className="flex flex-col items-end gap-1">
      <Percent ratio={ratio} digits={1} />
      <span aria-hidden className="h-1 w-16 overflow-hidden rounded-full bg-sunken">
        <span className="block h-full bg-accent" style={{ width: `${Math.round(Math.min(1, ratio ?? 0) * 100)}%` }} />
      </span>
    </span>
  );
}
