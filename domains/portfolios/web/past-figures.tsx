/** A past day of a portfolio: its figures and positions at that day's closes, as known now or as known then. */
import { ArrowLeft } from 'lucide-react';
import { useMemo } from 'react';
import { Decimal } from '#kernel';
import { type ApiOutput, useApi } from '#web/api';
import { currencySymbol, formatDate, type Translate, useTexts } from '#web/i18n';
import { useUrlState } from '#web/shell';
import {
  Button,
  Card,
  type Column,
  DateText,
  EmptyState,
  ErrorState,
  Kpi,
  KpiGrid,
  Money,
  Quantity,
  SegmentedControl,
  Skeleton,
  Stack,
  Table,
  TextField,
} from '#web/ui';
import { useAsOf, yesterday } from './as-of.ts';
import { MissingFacts, type PortfolioView } from './figures-kpis.tsx';
import { type PageKey, pageTexts } from './page-texts.ts';
import { portfolioTexts } from './texts.ts';

type Past = ApiOutput<'GET /api/portfolios/:portfolioId/figures'>;
type PastPosition = Past['positions'][number];

const KNOWN = ['now', 'then'] as const;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

export function PastFigures({ portfolio }: { readonly portfolio: PortfolioView }) {
  const t = useTexts(pageTexts);
  const [asOf, setAsOf] = useAsOf();
  const [known, setKnown] = useUrlState<(typeof KNOWN)[number]>('conocido', 'now', KNOWN);
  const isDay = DAY.test(asOf);
  const input = (knownAt: string) => ({
    params: { portfolioId: portfolio.id },
    query: { asOf, ...(knownAt && { knownAt }) },
  });
  const options = { enabled: isDay, keepsPrevious: true };
  const now = useApi('GET /api/portfolios/:portfolioId/figures', input(''), options);
  const then = useApi('GET /api/portfolios/:portfolioId/figures', input(asOf), {
    ...options,
    enabled: isDay && known === 'then',
  });
  const shown = known === 'then' ? then : now;
  return (
    <Stack>
      <Card title={t('asOfTitle', { date: isDay ? formatDate(asOf) : '…' })}>
        <div className="flex flex-wrap items-end gap-x-4 gap-y-3">
          <TextField
            label={t('asOfDay')}
            type="date"
            value={asOf}
            max={yesterday()}
            min={portfolio.firstDate ?? undefined}
            onChange={(day) => day !== '' && setAsOf(day)}
          />
          <div className="flex flex-col gap-1.5">
            <span aria-hidden className="text-sm font-medium">
              {t('known')}
            </span>
            <SegmentedControl
              label={t('known')}
              segments={KNOWN.map((value) => ({ value, label: t(`known_${value}`) }))}
              value={known}
              onChange={setKnown}
            />
          </div>
          <Button icon={ArrowLeft} onClick={() => setAsOf('')}>
            {t('asOfClose')}
          </Button>
        </div>
        <p className="mt-3 text-sm text-muted" role="status">
          {t('asOfPrices')}{' '}
          {known === 'then' && then.data && now.data && <Difference then={then.data} now={now.data} />}
        </p>
      </Card>
      {shown.error ? (
        <ErrorState
          error={shown.error}
          onRetry={() => void shown.refetch()}
          words={{
            day_not_valid: { title: t('asOfBad'), detail: t('asOfBadDetail') },
            day_in_future: { title: t('asOfBad'), detail: t('asOfBadDetail') },
          }}
        />
      ) : shown.data ? (
        <PastBody past={shown.data} />
      ) : (
        <Skeleton rowCount={8} className="rounded-lg border border-line bg-surface p-4" />
      )}
    </Stack>
  );
}

/** What was recorded later changes: nothing, or the value of that day by so much. */
function Difference({ then, now }: { readonly then: Past; readonly now: Past }) {
  const t = useTexts(pageTexts);
  if (then.figures.value === null || now.figures.value === null) return null;
  const change = Decimal.from(now.figures.value).minus(Decimal.from(then.figures.value));
  if (change.isZero) return t('knownSame');
  return (
    <>
      {t('knownDiffers')} <Money amount={change.toString()} currency={now.currency} isChange />.
    </>
  );
}

function PastBody({ past }: { readonly past: Past }) {
  const t = useTexts(portfolioTexts);
  const words = useTexts(pageTexts);
  const { figures, currency, positions, missing } = past;
  const columns = useMemo(() => pastColumns(t, words, currency), [t, words, currency]);
  const reason = t('partial', { count: missing.length });
  return (
    <>
      {missing.length > 0 && <MissingFacts missing={missing.slice(0, 5)} />}
      <KpiGrid>
        <Kpi label={t('value')} value={<Money amount={figures.value} currency={currency} reason={reason} />} />
        <Kpi
          label={t('profit')}
          value={<Money amount={figures.profit} currency={currency} isChange reason={reason} />}
          detail={t('profitDetail')}
        />
        <Kpi
          label={t('unrealised')}
          value={<Money amount={figures.unrealised} currency={currency} isChange reason={reason} />}
          detail={
            <>
              {t('cost')} <Money amount={figures.cost} currency={currency} />
            </>
          }
        />
        <Kpi
          label={t('netFlows')}
          value={<Money amount={figures.netFlows} currency={currency} />}
          detail={
            <>
              {t('realised')} <Money amount={figures.realised} currency={currency} isChange />
            </>
          }
        />
      </KpiGrid>
      <Table
        title={t('positions')}
        columns={columns}
        rows={positions}
        rowId={(position) => position.instrumentId}
        initialSort={{ columnId: 'value', isDescending: true }}
        empty={<EmptyState title={words('asOfEmpty')} />}
      />
    </>
  );
}

function pastColumns(
  t: ReturnType<typeof useTexts<keyof (typeof portfolioTexts)['es']>>,
  words: Translate<PageKey>,
  currency: string,
): Column<PastPosition>[] {
  const money = (id: 'value' | 'cost' | 'unrealised' | 'profit', head: string): Column<PastPosition> => ({
    id,
    head,
    unit: currencySymbol(currency),
    kind: 'decimal',
    widthPx: 128,
    value: (position) => position[id],
    cell: (position) => (
      <Money
        amount={position[id]}
        currency={currency}
        isUnitHidden
        isChange={id === 'unrealised' || id === 'profit'}
        reason={words('noPrice')}
      />
    ),
  });
  return [
    {
      id: 'asset',
      head: words('asset'),
      card: 'title',
      value: (position) => `${position.name} ${position.symbol ?? ''}`.trim(),
      cell: (position) => (
        <span className="flex min-w-0 flex-col">
          <span className="truncate font-medium">{position.name}</span>
          {position.symbol && <span className="text-xs text-muted">{position.symbol}</span>}
        </span>
      ),
    },
    {
      id: 'quantity',
      head: words('units'),
      kind: 'decimal',
      widthPx: 120,
      value: (position) => position.quantity,
      cell: (position) => <Quantity quantity={position.quantity} />,
    },
    {
      id: 'price',
      head: words('price'),
      kind: 'decimal',
      widthPx: 150,
      value: (position) => position.price?.price,
      cell: ({ price }) =>
        price ? (
          <span className="flex flex-col items-end">
            <Money amount={price.price} currency={price.currency} isPrice />
            <span className="text-xs text-muted">
              {words('priceOn')} <DateText when={price.on} />
            </span>
          </span>
        ) : (
          <span className="text-warn">{words('noPrice')}</span>
        ),
    },
    { ...money('value', t('value')), card: 'figure' },
    money('cost', t('cost')),
    money('unrealised', t('unrealised')),
    money('profit', t('profit')),
  ];
}
