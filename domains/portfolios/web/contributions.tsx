/** What each holding added to the profit of the period, and what the portfolio is made of by class and by currency. */
import { ChartPie, Table2 } from 'lucide-react';
import { lazy, Suspense, useMemo, useState } from 'react';
import { type ApiOutput, useApi } from '#web/api';
import { currencySymbol, type Translate, useTexts } from '#web/i18n';
import { Card, type Column, Donut, EmptyState, ErrorState, IconButton, Money, Percent, Skeleton, Table } from '#web/ui';
import { type PerformanceKey, performanceTexts } from './performance-texts.ts';
import { usePeriod } from './performance-view.ts';

const AttributionPart = lazy(() => import('./attribution.tsx').then((module) => ({ default: module.AttributionPart })));

type Contributions = ApiOutput<'GET /api/portfolios/:portfolioId/contributions'>;
type Row = Contributions['items'][number];
type Group = Contributions['byClass'][number];

export function ContributionsPart({ portfolioId }: { readonly portfolioId: string }) {
  const t = useTexts(performanceTexts);
  const [range] = usePeriod();
  const found = useApi(
    'GET /api/portfolios/:portfolioId/contributions',
    { params: { portfolioId }, query: { range } },
    { keepsPrevious: true },
  );
  const currency = found.data?.currency ?? 'EUR';
  const columns = useMemo(() => rowColumns(t, currency), [t, currency]);
  if (found.error && !found.data) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />;
  if (!found.data) return <Skeleton rowCount={6} className="rounded-lg border border-line bg-surface p-4" />;
  const { profit, items, byClass, byCurrency } = found.data;
  return (
    <div className="flex min-w-0 flex-col gap-4">
      <Table
        title={t('contributionsOf')}
        columns={columns}
        rows={items}
        rowId={(row) => row.instrumentId ?? `cash ${row.currency}`}
        initialSort={{ columnId: 'profit', isDescending: true }}
        empty={<EmptyState title={t('noContributions')} />}
        footer={
          <span className="flex items-baseline justify-between gap-4">
            <span className="text-muted">{t('total')}</span>
            <span className="font-semibold">
              <Money amount={profit} currency={currency} isChange reason={t('reason_value_unknown')} />
            </span>
          </span>
        }
      />
      <div className="grid min-w-0 gap-4 lg:grid-cols-2">
        <GroupCard title={t('byClass')} groups={byClass} currency={currency} nameOf={(name) => classOf(t, name)} />
        <GroupCard title={t('byCurrency')} groups={byCurrency} currency={currency} nameOf={(name) => name} />
      </div>
      <Suspense fallback={<Skeleton rowCount={3} />}>
        <AttributionPart portfolioId={portfolioId} />
      </Suspense>
    </div>
  );
}

/** A class of instruments in words. */
export function classOf(t: Translate<PerformanceKey>, name: string): string {
  const key = `class_${name}`;
  return t(key in performanceTexts.es ? (key as PerformanceKey) : 'class_other');
}

function rowColumns(t: Translate<PerformanceKey>, currency: string): Column<Row>[] {
  const unit = currencySymbol(currency);
  const money = (
    id: 'openingValue' | 'endValue' | 'netInvested' | 'income' | 'profit',
    head: string,
    isChange = false,
  ): Column<Row> => ({
    id,
    head,
    unit,
    kind: 'decimal',
    widthPx: 124,
    value: (row) => row[id],
    cell: (row) => (
      <Money amount={row[id]} currency={currency} isUnitHidden isChange={isChange} reason={t('reason_value_unknown')} />
    ),
  });
  const nameOf = (row: Row): string => (row.instrumentId === null ? t('cashOf', { currency: row.currency }) : row.name);
  return [
    {
      id: 'asset',
      head: t('asset'),
      card: 'title',
      value: (row) => `${nameOf(row)} ${row.symbol ?? ''}`.trim(),
      cell: (row) => (
        <span className="flex min-w-0 flex-col">
          <span className="truncate font-medium">{nameOf(row)}</span>
          {row.instrumentId !== null && (
            <span className="text-xs text-muted">{row.symbol ?? classOf(t, row.class)}</span>
          )}
        </span>
      ),
    },
    money('openingValue', t('opening')),
    money('netInvested', t('netInvested')),
    money('endValue', t('ending')),
    money('income', t('income')),
    { ...money('profit', t('profit'), true), card: 'figure' },
    {
      id: 'share',
      head: t('share'),
      kind: 'number',
      widthPx: 96,
      value: (row) => row.shareRatio,
      cell: (row) => <Percent ratio={row.shareRatio} digits={1} isChange />,
    },
  ];
}

interface GroupCardProps {
  readonly title: string;
  readonly groups: readonly Group[];
  readonly currency: string;
  readonly nameOf: (name: string) => string;
}

/** The ring of what there is, and the same as a table with what each part earned. */
function GroupCard({ title, groups, currency, nameOf }: GroupCardProps) {
  const t = useTexts(performanceTexts);
  const [isTable, setTable] = useState(false);
  const held = groups.filter((group) => (group.weightRatio ?? 0) > 0);
  const columns = useMemo(() => groupColumns(t, { currency, nameOf }), [t, currency, nameOf]);
  return (
    <Card
      title={title}
      actions={
        <IconButton
          icon={isTable ? ChartPie : Table2}
          label={`${isTable ? t('seeChart') : t('seeTable')}: ${title}`}
          onClick={() => setTable(!isTable)}
        />
      }
    >
      {isTable ? (
        <Table title={title} columns={columns} rows={groups} rowId={(group) => group.name} isBare isPlain />
      ) : (
        <Donut
          label={title}
          slices={held.map((group) => ({
            id: group.name,
            label: nameOf(group.name),
            ratio: group.weightRatio ?? 0,
            figure: <Money amount={group.profit} currency={currency} isChange reason={t('reason_value_unknown')} />,
          }))}
        />
      )}
    </Card>
  );
}

function groupColumns(
  t: Translate<PerformanceKey>,
  { currency, nameOf }: Pick<GroupCardProps, 'currency' | 'nameOf'>,
): Column<Group>[] {
  return [
    { id: 'name', head: t('group'), card: 'title', value: (group) => nameOf(group.name) },
    {
      id: 'endValue',
      head: t('ending'),
      kind: 'decimal',
      value: (group) => group.endValue,
      cell: (group) => <Money amount={group.endValue} currency={currency} />,
    },
    {
      id: 'weight',
      head: t('weight'),
      kind: 'number',
      value: (group) => group.weightRatio,
      cell: (group) => <Percent ratio={group.weightRatio} digits={1} />,
    },
    {
      id: 'profit',
      head: t('profit'),
      kind: 'decimal',
      card: 'figure',
      value: (group) => group.profit,
      cell: (group) => <Money amount={group.profit} currency={currency} isChange />,
    },
  ];
}
