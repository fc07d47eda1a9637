/** Faults of providers that say how long to leave them alone: a used-up quota, a key that is refused. */
import { DAY_MS, Fault } from '#kernel';

export type QuotaWindow = 'minute' | 'day' | 'month';

const MINUTE_MS = 60_000;

/** The provider's quota is used up: nothing is asked before `openUntilMs`. */
export class QuotaFault extends Fault {
  readonly window: QuotaWindow;
  readonly openUntilMs: number;

  constructor(window: QuotaWindow, message: string, atMs: number) {
    super(window === 'minute' ? 'provider_rate_limited' : 'provider_quota_spent', message, { retryable: true });
    this.window = window;
    this.openUntilMs = windowEndMs(window, atMs);
  }
}

/** End of the window that an instant lies in. Days and months are UTC; a minute is counted from now, because nobody says when it began. */
export function windowEndMs(window: QuotaWindow, atMs: number): number {
  if (window === 'minute') return atMs + MINUTE_MS;
  if (window === 'day') return (Math.floor(atMs / DAY_MS) + 1) * DAY_MS;
  const at = new Date(atMs);
  return Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 1);
}

/** The provider refuses the key: asking again helps only after a person has looked. */
export function keyFault(message: string): Fault {
  return new Fault('provider_key_refused', message, { retryable: false });
}
