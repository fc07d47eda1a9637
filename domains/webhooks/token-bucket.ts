/**
 * Token bucket: at most `perSecond` a second on average, at most one second's worth at once. It never waits: what finds no
 * token stays in the database until a sweep finds one. Of one process: `pace.ts` shares. Pure: the clock is passed in.
 */
const SECOND_MS = 1000;

export class TokenBucket {
  readonly perSecond: number;
  #tokens: number;
  #filledAtMs: number;

  constructor(perSecond: number, nowMs: number) {
    this.perSecond = perSecond;
    this.#tokens = perSecond;
    this.#filledAtMs = nowMs;
  }

  /** Whole tokens there are now. */
  available(nowMs: number): number {
    const passedMs = Math.max(0, nowMs - this.#filledAtMs); // A clock that was set back gives nothing.
    this.#tokens = Math.min(this.perSecond, this.#tokens + (passedMs * this.perSecond) / SECOND_MS);
    this.#filledAtMs = nowMs;
    return Math.floor(this.#tokens);
  }

  take(count: number): void {
    this.#tokens -= count;
  }
}
