/**
 * Shared tokens: one token bucket per key over all processes that share a Redis. A process takes a few tokens at a time and
 * spends them without asking again; what it did not spend goes back with its next visit. So a busy process waits for nobody,
 * and all together keep the pace: `perSecond` on average, and at most two seconds' worth at once (one in the bucket, one in
 * the hands of processes).
 */
import type { RedisHandle } from './types.ts';

const IDLE_MS = 10_000; // A bucket nobody visited for so long is full again, so it need not be kept.
// One step inside Redis. The clock is that of whoever is ahead: a machine that lags makes nobody's bucket fill twice.
const VISIT = `
  local perSecond = tonumber(ARGV[1])
  local given = tonumber(ARGV[2])
  local wanted = tonumber(ARGV[3])
  local now = tonumber(ARGV[4])
  local state = redis.call('HMGET', KEYS[1], 'tokens', 'at')
  local tokens = tonumber(state[1]) or perSecond
  local at = tonumber(state[2]) or now
  if now > at then
    tokens = tokens + (now - at) * perSecond / 1000
    at = now
  end
  tokens = math.min(perSecond, tokens + given)
  local taken = math.max(0, math.min(wanted, math.floor(tokens)))
  redis.call('HSET', KEYS[1], 'tokens', tostring(tokens - taken), 'at', string.format('%.0f', at))
  redis.call('PEXPIRE', KEYS[1], ARGV[5])
  return taken`;

export interface TokenVisit {
  readonly perSecond: number;
  /** Unspent ones that go back. */
  readonly givenCount: number;
  readonly wantedCount: number;
  readonly nowMs: number;
}

export interface SharedTokens {
  /** False without `redisUrl`: nobody to share with. */
  readonly isShared: boolean;
  /** Takes at most what is wanted; null when there is no Redis now: then each process keeps the pace by itself. */
  visit(key: string, visit: TokenVisit): Promise<number | null>;
}

export function createSharedTokens(redis: RedisHandle): SharedTokens {
  return {
    isShared: redis.isConfigured,
    visit(key, { perSecond, givenCount, wantedCount, nowMs }) {
      if (!redis.isConfigured) return Promise.resolve(null);
      return redis.attempt<number | null>(
        async (client) => {
          const name = redis.nameOf(`tokens:${key}:${perSecond}`);
          return (await client.eval(VISIT, 1, name, perSecond, givenCount, wantedCount, nowMs, IDLE_MS)) as number;
        },
        () => null,
      );
    },
  };
}
