/** "Cómo se calcula" of a return: its method and formula, what went in, what came out, and every flow as a table that exports. */
import { Fragment, type ReactNode, useMemo } from 'react';
import { currencySymbol, formatDate, type Translate, useTexts } from '#web/i18n';
import { type Column, DateText, Drawer, Money, Percent, Quantity, Table } from '#web/ui';
import type { PerformanceMetric } from './performance-kpis.tsx';
import { type PerformanceKey, performanceTexts } from './performance-texts.ts';
import { type PerformanceView, reasonOf, type Statistic } from './performance-view.ts';

type Flow = PerformanceView['flows'][number];

export function PerformanceExplanation({
  performance,
  metric,
  onClose,
}: {
  readonly performance: PerformanceView;
  readonly metric: PerformanceMetric;
  readonly onClose: () => void;
}) {
  const t = useTexts(performanceTexts);
  const { currency, flows } = performance;
  const name = t(metric, { name: performance.benchmark?.name ?? '' });
  const columns = useMemo(() => flowColumns(t, currency), [t, currency]);
  const usesFlows = metric !== 'volatility' && metric !== 'maxDrawdown';
  return (
    <Drawer isOpen onClose={onClose} title={t('explainOf', { metric: name })} size="lg">
      <div className="flex flex-col gap-6 text-sm">
        <Part title={t('method')}>
          <p>{t(`method_${metric}`)}</p>
        </Part>
        <Part title={t('formula')}>
          <p className="figures rounded-md bg-sunken px-3 py-2">{t(`formula_${metric}`)}</p>
        </Part>
        <Part title={t('inputs')}>
          <Lines lines={inputLines(t, performance)} />
        </Part>
        <Part title={t('results')}>
          <Lines lines={resultLines(t, performance, metric)} />
        </Part>
        {usesFlows &&
          (flows.length === 0 ? (
            <p className="text-muted">{t('noFlows')}</p>
          ) : (
            <Table
              title={t('flows')}
              columns={columns}
              rows={flows}
              rowId={(flow) => flow.date}
              initialSort={{ columnId: 'date', isDescending: true }}
            />
          ))}
      </div>
    </Drawer>
  );
}

function flowColumns(t: Translate<PerformanceKey>, currency: string): Column<Flow>[] {
  const money = (id: 'in' | 'out', head: string): Column<Flow> => ({
    id,
    head,
    unit: currencySymbol(currency),
    kind: 'decimal',
    value: (flow) => flow[id]?.toFixed(2),
    cell: (flow) => <Money amount={flow[id] === 0 ? '0' : flow[id]?.toFixed(2)} currency={currency} isUnitHidden />,
  });
  return [
    {
      id: 'date',
      head: t('date'),
      card: 'title',
      value: (flow) => flow.date,
      cell: (flow) => <DateText when={flow.date} />,
    },
    money('in', t('moneyIn')),
    money('out', t('moneyOut')),
  ];
}

type Line = readonly [label: string, figure: ReactNode];

function inputLines(t: Translate<PerformanceKey>, performance: PerformanceView): readonly Line[] {
  const { openingValue, endValue, series, to } = performance;
  return [
    [
      t('openingValue', { date: formatDate(series[0]?.date) }),
      <Worth key="opening" of={performance} figure={openingValue} />,
    ],
    [t('endValue', { date: formatDate(to) }), <Worth key="end" of={performance} figure={endValue} />],
    [t('days'), <Quantity key="days" quantity={String(performance.dayCount)} />],
  ];
}

function resultLines(
  t: Translate<PerformanceKey>,
  performance: PerformanceView,
  metric: PerformanceMetric,
): readonly Line[] {
  const { twr, xirr, benchmark, maxDrawdown } = performance;
  const ratio = (label: string, figure: Statistic): Line => [label, <Ratio key={label} figure={figure} />];
  const plain = (label: string, figure: Statistic): Line => [label, <Plain key={label} figure={figure} />];
  const day = (label: string, date: string | null): Line[] =>
    date === null ? [] : [[label, <DateText key={label} when={date} />]];
  if (metric === 'twr') {
    const annual = ratio(`${t('twr')}, ${t('aYear')}`, twr.annual);
    return [
      ratio(`${t('twr')}, ${t('ofPeriod')}`, twr),
      annual,
      ...day(t('gapDay'), twr.gapDate),
      ratio(t('dietz'), performance.modifiedDietz),
    ];
  }
  if (metric === 'xirr') {
    const one = xirr.status === 'unique' ? xirr : { value: null, reason: xirr.reason };
    const roots = xirr.roots.map((root, index) => (
      <Fragment key={root}>
        {index > 0 && ' · '}
        <Percent ratio={root} />
      </Fragment>
    ));
    return [
      ratio(t('annualRate'), one),
      ratio(t('periodRate'), xirr.period),
      ...(xirr.status === 'multiple' ? [[t('roots'), roots] as const] : []),
      ratio(t('dietz'), performance.modifiedDietz),
    ];
  }
  if (metric === 'volatility') {
    return [
      ratio(t('volatility'), performance.volatility),
      plain(t('sharpe'), performance.sharpe),
      plain(t('sortino'), performance.sortino),
    ];
  }
  if (metric === 'maxDrawdown') {
    const { peakDate, troughDate } = maxDrawdown;
    return [
      ratio(t('maxDrawdown'), maxDrawdown),
      ...day(t('peak'), peakDate),
      ...day(t('trough'), troughDate),
      ratio(t('var95'), performance.valueAtRisk95),
      ratio(t('es95'), performance.expectedShortfall95),
    ];
  }
  if (!benchmark) return [];
  const { name } = benchmark;
  return [
    ratio(t('benchmarkReturn', { name }), benchmark.ratio),
    ratio(t('twr'), twr),
    [t('matchedValue', { name }), <Worth key="matched" of={performance} figure={benchmark.matchedValue} />],
    [t('difference'), <Worth key="difference" of={performance} figure={benchmark.difference} isChange />],
    plain(t('beta'), benchmark.beta),
    ratio(t('trackingError'), benchmark.trackingError),
  ];
}

function Lines({ lines }: { readonly lines: readonly Line[] }) {
  return (
    <dl className="flex flex-col gap-1.5">
      {lines.map(([label, figure]) => (
        <div key={label} className="flex items-baseline justify-between gap-4">
          <dt className="text-muted">{label}</dt>
          <dd className="text-right">{figure}</dd>
        </div>
      ))}
    </dl>
  );
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className="flex flex-col gap-2">
      <h3 className="text-sm font-semibold">{title}</h3>
      {children}
    </section>
  );
}

/** A dash alone would leave the reader guessing, so the reason stands beside it. */
function Reason({ figure }: { readonly figure: Statistic }) {
  const t = useTexts(performanceTexts);
  const reason = reasonOf(t, figure);
  return reason === undefined ? null : <span className="ml-2 text-xs text-muted">{reason}</span>;
}

function Ratio({ figure }: { readonly figure: Statistic }) {
  return (
    <>
      <Percent ratio={figure.value} />
      <Reason figure={figure} />
    </>
  );
}

function Plain({ figure }: { readonly figure: Statistic }) {
  return (
    <>
      <Quantity quantity={figure.value === null ? null : figure.value.toFixed(2)} digits={2} />
      <Reason figure={figure} />
    </>
  );
}

function Worth({
  of: { currency },
  figure,
  isChange,
}: {
  readonly of: PerformanceView;
  readonly figure: Statistic;
  readonly isChange?: boolean;
}) {
  return (
    <>
      <Money
        amount={figure.value === null ? null : figure.value.toFixed(2)}
        currency={currency}
        isChange={isChange ?? false}
      />
      <Reason figure={figure} />
    </>
  );
}
