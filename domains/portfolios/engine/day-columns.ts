/** Daily values as they are computed, stored and added up: plain columns, for the thread, the store and the group alike. */

/** Flags of a day. */
export const PARTIAL = 1;
export const ESTIMATED = 2;

/** Days without a gap from `firstDay` on. */
export interface DailyValues {
  readonly firstDay: number;
  /** NaN when nothing of the day has a known price; otherwise what is known, `PARTIAL` when that is not all. */
  readonly values: Float64Array;
  /** Both positive; NaN when a rate is missing. */
  readonly inflows: Float64Array;
  readonly outflows: Float64Array;
  readonly flags: Uint8Array;
}
