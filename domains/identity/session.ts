/** How long a session lives, and what its cookie is called. */
import { DAY_MS } from '#kernel';

export const SESSION_IDLE_MS = 7 * DAY_MS;
export const SESSION_ABSOLUTE_MS = 30 * DAY_MS;
/** How long a proof of who she is serves for what is sensitive: long enough for one errand, short for a desk left open. */
export const PROOF_MS = 10 * 60_000;
/** Writing "last seen" more often than this would make every read a write. */
export const TOUCH_INTERVAL_MS = 60_000;

/** The plain name; `platform/http` adds the `__Host-` prefix (this host only, Secure) on https. */
export const SESSION_COOKIE = 'cactus_session';

/** A session dies after a quiet week, and after a month whatever happens. */
export function sessionExpiry(createdAtMs: number, seenAtMs: number): { idleAtMs: number; absoluteAtMs: number } {
  const absoluteAtMs = createdAtMs + SESSION_ABSOLUTE_MS;
  return { absoluteAtMs, idleAtMs: Math.min(seenAtMs + SESSION_IDLE_MS, absoluteAtMs) };
}
