/**
 * Why the period went better or worse than a mix of assets: what the weights did, what the choices did and what both did, by class
 * and by currency, and what each holding earned beyond its class. The mix is in the address.
 */
import { type ReactNode, useMemo } from 'react';
import { type ApiOutput, useApi } from '#web/api';
import { type Translate, useTexts } from '#web/i18n';
import { Card, type Column, DateText, EmptyState, ErrorState, Percent, Skeleton, Table } from '#web/ui';
import { classOf } from './contributions.tsx';
import { BlendEditor, useBlend } from './blend-editor.tsx';
import { type PerformanceKey, performanceTexts } from './performance-texts.ts';
import { usePeriod } from './performance-view.ts';

type Attribution = ApiOutput<'GET /api/portfolios/:portfolioId/attribution'>;
type Group = Attribution['byClass'][number];
type Item = Attribution['items'][number];

export function AttributionPart({ portfolioId }: { readonly portfolioId: string }) {
  const t = useTexts(performanceTexts);
  const [range] = usePeriod();
  const [parts] = useBlend();
  const total = parts.reduce((sum, part) => sum + part.weightBps, 0);
  const isWhole = parts.length > 0 && total === 10_000;
  const blend = parts.map(({ instrumentId, weightBps }) => `${instrumentId}:${weightBps}`).join(',');
  const found = useApi(
    'GET /api/portfolios/:portfolioId/attribution',
    { params: { portfolioId }, query: { range, blend } },
    { keepsPrevious: true, enabled: isWhole },
  );
  return (
    <Card title={t('attribution')}>
      <div className="flex min-w-0 flex-col gap-4">
        <p className="text-sm text-muted">{t('attributionMethod')}</p>
        <BlendEditor />
        {isWhole && found.error && <ErrorState error={found.error} onRetry={() => void found.refetch()} />}
        {isWhole && !found.error && !found.data && <Skeleton rowCount={5} />}
        {isWhole && found.data && <AttributionTables attribution={found.data} />}
      </div>
    </Card>
  );
}

function AttributionTables({ attribution }: { readonly attribution: Attribution }) {
  const t = useTexts(performanceTexts);
  const { byClass, byCurrency, items, ratio, benchmarkRatio, difference, reason } = attribution;
  const groups = useMemo(() => groupColumns(t), [t]);
  const holdings = useMemo(() => itemColumns(t), [t]);
  if (reason !== null) return <EmptyState title={t(`reason_${reason}`)} />;
  return (
    <>
      <dl className="flex flex-wrap gap-x-8 gap-y-2">
        <Fact
          label={t('period')}
          figure={
            <>
              <DateText when={attribution.from} /> – <DateText when={attribution.to} />
            </>
          }
        />
        <Fact label={t('ofPortfolio')} figure={<Percent ratio={ratio} digits={2} isChange />} />
        <Fact label={t('ofBlend')} figure={<Percent ratio={benchmarkRatio} digits={2} isChange />} />
        <Fact label={t('returnDifference')} figure={<Percent ratio={difference} digits={2} isChange />} />
      </dl>
      <Table
        title={`${t('attribution')} · ${t('byClass')}`}
        columns={groups}
        rows={byClass.map((group) => ({ ...group, label: classOf(t, group.name) }))}
        rowId={(group) => group.name}
        isPlain
      />
      <Table
        title={`${t('attribution')} · ${t('byCurrency')}`}
        columns={groups}
        rows={byCurrency.map((group) => ({ ...group, label: group.name === 'cash' ? t('class_cash') : group.name }))}
        rowId={(group) => group.name}
        isPlain
      />
      <Table
        title={`${t('attribution')} · ${t('byHolding')}`}
        columns={holdings}
        rows={items}
        rowId={(item) => item.instrumentId ?? 'cash'}
        initialSort={{ columnId: 'excess', isDescending: true }}
      />
    </>
  );
}

function Fact({ label, figure }: { readonly label: string; readonly figure: ReactNode }) {
  return (
    <div className="flex flex-col">
      <dt className="text-xs text-muted">{label}</dt>
      <dd className="text-lg font-semibold">{figure}</dd>
    </div>
  );
}

function percentColumn<Row>(head: string, id: string, read: (row: Row) => number | null, isChange = true): Column<Row> {
  return {
    id,
    head,
    kind: 'number',
    widthPx: 108,
    value: read,
    cell: (row) => <Percent ratio={read(row)} digits={2} isChange={isChange} />,
  };
}

type NamedGroup = Group & { readonly label: string };

function groupColumns(t: Translate<PerformanceKey>): Column<NamedGroup>[] {
  return [
    { id: 'group', head: t('group'), card: 'title', value: (group) => group.label },
    percentColumn(t('weight'), 'weight', (group) => group.weightRatio, false),
    percentColumn(t('blendWeight'), 'blendWeight', (group) => group.benchmarkWeightRatio, false),
    percentColumn(t('ofPortfolio'), 'ratio', (group) => group.ratio),
    percentColumn(t('ofBlend'), 'blendRatio', (group) => group.benchmarkRatio),
    percentColumn(t('allocation'), 'allocation', (group) => group.allocation),
    percentColumn(t('selection'), 'selection', (group) => group.selection),
    percentColumn(t('interaction'), 'interaction', (group) => group.interaction),
    { ...percentColumn<NamedGroup>(t('effect'), 'total', (group) => group.total), card: 'figure' },
  ];
}

function itemColumns(t: Translate<PerformanceKey>): Column<Item>[] {
  const nameOf = (item: Item): string => (item.instrumentId === null ? t('class_cash') : item.name);
  return [
    { id: 'asset', head: t('asset'), card: 'title', value: nameOf },
    { id: 'class', head: t('class'), value: (item) => classOf(t, item.class) },
    percentColumn(t('weight'), 'weight', (item) => item.weightRatio, false),
    percentColumn(t('contribution'), 'contribution', (item) => item.contribution),
    { ...percentColumn<Item>(t('excess'), 'excess', (item) => item.excess), card: 'figure' },
  ];
}
