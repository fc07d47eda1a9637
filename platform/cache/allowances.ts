/**
 * Allowances: how much of something that others count may still be used, over all processes that share a Redis. One script
 * per question, so that two processes never take the same last piece. Without Redis the answer is null: count by yourself.
 */
import type { RedisHandle } from '#platform/redis';
import type { Allowances } from './types.ts';

// Redis keeps the time: the clocks of the processes may differ, its own does not.
const TAKE = `
  local added = tonumber(ARGV[1])
  local counts = {}
  for i, key in ipairs(KEYS) do
    local known = math.max(tonumber(redis.call('GET', key) or '0'), tonumber(ARGV[3 * i - 1]))
    if known + added > tonumber(ARGV[3 * i]) then return {0, i, known} end
    counts[i] = known + added
  end
  for i, key in ipairs(KEYS) do
    redis.call('SET', key, counts[i], 'PX', ARGV[3 * i + 1])
  end
  table.insert(counts, 1, 1)
  return counts`;
const TURN = `
  local time = redis.call('TIME')
  local nowMs = time[1] * 1000 + math.floor(time[2] / 1000)
  local tokenMs, burst, waitMaxMs = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
  local nextMs = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), nowMs) + tokenMs
  local waitMs = math.max(0, nextMs - nowMs - burst * tokenMs)
  if waitMs > waitMaxMs then return -1 end
  redis.call('SET', KEYS[1], string.format('%.3f', nextMs), 'PX', math.ceil(nextMs - nowMs) + 1000)
  return math.ceil(waitMs)`;

const LEFT_MS_MIN = 1;

/** Opens the allowances of an installation. */
export function openAllowances(redis: RedisHandle): Allowances {
  return {
    take: async (name, windows, count) =>
      redis.attempt(
        async (client) => {
          const keys = windows.map(({ window }) => redis.nameOf(`allowance:${name}:${window}`));
          const limits = windows.flatMap(({ used, limit, leftMs }) => [
            used,
            limit,
            Math.max(LEFT_MS_MIN, Math.ceil(leftMs)),
          ]);
          const answer = (await client.eval(TAKE, keys.length, ...keys, count, ...limits)) as readonly number[];
          const [isTaken = 0, ...counts] = answer;
          if (isTaken === 1) return { isTaken: true as const, counts };
          return { isTaken: false as const, spentIndex: (counts[0] ?? 1) - 1, used: counts[1] ?? 0 };
        },
        () => null,
      ),
    turn: async (name, { tokenMs, burst, waitMsMax }) =>
      redis.attempt(
        async (client) => {
          const key = redis.nameOf(`allowance:${name}:pace`);
          const waitMs = Number(await client.eval(TURN, 1, key, tokenMs, burst, waitMsMax));
          return { waitMs: waitMs < 0 ? null : waitMs };
        },
        () => null,
      ),
  };
}
