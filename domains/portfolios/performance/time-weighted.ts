/**
 * Time-weighted return: what the money did, whatever came in and went out. Units: floats of one currency, ratios.
 * Convention of the ledger file contract: money in counts at the start of its day, money out at its end, so
 * return of a day = (end value + out) / (end value of the day before + in) - 1, and days are linked by multiplying.
 * Also the modified Dietz return (Dietz 1968, day-weighted flows), its approximation from two valuations.
 */

/** One column per figure, a day each, days without a gap. */
export interface DailyColumns {
  /** Epoch day of the first entry. */
  readonly firstDay: number;
  /** Value at the end of each day; NaN where a price or rate is missing. */
  readonly values: Float64Array;
  /** What came in and went out on each day, both positive; NaN where a rate is missing. */
  readonly inflows: Float64Array;
  readonly outflows: Float64Array;
  /** Value at the end of the day before the first. */
  readonly openingValue: number;
}

export type ReturnGap =
  | { readonly kind: 'value_unknown'; readonly day: number }
  /** Nothing (or less) was invested at the start of a day that ended with something: no ratio says what happened. */
  | { readonly kind: 'base_not_positive'; readonly day: number };

export interface TimeWeighted {
  /** Return of each day; zero while nothing is invested. */
  readonly dailyRatios: Float64Array;
  /** Linked return from the start to the end of each day. */
  readonly linkedRatios: Float64Array;
  /** Return of the whole period. */
  readonly totalRatio: number;
}

const NOTHING = 1e-9; // Below this a value is the rounding of sums, not money.

/** Links the daily returns, or names the first day that has none. */
export function timeWeighted(columns: DailyColumns): TimeWeighted | ReturnGap {
  const length = columns.values.length;
  const dailyRatios = new Float64Array(length);
  const linkedRatios = new Float64Array(length);
  let growth = 1;
  let before = columns.openingValue;
  for (let index = 0; index < length; index += 1) {
    const start = before + (columns.inflows[index] ?? 0);
    const end = (columns.values[index] ?? 0) + (columns.outflows[index] ?? 0);
    const day = columns.firstDay + index;
    if (Number.isNaN(start) || Number.isNaN(end)) return { kind: 'value_unknown', day };
    const isIdle = Math.abs(start) < NOTHING && Math.abs(end) < NOTHING;
    if (!isIdle && start < NOTHING) return { kind: 'base_not_positive', day };
    const ratio = isIdle ? 0 : end / start - 1;
    dailyRatios[index] = ratio;
    growth *= 1 + ratio;
    linkedRatios[index] = growth - 1;
    before = columns.values[index] ?? 0;
  }
  return { dailyRatios, linkedRatios, totalRatio: growth - 1 };
}

/** The modified Dietz return of the whole period; null when the weighted capital is not positive. */
export function modifiedDietz(columns: DailyColumns): number | null {
  const length = columns.values.length;
  const end = columns.values[length - 1];
  if (end === undefined) return null;
  let net = 0;
  let weighted = 0;
  for (let index = 0; index < length; index += 1) {
    const inflow = columns.inflows[index] ?? 0;
    const outflow = columns.outflows[index] ?? 0;
    net += inflow - outflow;
    // Money in works from the start of its day, money out until the end of its day.
    weighted += (inflow * (length - index) - outflow * (length - index - 1)) / length;
  }
  const capital = columns.openingValue + weighted;
  return capital < NOTHING || Number.isNaN(capital + end) ? null : (end - columns.openingValue - net) / capital;
}

/** Growth a year; null under a year, where it would promise what nobody has seen. */
export function annualised(totalRatio: number, dayCount: number): number | null {
  if (dayCount < 365 || totalRatio <= -1) return null;
  return (1 + totalRatio) ** (365 / dayCount) - 1;
}
