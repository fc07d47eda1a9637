/** The evolution of a portfolio as return, as its own money's rate or as capital, with what came in and out, and its falls below. */
import { useMemo } from 'react';
import { useApi } from '#web/api';
import { formatMoney, type Translate, useTexts } from '#web/i18n';
import { useCan, useUrlState } from '#web/shell';
import { Combobox, LineChart, type Marker, SegmentedControl, type Series } from '#web/ui';
import { type PerformanceKey, performanceTexts } from './performance-texts.ts';
import { atMsOf, PERIODS, type PerformanceView, useBenchmark, usePeriod } from './performance-view.ts';

const MEASURES = ['twr', 'xirr', 'capital'] as const;
type Measure = (typeof MEASURES)[number];
type Point = PerformanceView['series'][number];
type PointFigure = Exclude<keyof Point, 'date'>;

export function PerformanceCharts({ performance }: { readonly performance: PerformanceView }) {
  const t = useTexts(performanceTexts);
  const [measure, setMeasure] = useUrlState<Measure>('medida', 'capital', MEASURES);
  const [range, setRange] = usePeriod();
  const { currency } = performance;
  const series = useMemo(() => seriesOf(t, performance, measure), [t, performance, measure]);
  const falls = useMemo(
    () => [lineOf(performance, 'drawdownRatio', { id: 'drawdown', label: t('drawdown') })],
    [performance, t],
  );
  const markers = useMemo(() => markersOf(t, performance), [t, performance]);
  const notes = [
    markers.length > 0 ? t('flowMarks') : '',
    performance.estimatedDayCount > 0 ? t('estimated') : '',
  ].filter(Boolean);
  return (
    <>
      <LineChart
        title={t('evolution')}
        series={series}
        figure={measure === 'twr' ? { kind: 'percent' } : { kind: 'money', currency }}
        range="all"
        ranges={[]}
        markers={markers}
        note={notes.join(' · ')}
        actions={
          <>
            <BenchmarkChoice />
            <SegmentedControl
              label={t('measure')}
              segments={MEASURES.map((value) => ({ value, label: t(`measure_${value}`) }))}
              value={measure}
              onChange={setMeasure}
            />
            <SegmentedControl
              label={t('period')}
              segments={PERIODS.map((value) => ({ value, label: t(`range_${value}`) }))}
              value={range}
              onChange={setRange}
            />
          </>
        }
      />
      {performance.series.some((point) => point.drawdownRatio !== null) && (
        <LineChart
          title={t('drawdown')}
          series={falls}
          figure={{ kind: 'percent' }}
          heightPx={150}
          range="all"
          ranges={[]}
        />
      )}
    </>
  );
}

/** Any asset the workspace knows, found by typing. */
function BenchmarkChoice() {
  const t = useTexts(performanceTexts);
  const [benchmark, setBenchmark] = useBenchmark();
  const canRead = useCan('markets.instrument.read');
  const instruments = useApi('GET /api/markets/instruments', {}, { enabled: canRead });
  if (!canRead) return null;
  const choices = (instruments.data?.items ?? []).map(({ id, name, symbol, isin }) => ({
    value: id,
    label: name,
    detail: symbol ?? isin ?? '',
  }));
  return (
    <div className="w-52">
      <Combobox
        label={t('benchmark')}
        isLabelHidden
        placeholder={t('benchmark')}
        choices={choices}
        value={benchmark === '' ? null : benchmark}
        onChange={(instrumentId) => setBenchmark(instrumentId ?? '')}
      />
    </div>
  );
}

function seriesOf(t: Translate<PerformanceKey>, performance: PerformanceView, measure: Measure): readonly Series[] {
  const { benchmark } = performance;
  const name = benchmark?.symbol ?? benchmark?.name ?? '';
  const against = { id: 'benchmark', isBenchmark: true };
  if (measure === 'twr') {
    return [
      lineOf(performance, 'ratio', { id: 'portfolio', label: t('portfolioReturn') }),
      ...(benchmark ? [lineOf(performance, 'benchmarkRatio', { ...against, label: name })] : []),
    ];
  }
  const matched = benchmark
    ? [lineOf(performance, 'benchmarkValue', { ...against, label: t('matched', { name }) })]
    : [];
  const value = lineOf(performance, 'value', { id: 'value', label: t('value') });
  const beside =
    measure === 'xirr'
      ? lineOf(performance, 'steadyValue', { id: 'steady', label: t('steady'), isBenchmark: true })
      : lineOf(performance, 'invested', { id: 'invested', label: t('invested'), isBenchmark: true });
  return [value, beside, ...matched];
}

function lineOf({ series }: PerformanceView, figure: PointFigure, line: Omit<Series, 'points'>): Series {
  return { ...line, points: series.map((point) => [atMsOf(point.date), point[figure]]) };
}

/** Money in and out at the shown day on or after each flow; a thinned chart adds up what falls between two of its days. */
function markersOf(t: Translate<PerformanceKey>, { series, flows, currency }: PerformanceView): readonly Marker[] {
  const sums = new Map<number, { moneyIn: number; moneyOut: number }>();
  let next = 0;
  for (const flow of flows) {
    while (next < series.length - 1 && (series[next]?.date ?? '') < flow.date) next += 1;
    const atMs = atMsOf(series[next]?.date ?? flow.date);
    const sum = sums.get(atMs) ?? { moneyIn: 0, moneyOut: 0 };
    sum.moneyIn += flow.in ?? 0;
    sum.moneyOut += flow.out ?? 0;
    sums.set(atMs, sum);
  }
  return [...sums].flatMap(([atMs, { moneyIn, moneyOut }]): Marker[] => {
    const mark = (direction: 'in' | 'out', figure: number): Marker[] => {
      const text = t(direction === 'in' ? 'flowIn' : 'flowOut', { amount: formatMoney(figure.toFixed(2), currency) });
      return figure > 0 ? [{ atMs, direction, text }] : [];
    };
    return [...mark('in', moneyIn), ...mark('out', moneyOut)];
  });
}
