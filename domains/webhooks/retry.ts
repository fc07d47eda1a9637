/**
 * When a failed delivery is tried again: immediate, 5 s, 30 s, 5 min, 30 min, 2 h, 8 h, 24 h, each with up to 10 % of jitter
 * so that the waiting deliveries of a recovered endpoint do not arrive as one wave. Pure: clock and chance are passed in.
 */
const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** Delay before attempt n + 1, indexed by the n attempts already made; the first attempt waits for nothing. */
const RETRY_DELAYS_MS = [
  0,
  5 * SECOND_MS,
  30 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  8 * HOUR_MS,
  24 * HOUR_MS,
] as const;
const JITTER_RATIO = 0.1;
const RETRY_AFTER_MS_MAX = 24 * HOUR_MS; // A receiver may ask for patience, not for oblivion.

/** Attempts before a delivery is given up: the first one and one per delay that follows it. */
export const ATTEMPTS_MAX: number = RETRY_DELAYS_MS.length;

/** What one attempt ended with; `status` is null when no answer arrived. */
export interface AttemptOutcome {
  readonly status: number | null;
  readonly retryAfterMs: number | null;
}

export type Verdict =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'retry'; readonly delayMs: number }
  | { readonly kind: 'failed' }
  /** The receiver said 410 Gone: the delivery is over and the endpoint must be disabled. */
  | { readonly kind: 'gone' };

/** Where in which schedule an attempt stood. */
export interface AttemptPlace {
  readonly attemptsMade: number;
  /** In [0, 1). */
  readonly chance: number;
  /** An endpoint's own delays, indexed as those of the house; null follows the house. */
  readonly delaysMs: readonly number[] | null;
}

/** Decides what follows an attempt. */
export function judgeAttempt(outcome: AttemptOutcome, { attemptsMade, chance, delaysMs }: AttemptPlace): Verdict {
  if (outcome.status !== null && outcome.status >= 200 && outcome.status < 300) return { kind: 'delivered' };
  if (outcome.status === 410) return { kind: 'gone' };
  const scheduledMs = (delaysMs ?? RETRY_DELAYS_MS)[attemptsMade];
  if (scheduledMs === undefined) return { kind: 'failed' };
  const jitteredMs = Math.round(scheduledMs * (1 + JITTER_RATIO * chance));
  return { kind: 'retry', delayMs: Math.max(jitteredMs, outcome.retryAfterMs ?? 0) };
}

/** Reads `Retry-After` (seconds or an HTTP date) as a wait from now; null when absent or unreadable. */
export function parseRetryAfter(header: string | undefined, nowMs: number): number | null {
  if (header === undefined) return null;
  const text = header.trim();
  const isDate = text.endsWith('GMT'); // The only zone of an HTTP date (RFC 9110, 5.6.7); Date.parse reads far too much.
  const waitMs = /^\d{1,9}$/.test(text) ? Number(text) * SECOND_MS : isDate ? Date.parse(text) - nowMs : Number.NaN;
  if (!Number.isFinite(waitMs)) return null;
  return Math.min(Math.max(waitMs, 0), RETRY_AFTER_MS_MAX);
}
