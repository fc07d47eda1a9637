/** Goal: processes that share a Redis share what they may use: never one piece too many, and alone when it is gone. */
import { openAllowances } from './allowances.ts';
import { absentRedis, openRedis, type RedisHandle } from '#platform/redis';
import { openTestRedis, silentLog, type TestRedis } from '#platform/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';

let server: TestRedis;
const handles: RedisHandle[] = [];
beforeAll(async () => {
  server = await openTestRedis();
});
afterAll(async () => {
  for (const redis of handles) await redis.close();
  await server.close();
});

async function process(installation = 'one') {
  const redis = await openRedis({ url: server.url, installation, log: silentLog });
  handles.push(redis);
  await expect.poll(() => redis.isReady).toBe(true);
  return openAllowances(redis);
}
const day = (limit: number, used = 0) => ({ window: 'day', used, limit, leftMs: 60_000 });

test('two processes never take more than there is, and another installation has its own', async () => {
  const [one, two, stranger] = [await process(), await process(), await process('two')];
  const asked = Array.from({ length: 40 }, async (_, index) => (index % 2 === 0 ? one : two).take('p', [day(25)], 1));
  const taken = (await Promise.all(asked)).filter((answer) => answer?.isTaken);
  expect(taken).toHaveLength(25);
  expect(await one.take('p', [day(25)], 1)).toEqual({ isTaken: false, spentIndex: 0, used: 25 });
  expect(await stranger.take('p', [day(25)], 5)).toEqual({ isTaken: true, counts: [5] });
});

test('what a process knows from before counts, and a window that has too few leaves the others as they were', async () => {
  const one = await process();
  const month = { window: 'month', used: 0, limit: 100, leftMs: 60_000 };
  expect(await one.take('q', [day(10, 8), month], 1)).toEqual({ isTaken: true, counts: [9, 1] });
  expect(await one.take('q', [day(10), month], 2)).toEqual({ isTaken: false, spentIndex: 0, used: 9 });
  expect(await one.take('q', [day(10), month], 1)).toEqual({ isTaken: true, counts: [10, 2] });
});

test('the pace is one for all: the burst goes at once, the rest waits its turn or is refused', async () => {
  const [one, two] = [await process(), await process()];
  const pace = { tokenMs: 60_000, burst: 2, waitMsMax: 130_000 };
  const waits: (number | null)[] = [];
  for (const worker of [one, two, one, two, one]) waits.push((await worker.turn('r', pace))?.waitMs ?? null);
  expect(waits.slice(0, 2)).toEqual([0, 0]);
  expect(waits[2]).toBeGreaterThan(50_000);
  expect(waits[2]).toBeLessThanOrEqual(60_000);
  expect(waits[3]).toBeGreaterThan(110_000);
  expect(waits[4]).toBe(null);
});

test('without Redis, and with it lost, everybody counts alone', async () => {
  const alone = openAllowances(absentRedis);
  expect(await alone.take('p', [day(1)], 1)).toBe(null);
  expect(await alone.turn('p', { tokenMs: 1, burst: 1, waitMsMax: 1 })).toBe(null);
  const one = await process();
  await server.kill();
  await expect.poll(() => handles.at(-1)?.isReady).toBe(false);
  expect(await one.take('p', [day(1)], 1)).toBe(null);
});
