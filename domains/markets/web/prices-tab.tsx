/** Precios: every price with its source and doubts, those that wait for a decision, and how the providers fare. */
import { Ellipsis, PencilLine, SearchCheck } from 'lucide-react';
import { useMemo, useState } from 'react';
import { type ApiOutput, useApi } from '#web/api';
import { ratioOfPercent, type Translate, useTexts } from '#web/i18n';
import { useCan } from '#web/shell';
import { type Column, EmptyState, IconButton, Menu, Percent, RelativeTime, Stack, Table } from '#web/ui';
import { labelOf } from './instrument-field.tsx';
import { newestPrice, type PricedPrice } from './live-prices.ts';
import { type MarketsKey, marketsTexts } from './markets-texts.ts';
import { ManualPriceDialog, ProviderSymbolDialog } from './price-dialogs.tsx';
import { PriceDoubts, PriceFigure } from './price-figure.tsx';
import { ProvidersCard } from './providers-card.tsx';
import { QuarantineCard } from './quarantine-card.tsx';

type PriceRow = ApiOutput<'GET /api/markets/prices'>['items'][number];
type Asked = { readonly what: 'price' | 'symbol'; readonly row: PriceRow } | null;

const REFRESH_MS = 60_000; // Ages and doubts change without a tick.

export function PricesTab({ livePrices }: { readonly livePrices: ReadonlyMap<string, PricedPrice> }) {
  const t = useTexts(marketsTexts);
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
    const what = [...(canWritePrice ? (['price'] as const) : []), ...(canFixSymbol ? (['symbol'] as const) : [])];
    return what.length === 0 ? priceColumns(t) : [...priceColumns(t), menuColumn(t, what, setAsked)];
  }, [t, canWritePrice, canFixSymbol]);
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
      <ProvidersCard />
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

function menuColumn(
  t: Translate<MarketsKey>,
  what: readonly ('price' | 'symbol')[],
  onAsk: (asked: Asked) => void,
): Column<PriceRow> {
  const entries = {
    price: { key: 'writePrice', icon: PencilLine },
    symbol: { key: 'fixSymbol', icon: SearchCheck },
  } as const;
  return {
    id: 'actions',
    head: t('actions'),
    widthPx: 96,
    align: 'end',
    isSortable: false,
    cell: (row) => (
      <Menu
        trigger={<IconButton icon={Ellipsis} size="sm" label={`${t('actions')}: ${labelOf(row.instrument)}`} />}
        groups={[
          what.map((id) => ({
            id,
            label: t(entries[id].key),
            icon: entries[id].icon,
            onSelect: () => onAsk({ what: id, row }),
          })),
        ]}
      />
    ),
  };
}
