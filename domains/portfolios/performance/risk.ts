/**
 * Risk figures of a column of daily returns (calendar days, so a year has 365). Units: ratios; floats, statistics only.
 * Methods: sample standard deviation times the root of 365; Sharpe (1994) and Sortino (1994) over a yearly riskless rate,
 * the latter with the downside deviation below it over all days; drawdown against the highest value so far; historical
 * value at risk and expected shortfall of one day; beta by least squares. Null where too little is known to say.
 */

export interface RiskFigures {
  readonly volatilityRatio: number | null;
  readonly downsideRatio: number | null;
  readonly sharpe: number | null;
  readonly sortino: number | null;
  readonly drawdown: Drawdown;
  /** Loss of a day that only one day in twenty exceeds, and the mean of those days; positive ratios. */
  readonly valueAtRisk95Ratio: number | null;
  readonly expectedShortfall95Ratio: number | null;
}

export interface Drawdown {
  /** Largest fall from a peak, positive; 0 when there was none. */
  readonly maxRatio: number;
  /** Index of the peak's day (-1 is the start) and of the lowest day after it; null without a fall. */
  readonly peakIndex: number | null;
  readonly troughIndex: number | null;
  /** First day at or above that peak again; null while it is not. */
  readonly recoveredIndex: number | null;
}

const DAYS_A_YEAR = 365;
const TAIL_SHARE = 0.05;
const TAIL_DAYS_MIN = 100; // Five days in the tail: fewer say nothing about it.

/** Every risk figure of daily returns; `risklessRatio` is a yearly rate. */
export function riskFigures(dailyRatios: Float64Array, risklessRatio = 0): RiskFigures {
  const risklessDaily = (1 + risklessRatio) ** (1 / DAYS_A_YEAR) - 1;
  const deviation = standardDeviation(dailyRatios);
  const downside = downsideDeviation(dailyRatios, risklessDaily);
  const excess = dailyRatios.length === 0 ? 0 : meanOf(dailyRatios) - risklessDaily;
  const yearRoot = Math.sqrt(DAYS_A_YEAR);
  return {
    volatilityRatio: deviation === null ? null : deviation * yearRoot,
    downsideRatio: downside === null ? null : downside * yearRoot,
    sharpe: deviation === null || deviation === 0 ? null : (excess / deviation) * yearRoot,
    sortino: downside === null || downside === 0 ? null : (excess / downside) * yearRoot,
    drawdown: drawdownOf(dailyRatios),
    ...tailOf(dailyRatios),
  };
}

/** The deepest fall of the linked returns from a peak, the start included. */
export function drawdownOf(dailyRatios: Float64Array): Drawdown {
  let growth = 1;
  let peak = { growth: 1, index: -1 };
  let worst = { ratio: 0, peak, troughIndex: -1 };
  for (const [index, ratio] of dailyRatios.entries()) {
    growth *= 1 + ratio;
    if (growth >= peak.growth) peak = { growth, index };
    else if (1 - growth / peak.growth > worst.ratio)
      worst = { ratio: 1 - growth / peak.growth, peak, troughIndex: index };
  }
  if (worst.ratio === 0) return { maxRatio: 0, peakIndex: null, troughIndex: null, recoveredIndex: null };
  return {
    maxRatio: worst.ratio,
    peakIndex: worst.peak.index,
    troughIndex: worst.troughIndex,
    recoveredIndex: recoveryOf(dailyRatios, worst),
  };
}

function recoveryOf(
  dailyRatios: Float64Array,
  worst: { readonly peak: { readonly growth: number }; readonly troughIndex: number },
): number | null {
  let growth = 1;
  for (const [index, ratio] of dailyRatios.entries()) {
    growth *= 1 + ratio;
    if (index > worst.troughIndex && growth >= worst.peak.growth) return index;
  }
  return null;
}

/** Slope of our returns on the benchmark's, day by day; null when the benchmark did not move. */
export function betaOf(dailyRatios: Float64Array, benchmarkRatios: Float64Array): number | null {
  const length = Math.min(dailyRatios.length, benchmarkRatios.length);
  if (length < 2) return null;
  const ours = meanOf(dailyRatios.subarray(0, length));
  const theirs = meanOf(benchmarkRatios.subarray(0, length));
  let covariance = 0;
  let variance = 0;
  for (let index = 0; index < length; index += 1) {
    const distance = (benchmarkRatios[index] ?? 0) - theirs;
    covariance += ((dailyRatios[index] ?? 0) - ours) * distance;
    variance += distance * distance;
  }
  return variance === 0 ? null : covariance / variance;
}

/** Yearly standard deviation of the daily difference to a benchmark. */
export function trackingErrorOf(dailyRatios: Float64Array, benchmarkRatios: Float64Array): number | null {
  const length = Math.min(dailyRatios.length, benchmarkRatios.length);
  const difference = dailyRatios.slice(0, length).map((ratio, index) => ratio - (benchmarkRatios[index] ?? 0));
  const deviation = standardDeviation(difference);
  return deviation === null ? null : deviation * Math.sqrt(DAYS_A_YEAR);
}

/** Linked return of every window of `windowDays`, by its last day; NaN until the first window is full. */
export function rollingReturns(dailyRatios: Float64Array, windowDays: number): Float64Array {
  const logs = new Float64Array(dailyRatios.length + 1);
  for (const [index, ratio] of dailyRatios.entries()) logs[index + 1] = (logs[index] ?? 0) + Math.log1p(ratio);
  return dailyRatios.map((_ratio, index) => {
    if (index + 1 < windowDays) return Number.NaN;
    return Math.expm1((logs[index + 1] ?? 0) - (logs[index + 1 - windowDays] ?? 0));
  });
}

function meanOf(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}

function standardDeviation(values: Float64Array): number | null {
  if (values.length < 2) return null;
  const mean = meanOf(values);
  const squares = values.reduce((total, value) => total + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}

function downsideDeviation(values: Float64Array, targetRatio: number): number | null {
  if (values.length < 2) return null;
  const squares = values.reduce((total, value) => total + Math.min(0, value - targetRatio) ** 2, 0);
  return Math.sqrt(squares / values.length);
}

function tailOf(values: Float64Array): Pick<RiskFigures, 'valueAtRisk95Ratio' | 'expectedShortfall95Ratio'> {
  if (values.length < TAIL_DAYS_MIN) return { valueAtRisk95Ratio: null, expectedShortfall95Ratio: null };
  const ordered = values.toSorted();
  const count = Math.floor(values.length * TAIL_SHARE);
  const tail = ordered.subarray(0, count);
  return {
    valueAtRisk95Ratio: Math.max(0, -(ordered[count - 1] ?? 0)),
    expectedShortfall95Ratio: Math.max(0, -meanOf(tail)),
  };
}
