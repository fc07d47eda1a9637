/** Cache: answers that cost something, kept for a while, and asked for once however many ask. */

export interface CachePolicy {
  /** An answer this young is given as it is. */
  readonly ttlMs: number;
  /** One that is this much older is given at once, while a new one is fetched behind it; 0 waits for the new one. */
  readonly staleMs: number;
}

export interface CacheShape<Value> {
  /** Names the cache in Redis and in the figures: `markets.answers`. */
  readonly name: string;
  /** Answers kept in this process; the least used go first. */
  readonly entriesMax: number;
  /** The weight of an answer and how much all of them may weigh. */
  readonly weight?: { of(value: Value): number; readonly max: number };
  /** For an answer that says "not there" or "not now": how long it is believed; null for a real answer. */
  negativeTtlMs?(value: Value): number | null;
  /** Present: answers are shared with the other processes over Redis, as this text. `decode` may throw on text of another release. */
  readonly codec?: { encode(value: Value): string; decode(text: string): Value };
}

export interface Cache<Value> {
  /**
   * Gives the kept answer, or the one that `load` brings; callers of the same key share one `load`. A `load` that throws
   * is told to those who wait for it and kept by nobody; whoever was given an older answer hears nothing of it.
   */
  get(key: string, policy: CachePolicy, load: () => Promise<Value>): Promise<Value>;
}

export interface AllowanceWindow {
  /** Names the window and when it ends, so that the next one starts at zero: `day:1795219200000`. */
  readonly window: string;
  /** What this process knows to be used already; the larger of the two counts. */
  readonly used: number;
  readonly limit: number;
  readonly leftMs: number;
}

/** What was counted in each window after taking; or which one has too few left, and nothing was taken. */
export type AllowanceAnswer =
  | { readonly isTaken: true; readonly counts: readonly number[] }
  | { readonly isTaken: false; readonly spentIndex: number; readonly used: number };

/** What all processes together may use. Each answer is null without Redis: the caller counts by itself. */
export interface Allowances {
  /** Takes from every window, or from none. */
  take(name: string, windows: readonly AllowanceWindow[], count: number): Promise<AllowanceAnswer | null>;
  /** A turn at a pace of one in `tokenMs` after a burst: how long to wait for it, null when longer than `waitMsMax`. */
  turn(
    name: string,
    pace: { readonly tokenMs: number; readonly burst: number; readonly waitMsMax: number },
  ): Promise<{ readonly waitMs: number | null } | null>;
}

export interface Caches {
  /** Opens a cache; two of one name share what is in Redis and nothing else. */
  open<Value>(shape: CacheShape<Value>): Cache<Value>;
  readonly allowances: Allowances;
}
