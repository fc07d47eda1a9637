/**
 * Circuit breaker of one endpoint in one process. Closed: everything flows. After five failures in a row it opens: nothing is
 * sent and no attempt is spent until the pause ends; then one delivery asks (half open). Its success closes the circuit, its
 * failure opens it again for twice as long. Pure: the clock is passed in.
 */
const FAILURES_UNTIL_OPEN = 5;
const PAUSE_MS_FIRST = 5000; // As long as the first retry waits.
const PAUSE_MS_MAX = 60_000; // A receiver that is back is noticed within a minute.

export class Breaker {
  #failuresInRow = 0;
  #firstFailureAtMs: number | null = null;
  #openUntilMs = 0;
  #pauseMs = PAUSE_MS_FIRST;

  get isClosed(): boolean {
    return this.#failuresInRow < FAILURES_UNTIL_OPEN;
  }

  /** Since when nothing succeeded; null while closed. */
  get failingSinceMs(): number | null {
    return this.isClosed ? null : this.#firstFailureAtMs;
  }

  /** When one may ask again; null while closed. */
  get nextProbeAtMs(): number | null {
    return this.isClosed ? null : this.#openUntilMs;
  }

  isOpen(nowMs: number): boolean {
    return !this.isClosed && nowMs < this.#openUntilMs;
  }

  succeed(): void {
    this.#failuresInRow = 0;
    this.#firstFailureAtMs = null;
    this.#openUntilMs = 0;
    this.#pauseMs = PAUSE_MS_FIRST;
  }

  fail(nowMs: number): void {
    this.#failuresInRow += 1;
    this.#firstFailureAtMs ??= nowMs;
    // What was under way when it opened and ends meanwhile says nothing new.
    if (this.isClosed || nowMs < this.#openUntilMs) return;
    this.#openUntilMs = nowMs + this.#pauseMs;
    this.#pauseMs = Math.min(this.#pauseMs * 2, PAUSE_MS_MAX);
  }
}
