/** Goal: however many ask, one loads; old answers are served while new ones come; nothing grows without end; Redis may die. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createCaches, type Caches, type CacheShape } from '#platform/cache';
import { newId } from '#platform/db';
import { absentRedis, openRedis, type RedisHandle } from '#platform/redis';
import { createTelemetry } from '#platform/telemetry';
import { openTestRedis, silentLog, type TestRedis } from '#platform/testing';

const POLICY = { ttlMs: 1_000, staleMs: 5_000 };
const telemetry = createTelemetry({ level: 'error', write: () => undefined });
const handles: RedisHandle[] = [];
let server: TestRedis;
let nowMs = 1_000_000;

beforeAll(async () => {
  server = await openTestRedis();
});
afterEach(async () => {
  for (const redis of handles.splice(0)) await redis.close();
});
afterAll(async () => {
  await server.close();
  telemetry.stop();
});

const cachesOn = (redis: RedisHandle): Caches =>
  createCaches({ redis, clock: () => nowMs, telemetry: { counter: () => ({ add: () => undefined }) } });

async function process(installation: string): Promise<Caches> {
  const redis = await openRedis({ url: server.url, installation, log: silentLog });
  handles.push(redis);
  await expect.poll(() => redis.isReady).toBe(true);
  return cachesOn(redis);
}
const text: CacheShape<string> = {
  name: 'toys',
  entriesMax: 10,
  codec: { encode: (value) => value, decode: (value) => value },
};

/** A source that counts, and answers when it is let. */
function source() {
  const gate = Promise.withResolvers<void>();
  const found = {
    calls: 0,
    open: () => gate.resolve(),
    load: async () => {
      found.calls += 1;
      const answer = `answer ${found.calls}`;
      await gate.promise;
      return answer;
    },
  };
  return found;
}

test('a stampede of a thousand costs one load, and a later one none', async () => {
  const cache = cachesOn(absentRedis).open(text);
  const counted = source();
  const answers = Array.from({ length: 1_000 }, () => cache.get('ball', POLICY, counted.load));
  counted.open();
  expect(new Set(await Promise.all(answers))).toEqual(new Set(['answer 1']));
  await cache.get('ball', POLICY, counted.load);
  expect(counted.calls).toBe(1);
});

test('an old answer is given at once and renewed behind it; one that is too old is waited for', async () => {
  const cache = cachesOn(absentRedis).open(text);
  const counted = source();
  counted.open();
  const get = (): Promise<string> => cache.get('ball', POLICY, counted.load);
  expect(await get()).toBe('answer 1');
  nowMs += 1_000;
  expect(await get()).toBe('answer 1');
  await expect.poll(get).toBe('answer 2');
  nowMs += 6_000;
  expect(await get()).toBe('answer 3');
});

test('a failing source hurts only those who wait for it, and is asked again', async () => {
  const cache = cachesOn(absentRedis).open(text);
  const fails = async (): Promise<string> => {
    throw new Error('down');
  };
  await expect(cache.get('ball', POLICY, fails)).rejects.toThrow('down');
  expect(await cache.get('ball', POLICY, async () => 'up')).toBe('up');
  nowMs += 2_000;
  expect(await cache.get('ball', POLICY, fails)).toBe('up');
  await expect(cache.get('ball', { ...POLICY, staleMs: 0 }, fails)).rejects.toThrow('down');
});

test('"not there" is believed for its own time', async () => {
  const cache = cachesOn(absentRedis).open<string | null>({
    name: 'absent',
    entriesMax: 10,
    negativeTtlMs: (value) => (value === null ? 100 : null),
  });
  let calls = 0;
  const absent = async (): Promise<null> => {
    calls += 1;
    return null;
  };
  const strict = { ttlMs: 1_000, staleMs: 0 };
  for (let count = 0; count < 3; count += 1) expect(await cache.get('ghost', strict, absent)).toBeNull();
  expect(calls).toBe(1);
  nowMs += 100;
  expect(await cache.get('ghost', strict, async () => 'here')).toBe('here');
});

test('memory is bounded by entries and by weight', async () => {
  const cache = cachesOn(absentRedis).open<string>({
    name: 'heavy',
    entriesMax: 100,
    weight: { of: (value) => value.length, max: 1_000 },
  });
  let calls = 0;
  const load = async (): Promise<string> => {
    calls += 1;
    return 'x'.repeat(300);
  };
  for (const key of ['a', 'b', 'c', 'd']) await cache.get(key, POLICY, load);
  await cache.get('d', POLICY, load);
  expect(calls).toBe(4);
  await cache.get('a', POLICY, load);
  expect(calls).toBe(5);
});

test('over Redis two processes share an answer, and a stampede at both costs one load', async () => {
  const installation = newId();
  const [one, two] = [await process(installation), await process(installation)].map((caches) => caches.open(text));
  const counted = source();
  const asked = [one, two].flatMap((cache) =>
    Array.from({ length: 100 }, async () => cache?.get('ball', POLICY, counted.load)),
  );
  await expect.poll(() => counted.calls).toBe(1);
  counted.open();
  expect(new Set(await Promise.all(asked))).toEqual(new Set(['answer 1']));
  expect(counted.calls).toBe(1);
});

test('text of another release is loaded anew', async () => {
  const installation = newId();
  const [old, fresh] = [await process(installation), await process(installation)];
  await old.open(text).get('ball', POLICY, async () => 'not json');
  const cache = fresh.open<number>({
    name: text.name,
    entriesMax: text.entriesMax,
    codec: { encode: (value) => JSON.stringify(value), decode: (value) => JSON.parse(value) as number },
  });
  expect(await cache.get('ball', POLICY, async () => 7)).toBe(7);
});

test('with Redis killed, every process goes on with its own memory and its own source', async () => {
  const cache = (await process(newId())).open(text);
  expect(await cache.get('ball', POLICY, async () => 'before')).toBe('before');
  await server.kill();
  expect(await cache.get('ball', POLICY, async () => 'never')).toBe('before');
  expect(await cache.get('bat', POLICY, async () => 'alone')).toBe('alone');
  await server.restart();
  await expect.poll(() => handles.every((redis) => redis.isReady)).toBe(true);
  expect(await cache.get('net', POLICY, async () => 'after')).toBe('after');
});
