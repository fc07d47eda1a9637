/** The drift list: every portfolio against its model, out of band first. A press opens its rebalancing. */
import { Scale } from 'lucide-react';
import { useMemo } from 'react';
import { useApi, useLive, useRefresh } from '#web/api';
import { type Translate, useTexts } from '#web/i18n';
import { useGo } from '#web/shell';
import { Badge, Button, type Column, DateText, EmptyState, Money, Percent, Points, Stack, Table } from '#web/ui';
import { type PlanningKey, planningTexts } from '../planning-texts.ts';
import { type DriftRow, sleeveName } from './planning-view.ts';

const REFRESH_MS = 60_000; // Prices move by themselves; the list follows within a minute.

export function DriftTable() {
  const t = useTexts(planningTexts);
  const go = useGo();
  const refresh = useRefresh();
  const drifts = useApi('GET /api/drifts', undefined, { refetchIntervalMs: REFRESH_MS });
  useLive('portfolios.*', () => void refresh('GET /api/drifts'));
  const columns = useMemo(() => driftColumns(t), [t]);
  const nameless = [...new Set((drifts.data?.items ?? []).flatMap((row) => row.unclassified.map(({ name }) => name)))];
  const open = (rows: readonly DriftRow[]): void =>
    go(`/planificacion/rebalanceo?carteras=${rows.map(({ portfolioId }) => portfolioId).join(',')}`);
  return (
    <Stack>
      {nameless.length > 0 && <p className="text-sm text-muted">{t('unclassified', { names: nameless.join(', ') })}</p>}
      <Table
        title={t('drifts')}
        urlName="desvios"
        columns={columns}
        rows={drifts.data?.items}
        rowId={({ portfolioId }) => portfolioId}
        onOpen={(row) => open([row])}
        selectionActions={(rows) => (
          <Button size="sm" icon={Scale} onClick={() => open(rows)}>
            {rows.length > 1 ? t('rebalanceTogether') : t('rebalance')}
          </Button>
        )}
        error={drifts.error}
        onRetry={() => void drifts.refetch()}
        empty={<EmptyState title={t('noPortfolios')} detail={t('noPortfoliosDetail')} />}
      />
    </Stack>
  );
}

function driftColumns(t: Translate<PlanningKey>): Column<DriftRow>[] {
  return [
    {
      id: 'portfolio',
      head: t('portfolio'),
      card: 'title',
      value: ({ portfolioName }) => portfolioName,
      cell: ({ portfolioName }) => <span className="font-medium">{portfolioName}</span>,
    },
    {
      id: 'model',
      head: t('model'),
      widthPx: 190,
      value: ({ model }) => model?.name ?? '',
      cell: ({ model }) => model?.name ?? <span className="text-muted">{t('state_no_model')}</span>,
    },
    {
      id: 'state',
      head: t('state'),
      widthPx: 140,
      value: ({ state }) => t(`state_${state}`),
      cell: ({ state }) => (state === 'out' ? <Badge tone="warn">{t('state_out')}</Badge> : t(`state_${state}`)),
    },
    {
      id: 'drift',
      head: t('drift'),
      kind: 'number',
      widthPx: 130,
      card: 'figure',
      value: ({ maxDriftRatio }) => (maxDriftRatio === null ? null : Math.abs(maxDriftRatio)),
      cell: ({ maxDriftRatio, state }) => (
        <Points ratio={maxDriftRatio} reason={t(state === 'no_model' ? 'state_no_model' : 'valueMissing')} />
      ),
    },
    { id: 'worst', head: t('worst'), widthPx: 150, value: ({ worst }) => sleeveName(t, worst) },
    {
      id: 'since',
      head: t('since'),
      widthPx: 120,
      value: ({ outSince }) => outSince ?? '',
      cell: ({ outSince }) => (outSince ? <DateText when={outSince} /> : ''),
    },
    {
      id: 'turnover',
      head: t('turnover'),
      kind: 'number',
      widthPx: 140,
      value: ({ turnoverRatio }) => turnoverRatio,
      cell: ({ turnoverRatio }) => <Percent ratio={turnoverRatio} digits={1} />,
    },
    {
      id: 'value',
      head: t('value'),
      kind: 'decimal',
      widthPx: 150,
      value: ({ value }) => value,
      cell: ({ value, currency }) => <Money amount={value} currency={currency} reason={t('valueMissing')} />,
    },
  ];
}
