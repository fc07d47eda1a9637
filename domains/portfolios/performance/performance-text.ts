/** A measured portfolio as the API answers it: each figure with the reason when it is null, the series thinned. */
import { addDays, dateOfEpochDay, type LocalDate, type OutputOf } from '#kernel';
import type { ReadPerformance } from './contract.ts';
import type { MeasuredPortfolio } from './measurement.ts';
import type { Drawdown } from './risk.ts';

type Answer = OutputOf<(typeof ReadPerformance)['response']>;
type Statistic = Answer['modifiedDietz'];
type Reason = NonNullable<Statistic['reason']>;

const POINTS_MAX = 750; // More than a chart has pixels for; a longer period is thinned evenly, both ends kept.
const DAYS_A_YEAR = 365;

/** The answer of a measured portfolio. */
export function performanceText(measured: MeasuredPortfolio): Answer {
  const { currency, period, columns, performance } = measured;
  const risk = measured.isEmpty ? null : performance.risk;
  const gap = gapOf(measured);
  const days = columns.values.length;
  const tooFew = gap ?? 'too_few_days';
  const still = gap ?? (days < 2 ? 'too_few_days' : 'no_variation');
  return {
    currency,
    ...period,
    dayCount: days,
    estimatedDayCount: columns.estimatedDayCount,
    openingValue: statistic(columns.openingValue, 'value_unknown'),
    endValue: statistic(columns.values.at(-1) ?? 0, 'value_unknown'),
    twr: {
      ...statistic(measured.isEmpty ? null : performance.twr, gap ?? 'value_unknown'),
      gapDate: performance.twrGap?.date ?? null,
      annual: statistic(measured.isEmpty ? null : performance.twrAnnual, gap ?? 'under_a_year'),
    },
    xirr: rateText(measured),
    modifiedDietz: statistic(
      performance.modifiedDietz,
      emptyOr(measured, performance.hasUnknownFlow ? 'value_unknown' : 'base_not_positive'),
    ),
    volatility: statistic(risk?.volatilityRatio ?? null, tooFew),
    sharpe: statistic(risk?.sharpe ?? null, still),
    sortino: statistic(risk?.sortino ?? null, still),
    maxDrawdown: drawdownText(risk?.drawdown ?? null, { from: period.from, gap: gap ?? 'value_unknown' }),
    valueAtRisk95: statistic(risk?.valueAtRisk95Ratio ?? null, tooFew),
    expectedShortfall95: statistic(risk?.expectedShortfall95Ratio ?? null, tooFew),
    series: pointsOf(measured),
    flows: flowsOf(measured),
    benchmark: benchmarkText(measured),
  };
}

function statistic(value: number | null, reason: Reason): Statistic {
  return value === null || !Number.isFinite(value) ? { value: null, reason } : { value, reason: null };
}

function emptyOr({ isEmpty }: MeasuredPortfolio, reason: Reason): Reason {
  return isEmpty ? 'no_operations' : reason;
}

/** Why there is no daily return, or null when there is. */
function gapOf(measured: MeasuredPortfolio): Reason | null {
  return measured.isEmpty ? 'no_operations' : (measured.performance.twrGap?.kind ?? null);
}

function rateText(measured: MeasuredPortfolio): Answer['xirr'] {
  const { performance, rateDayCount } = measured;
  const { xirr, xirrStatus: status, xirrRoots, hasUnknownFlow } = performance;
  const reasons = { unique: null, multiple: 'several_rates', none: 'no_rate', undefined: 'no_flows' } as const;
  const reason = emptyOr(measured, hasUnknownFlow ? 'value_unknown' : (reasons[status] ?? 'no_rate'));
  const made = status === 'unique' && xirr !== null ? (1 + xirr) ** (rateDayCount / DAYS_A_YEAR) - 1 : null;
  return {
    value: xirr,
    reason: status === 'unique' ? null : reason,
    status,
    roots: [...xirrRoots],
    period: statistic(made, reason),
  };
}

function drawdownText(
  drawdown: Drawdown | null,
  { from, gap }: { readonly from: LocalDate; readonly gap: Reason },
): Answer['maxDrawdown'] {
  const dateOf = (index: number | null | undefined): LocalDate | null =>
    index === null || index === undefined ? null : addDays(from, index);
  return {
    ...statistic(drawdown?.maxRatio ?? null, gap),
    peakDate: dateOf(drawdown?.peakIndex),
    troughDate: dateOf(drawdown?.troughIndex),
    recoveredDate: dateOf(drawdown?.recoveredIndex),
  };
}

/** The points of the chart: the day before the period, then every so many days, the last one always. */
function pointsOf({ columns, performance, steady, benchmark, isEmpty }: MeasuredPortfolio): Answer['series'] {
  if (isEmpty) return [];
  const { firstDay, values, openingValue } = columns;
  const ratios = performance.linkedRatios;
  const drawdowns = ratios && drawdownsOf(ratios);
  const { linkedRatios = null, matchedValues = null } = benchmark?.figures ?? {};
  const step = Math.max(1, Math.ceil(values.length / POINTS_MAX));
  const points: Answer['series'] = [];
  for (let index = values.length - 1; index >= 0; index -= step) {
    points.push({
      date: dateOfEpochDay(firstDay + index),
      value: known(values[index]),
      invested: known(columns.invested[index]),
      ratio: known(ratios?.[index]),
      drawdownRatio: known(drawdowns?.[index]),
      steadyValue: known(steady?.[index]),
      benchmarkRatio: known(linkedRatios?.[index]),
      benchmarkValue: known(matchedValues?.[index]),
    });
  }
  const hasReturn = ratios !== null && ratios.length > 0;
  points.push({
    date: dateOfEpochDay(firstDay - 1),
    value: known(openingValue),
    invested: null,
    ratio: hasReturn ? 0 : null,
    drawdownRatio: hasReturn ? 0 : null,
    steadyValue: steady ? known(openingValue) : null,
    benchmarkRatio: linkedRatios ? 0 : null,
    benchmarkValue: matchedValues ? known(openingValue) : null,
  });
  return points.toReversed();
}

function known(figure: number | undefined): number | null {
  return figure === undefined || !Number.isFinite(figure) ? null : figure;
}

function drawdownsOf(linkedRatios: Float64Array): Float64Array {
  let peak = 1;
  return linkedRatios.map((ratio) => {
    peak = Math.max(peak, 1 + ratio);
    return (1 + ratio) / peak - 1;
  });
}

function flowsOf({ columns }: MeasuredPortfolio): Answer['flows'] {
  const { firstDay, inflows, outflows } = columns;
  const flows: Answer['flows'] = [];
  for (const [index, inflow] of inflows.entries()) {
    const outflow = outflows[index] ?? 0;
    if (inflow === 0 && outflow === 0) continue;
    flows.push({ date: dateOfEpochDay(firstDay + index), in: known(inflow), out: known(outflow) });
  }
  return flows;
}

function benchmarkText(measured: MeasuredPortfolio): Answer['benchmark'] {
  const { benchmark, columns, performance, isEmpty } = measured;
  if (!benchmark) return null;
  const { instrument, figures } = benchmark;
  const { id: instrumentId, name, symbol, currency } = instrument;
  const isUnknown = figures.totalRatio === null;
  const reason = isEmpty
    ? 'no_operations'
    : isUnknown
      ? 'benchmark_price_missing'
      : (performance.twrGap?.kind ?? 'too_few_days');
  const matched = figures.matchedValues?.at(-1) ?? null;
  const end = columns.values.at(-1) ?? Number.NaN;
  const matchedReason = isEmpty ? 'no_operations' : (figures.matchedGap ?? 'value_unknown');
  return {
    instrumentId,
    name,
    symbol,
    currency,
    ratio: statistic(figures.totalRatio, reason),
    beta: statistic(figures.beta, reason === 'too_few_days' && columns.values.length > 1 ? 'no_variation' : reason),
    trackingError: statistic(figures.trackingErrorRatio, reason),
    matchedValue: statistic(matched, matchedReason),
    difference: statistic(matched === null ? null : end - matched, matchedReason),
  };
}
