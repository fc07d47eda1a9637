/**
 * Circuit breaker and token bucket: how hard a provider is leaned on. Pure state over a passed clock.
 * Closed lets everything through; five failures in a row (or one "too many requests") open it for a minute; then
 * half-open needs two successes to close and one failure opens it again.
 */
import type { Clock } from '#kernel';

export type BreakerState = 'closed' | 'open' | 'half_open';

export interface ProviderHealth {
  readonly provider: string;
  readonly state: BreakerState;
  readonly failuresInRow: number;
  readonly lastSuccessAtMs: number | null;
  readonly lastFailureAtMs: number | null;
  readonly lastFailure: string | null;
  readonly openUntilMs: number | null;
}

export interface Breaker {
  /** False while the provider is left alone. */
  allows(): boolean;
  recordSuccess(): void;
  /** `opens` leaves the provider alone at once, whatever came before. */
  recordFailure(reason: string, effect: 'counts' | 'opens'): void;
  health(): ProviderHealth;
}

const FAILURES_MAX = 5;
const OPEN_MS = 60_000;
const HALF_OPEN_SUCCESSES = 2;

/** A breaker of one provider, closed. */
export function makeBreaker(provider: string, clock: Clock): Breaker {
  let failuresInRow = 0;
  let successesSinceOpen = 0;
  let openUntilMs: number | null = null;
  let last: Pick<ProviderHealth, 'lastSuccessAtMs' | 'lastFailureAtMs' | 'lastFailure'> = {
    lastSuccessAtMs: null,
    lastFailureAtMs: null,
    lastFailure: null,
  };
  const state = (): BreakerState => {
    if (openUntilMs === null) return 'closed';
    return clock() < openUntilMs ? 'open' : 'half_open';
  };
  return {
    allows: () => state() !== 'open',
    recordSuccess() {
      last = { ...last, lastSuccessAtMs: clock() };
      failuresInRow = 0;
      successesSinceOpen += 1;
      if (openUntilMs !== null && successesSinceOpen >= HALF_OPEN_SUCCESSES) openUntilMs = null;
    },
    recordFailure(reason, effect) {
      const wasHalfOpen = state() === 'half_open';
      last = { ...last, lastFailureAtMs: clock(), lastFailure: reason };
      failuresInRow += 1;
      if (effect === 'counts' && !wasHalfOpen && failuresInRow < FAILURES_MAX) return;
      openUntilMs = clock() + OPEN_MS;
      successesSinceOpen = 0;
    },
    health: () => ({ provider, state: state(), failuresInRow, openUntilMs, ...last }),
  };
}

export interface TokenBucket {
  /** Takes a token; the milliseconds to wait before using it, zero when there was one. Null when the queue is too long. */
  take(): number | null;
}

const WAIT_MAX_MS = 60_000; // A longer queue is refused: the price would be old before it is asked for.

/** Up to `burst` at once, refilled at `perMinute`. */
export function makeTokenBucket(
  rate: { readonly perMinute: number; readonly burst: number },
  clock: Clock,
): TokenBucket {
  const tokenMs = 60_000 / rate.perMinute;
  let emptyAtMs = Number.NEGATIVE_INFINITY; // When the bucket would be full again; each token moves it on.
  return {
    take() {
      const nowMs = clock();
      const nextMs = Math.max(emptyAtMs, nowMs) + tokenMs;
      const waitMs = Math.max(0, nextMs - nowMs - rate.burst * tokenMs);
      if (waitMs > WAIT_MAX_MS) return null;
      emptyAtMs = nextMs;
      return waitMs;
    },
  };
}
