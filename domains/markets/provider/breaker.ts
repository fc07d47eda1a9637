/**
 * Circuit breaker and token bucket: how hard a provider is leaned on. Pure state over a passed clock.
 * Closed lets everything through; five failures in a row (or one "too many requests") open it for a minute; then
 * half-open needs two successes to close and one failure opens it again.
 */
import type { Clock } from '#kernel';
import type { CreditUse } from './credit-book.ts';

export type BreakerState = 'closed' | 'open' | 'half_open';

export interface ProviderHealth {
  readonly provider: string;
  readonly state: BreakerState;
  readonly failuresInRow: number;
  readonly lastSuccessAtMs: number | null;
  readonly lastFailureAtMs: number | null;
  readonly lastFailure: string | null;
  readonly openUntilMs: number | null;
  /** Credits used in the windows that the provider counts; empty for one that counts none. */
  readonly credits: readonly CreditUse[];
}

export interface Breaker {
  /** False while the provider is left alone. */
  allows(): boolean;
  recordSuccess(): void;
  /** `opens` leaves the provider alone at once, whatever came before; until an instant when its quota says so. */
  recordFailure(reason: string, effect: 'counts' | 'opens', untilMs?: number): void;
  /** Forgets the pause: a person has changed something and wants to know. */
  reset(): void;
  /** Takes over what another process knew, so that a restart does not lean on a provider that asked for a pause. */
  resume(known: Pick<ProviderHealth, 'openUntilMs' | 'lastFailure' | 'lastFailureAtMs' | 'lastSuccessAtMs'>): void;
  health(): Omit<ProviderHealth, 'credits'>;
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
    recordFailure(reason, effect, untilMs) {
      const wasHalfOpen = state() === 'half_open';
      last = { ...last, lastFailureAtMs: clock(), lastFailure: reason };
      failuresInRow += 1;
      if (effect === 'counts' && !wasHalfOpen && failuresInRow < FAILURES_MAX) return;
      openUntilMs = Math.max(clock() + OPEN_MS, untilMs ?? 0);
      successesSinceOpen = 0;
    },
    reset() {
      openUntilMs = null;
      failuresInRow = 0;
    },
    resume(known) {
      const { lastSuccessAtMs, lastFailureAtMs, lastFailure } = known;
      if (last.lastSuccessAtMs === null && last.lastFailureAtMs === null) {
        last = { lastSuccessAtMs, lastFailureAtMs, lastFailure };
      }
      if (known.openUntilMs !== null && known.openUntilMs > clock()) {
        openUntilMs = Math.max(openUntilMs ?? 0, known.openUntilMs);
      }
    },
    health: () => ({ provider, state: state(), failuresInRow, openUntilMs, ...last }),
  };
}

export interface TokenBucket {
  /** Takes a token; the milliseconds to wait before using it, zero when there was one. Null when the queue is too long. */
  take(): number | null;
}

/** A longer queue is refused: the price would be old before it is asked for. */
export const QUEUE_WAIT_MS_MAX = 60_000;

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
      if (waitMs > QUEUE_WAIT_MS_MAX) return null;
      emptyAtMs = nextMs;
      return waitMs;
    },
  };
}
