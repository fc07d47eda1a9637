/**
 * Throttling of sign-in: an account seen from one address waits longer after each failure, and an address that fails
 * over many accounts waits too. A stranger elsewhere cannot lock the owner out of her own account.
 */
import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';

export interface AttemptLimit {
  /** Failures that cost nothing: a person mistypes. */
  readonly freeCount: number;
  readonly firstDelayMs: number;
  readonly delayMaxMs: number;
}

export const ACCOUNT_LIMIT: AttemptLimit = { freeCount: 5, firstDelayMs: 2_000, delayMaxMs: 15 * 60_000 };
/** An office behind one address mistypes more than one person does. */
export const ADDRESS_LIMIT: AttemptLimit = { freeCount: 50, firstDelayMs: 2_000, delayMaxMs: 15 * 60_000 };
/** After a quiet day the count starts again. */
export const ATTEMPT_MEMORY_MS = 24 * 60 * 60_000;

/** How long to wait after the n-th failure in a row: nothing while free, then doubling up to the maximum. */
export function delayAfterFailureMs(failedCount: number, limit: AttemptLimit): number {
  const beyond = failedCount - limit.freeCount;
  if (beyond < 0) return 0;
  return Math.min(limit.delayMaxMs, limit.firstDelayMs * 2 ** Math.min(beyond, 30));
}

export function accountKey(email: string, ip: string): string {
  const account = createHash('sha256').update(email.trim().toLowerCase()).digest('hex').slice(0, 32);
  return `account:${account}:${addressGroup(ip)}`;
}

export function addressKey(ip: string): string {
  return `address:${addressGroup(ip)}`;
}

/** One IPv6 customer holds a whole /64, so it counts as one address. */
export function addressGroup(ip: string): string {
  if (!isIPv6(ip)) return ip;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip);
  if (mapped?.[1]) return mapped[1];
  const [head = '', tail] = (ip.split('%')[0] ?? '').toLowerCase().split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array.from({ length: zeros }, () => '0'), ...right];
  return `${groups.slice(0, 4).join(':')}::/64`;
}
