/**
 * Benchmark: what an instrument did on the same days, and what the portfolio's own flows would be worth in it. Units: floats
 * of one currency, ratios. Convention of the time-weighted return: money in buys at the close before its day, money out
 * sells at the close of its day. Method of the matching: Long and Nickels 1996 (public market equivalent).
 */
import type { CloseColumn, RateReader } from '../value-series.ts';
import { betaOf, trackingErrorOf } from './risk.ts';
import type { DailyColumns } from './time-weighted.ts';

export type BenchmarkGap = 'benchmark_price_missing' | 'benchmark_exhausted';

export interface BenchmarkLevels {
  /** Close in the columns' currency at the end of the day before the first; NaN where price or rate is missing. */
  readonly opening: number;
  readonly levels: Float64Array;
}

export interface BenchmarkFigures {
  /** Linked return by day; null when a level of the period is unknown. */
  readonly linkedRatios: Float64Array | null;
  readonly totalRatio: number | null;
  /** What the same flows would be worth each day; null when a level is unknown or withdrawals leave nothing. */
  readonly matchedValues: Float64Array | null;
  readonly matchedGap: BenchmarkGap | null;
  readonly beta: number | null;
  readonly trackingErrorRatio: number | null;
}

/** Levels of a close column over the days of a portfolio's columns, each the last close known by then. */
export function benchmarkLevels(
  closes: CloseColumn | undefined,
  days: { readonly firstDay: number; readonly dayCount: number; readonly rates: RateReader },
): BenchmarkLevels {
  const { firstDay, dayCount, rates } = days;
  const levels = new Float64Array(dayCount);
  let opening = Number.NaN;
  if (!closes) return { opening, levels: levels.fill(Number.NaN) };
  let next = 0;
  for (let index = -1; index < dayCount; index += 1) {
    const day = firstDay + index;
    while ((closes.days[next] ?? Number.POSITIVE_INFINITY) <= day) next += 1;
    const level = (closes.closes[next - 1] ?? Number.NaN) * (rates(closes.currency, day) ?? Number.NaN);
    if (index < 0) opening = level;
    else levels[index] = level;
  }
  return { opening, levels };
}

/** The benchmark's figures beside the portfolio's; `dailyRatios` is null when the portfolio has no return. */
export function benchmarkFigures(
  columns: DailyColumns,
  { opening, levels }: BenchmarkLevels,
  dailyRatios: Float64Array | null,
): BenchmarkFigures {
  if (!(opening > 0) || levels.some((level) => !(level > 0))) {
    const nothing = { linkedRatios: null, totalRatio: null, matchedValues: null, beta: null, trackingErrorRatio: null };
    return { ...nothing, matchedGap: 'benchmark_price_missing' };
  }
  const linkedRatios = levels.map((level) => level / opening - 1);
  const own = levels.map((level, index) => level / (levels[index - 1] ?? opening) - 1);
  const matchedValues = matchedTo(columns, { opening, levels });
  return {
    linkedRatios,
    totalRatio: linkedRatios.at(-1) ?? 0,
    matchedValues,
    matchedGap: matchedValues ? null : 'benchmark_exhausted',
    beta: dailyRatios && betaOf(dailyRatios, own),
    trackingErrorRatio: dailyRatios && trackingErrorOf(dailyRatios, own),
  };
}

/** Each flow buys or sells the benchmark; null once more is taken out than there would be, or a flow is unknown. */
function matchedTo(columns: DailyColumns, { opening, levels }: BenchmarkLevels): Float64Array | null {
  const values = new Float64Array(levels.length);
  let units = columns.openingValue / opening;
  for (const [index, level] of levels.entries()) {
    units += (columns.inflows[index] ?? 0) / (levels[index - 1] ?? opening);
    const out = (columns.outflows[index] ?? 0) / level;
    const left = units - out;
    // A withdrawal of everything leaves the rounding of a division, not a debt.
    units = Math.abs(left) < 1e-9 * Math.max(out, 1e-9) ? 0 : left;
    if (!(units >= 0)) return null;
    values[index] = units * level;
  }
  return values;
}

/** What the money would be worth each day had it grown at one constant yearly rate: the line a money-weighted return draws. */
export function steadyValues(columns: DailyColumns, rate: number): Float64Array {
  const daily = (1 + rate) ** (1 / 365);
  let value = columns.openingValue;
  return columns.values.map((_value, index) => {
    // Flows are dated by their day's end, as the rate itself counts them.
    value = value * daily + (columns.inflows[index] ?? 0) - (columns.outflows[index] ?? 0);
    return value;
  });
}
