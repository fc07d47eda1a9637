/** Goal: the pace of an endpoint is one pace over all processes that share a Redis, and of each process without it. */
import fc from 'fast-check';
import { createSharedTokens, openRedis, type RedisHandle } from '#platform/redis';
import { openTestRedis, silentLog, type TestRedis } from '#platform/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Pace } from './pace.ts';

const START_MS = 1_000_000;
let server: TestRedis;
let redis: RedisHandle;
beforeAll(async () => {
  server = await openTestRedis();
  redis = await openRedis({ url: server.url, installation: 'pace', log: silentLog });
  await vi.waitUntil(() => redis.isReady, 15_000);
});
afterAll(async () => {
  await redis.close();
  await server.close();
});

let endpoints = 0;
function processes(count: number, perSecond: number, handle = redis): Pace[] {
  endpoints += 1;
  const shared = createSharedTokens(handle);
  const endpointId = `endpoint${endpoints}`;
  return Array.from({ length: count }, () => new Pace({ endpointId, perSecond, shared, nowMs: START_MS }));
}

test('three processes never send more than the pace and two seconds’ worth, however they take turns', async () => {
  const step = fc.record({ process: fc.nat(2), afterMs: fc.integer({ min: -50, max: 700 }), wish: fc.nat(40) });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 50 }), fc.array(step, { maxLength: 60 }), async (perSecond, steps) => {
      const paces = processes(3, perSecond);
      let nowMs = START_MS;
      let latestMs = START_MS;
      let sentCount = 0;
      for (const { process, afterMs, wish } of steps) {
        nowMs = Math.max(START_MS, nowMs + afterMs);
        latestMs = Math.max(latestMs, nowMs);
        const pace = paces[process] as Pace;
        await pace.visit(nowMs);
        const count = Math.max(0, Math.min(wish, pace.available(nowMs)));
        pace.take(count);
        sentCount += count;
        await pace.visit(nowMs);
        expect(sentCount).toBeLessThanOrEqual((perSecond * (latestMs - START_MS)) / 1000 + 2 * perSecond);
      }
    }),
    { numRuns: 60 },
  );
});

test('two busy processes together keep the pace, and the one that stays gets all of it', async () => {
  const [first, second] = processes(2, 20) as [Pace, Pace];
  let nowMs = START_MS;
  const sendFor = async (paces: readonly Pace[], seconds: number): Promise<number> => {
    let sentCount = 0;
    for (const endMs = nowMs + seconds * 1000; nowMs < endMs; nowMs += 50) {
      for (const pace of paces) {
        await pace.visit(nowMs);
        const count = pace.available(nowMs);
        pace.take(count);
        sentCount += count;
      }
    }
    return sentCount;
  };
  await sendFor([first, second], 3); // The burst at the start is over.
  expect(await sendFor([first, second], 10)).toBeGreaterThanOrEqual(180);
  expect(await sendFor([first, second], 10)).toBeLessThanOrEqual(220);
  const alone = await sendFor([first], 10);
  expect([alone >= 180, alone <= 220]).toEqual([true, true]);
});

test('without a Redis, and while it is lost, each process keeps the pace by itself', async () => {
  const own = await openTestRedis();
  const handle = await openRedis({ url: own.url, installation: 'lost', log: silentLog });
  try {
    await expect.poll(() => handle.isReady).toBe(true);
    const [pace] = processes(1, 10, handle) as [Pace];
    expect(pace.available(START_MS)).toBe(0);
    await pace.visit(START_MS + 1000);
    expect(pace.available(START_MS + 1000)).toBeGreaterThan(0);
    await own.kill();
    await expect.poll(() => handle.isReady).toBe(false);
    await pace.visit(START_MS + 2000);
    const count = pace.available(START_MS + 2000);
    expect([count >= 1, count <= 10]).toEqual([true, true]);
    pace.take(count);
    expect(pace.available(START_MS + 2000)).toBe(0);
    expect(pace.available(START_MS + 3000)).toBe(10);
  } finally {
    await handle.close();
    await own.close();
  }
});
