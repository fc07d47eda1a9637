/**
 * Goal: broadcasts between processes travel over Redis while everybody hears it and over PostgreSQL else; at every change
 * of carrier nothing is lost, nothing comes twice, and no older figure comes after a newer one.
 */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type DatabaseHandle, newId, openDatabase } from '#platform/db';
import { absentRedis, openRedis, type RedisHandle } from '#platform/redis';
import { openTestDatabase, openTestRedis, silentLog, type TestDatabase, type TestRedis } from '#platform/testing';
import { type Bus, openBus } from './bus.ts';
import type { Broadcast } from './types.ts';

const workspaceId = newId();
let server: TestRedis;
let database: TestDatabase;
let otherDb: DatabaseHandle;
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  server = await openTestRedis();
  database = await openTestDatabase([]);
  otherDb = await openDatabase({ databaseUrl: database.databaseUrl, dataDir: '', log: silentLog, poolSize: 4 });
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
afterAll(async () => {
  await otherDb.close();
  await database.close();
  await server.close();
});

interface Process {
  readonly bus: Bus;
  readonly redis: RedisHandle;
  readonly heard: Broadcast[];
  droppedCount: number;
}

async function open(db: DatabaseHandle, url: string | null = server.url): Promise<Process> {
  const redis = url === null ? absentRedis : await openRedis({ url, installation: workspaceId, log: silentLog });
  const heard: Broadcast[] = [];
  let droppedCount = 0;
  const bus = await openBus({
    db,
    redis,
    origin: newId(),
    onMessage: (message) => heard.push(message),
    onDropped: (_reason, count) => (droppedCount += count),
    onFault: () => undefined,
  });
  closing.push(
    () => bus.close(),
    () => redis.close(),
  );
  return {
    bus,
    redis,
    heard,
    get droppedCount() {
      return droppedCount;
    },
  };
}

const say = (from: Process, key: string, data: unknown = key): void =>
  from.bus.publish({ workspaceId, topic: 'toys.figures', key, permission: 'toys.ball.read', data });

const keysOf = (process: Process): string[] =>
  process.heard
    .map(({ key }) => key ?? '')
    .filter((key) => key !== 'probe')
    .toSorted();

/** How many pieces Redis was given since it started. */
const piecesByRedis = ({ redis }: Process): Promise<number> =>
  redis.attempt(
    async (client) => Number(/cmdstat_publish:calls=(\d+)/.exec(await client.info('commandstats'))?.[1] ?? 0),
    () => -1,
  );

/** Says probes until one travels over Redis: both processes hear it and know so of each other. */
async function untilByRedis(from: Process, to: Process): Promise<void> {
  await expect
    .poll(
      async () => {
        const before = await piecesByRedis(from);
        say(from, 'probe', newId());
        await delay(150);
        return before >= 0 && (await piecesByRedis(from)) > before && to.heard.some(({ key }) => key === 'probe');
      },
      { timeout: 30_000 },
    )
    .toBe(true);
}

test('while everybody hears Redis it carries everything, also what PostgreSQL could not', async () => {
  const [one, two] = [await open(database.db), await open(otherDb)];
  await untilByRedis(one, two);
  say(one, 'large', 'x'.repeat(50_000));
  await expect.poll(() => keysOf(two)).toEqual(['large']);
  expect(one.droppedCount).toBe(0);
});

test('a process that has no Redis keeps everybody on PostgreSQL', async () => {
  const [one, two, alone] = [await open(database.db), await open(otherDb), await open(otherDb, null)];
  await expect.poll(() => one.redis.isReady && two.redis.isReady).toBe(true);
  await delay(500);
  two.heard.length = 0;
  const before = await piecesByRedis(one);
  for (let place = 0; place < 50; place += 1) say(one, String(place));
  await expect.poll(() => alone.heard.length).toBe(50);
  await expect.poll(() => two.heard.length).toBe(50);
  expect(await piecesByRedis(one)).toBe(before);
});

test.each([
  ['killed and started again', async () => server.kill(), () => server.restart()],
  ['frozen and thawed', async () => server.freeze(), async () => server.thaw()],
])(
  'Redis is %s under load: each message arrives exactly once, and the newest figure last',
  async (_what, lose, bringBack) => {
    const [one, two] = [await open(database.db), await open(otherDb)];
    await untilByRedis(one, two);
    await untilByRedis(two, one);
    let place = 0;
    const speak = async (forMs: number): Promise<void> => {
      const untilMs = performance.now() + forMs;
      while (performance.now() < untilMs) {
        place += 1;
        say(one, `one ${place}`, place);
        say(two, `two ${place}`, place);
        say(one, 'figure', place);
        await delay(2);
      }
    };
    await speak(300);
    await lose();
    await speak(1_500);
    await bringBack();
    await speak(1_500);
    await untilByRedis(one, two);
    await speak(300);
    const expected = (name: string): string[] =>
      Array.from({ length: place }, (_unused, index) => `${name} ${index + 1}`).toSorted();
    await expect
      .poll(() => keysOf(two).filter((key) => key.startsWith('one')), { timeout: 30_000 })
      .toEqual(expected('one'));
    await expect
      .poll(() => keysOf(one).filter((key) => key.startsWith('two')), { timeout: 30_000 })
      .toEqual(expected('two'));
    const figures = two.heard.filter(({ key }) => key === 'figure').map(({ data }) => Number(data));
    expect(figures.at(-1)).toBe(place);
    expect(figures).toEqual(figures.toSorted((a, b) => a - b));
  },
  90_000,
);

test('a process whose line to Redis is dead without a word gets what it missed, once', async () => {
  const pipes: Socket[] = [];
  const line = createServer((socket) => {
    const behind = connect(server.port, '127.0.0.1');
    pipes.push(socket, behind);
    socket.pipe(behind).pipe(socket);
    socket.on('error', () => behind.destroy());
    behind.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => line.listen(0, '127.0.0.1', resolve));
  const url = `redis://127.0.0.1:${(line.address() as AddressInfo).port}`;
  const [one, two] = [await open(database.db), await open(otherDb, url)];
  await untilByRedis(one, two);
  const before = await piecesByRedis(one);
  for (const pipe of pipes) pipe.pause(); // As a cable that was pulled: no end, no error, nothing.
  for (let place = 1; place <= 100; place += 1) {
    say(one, String(place));
    await delay(5);
  }
  expect(await piecesByRedis(one)).toBeGreaterThan(before);
  expect(keysOf(two)).toEqual([]);
  await expect.poll(() => keysOf(two).length).toBe(100);
  expect(new Set(keysOf(two)).size).toBe(100);
  for (const pipe of pipes) pipe.destroy();
  line.close();
}, 60_000);

test('more than PostgreSQL takes at once leaves in the next flushes instead of being dropped', async () => {
  const [one, two] = [await open(database.db, null), await open(otherDb, null)];
  const text = 'x'.repeat(3_000); // Two to a piece: 400 names are 200 pieces, three times what one flush sends.
  for (let place = 0; place < 400; place += 1) say(one, String(place), text);
  await expect.poll(() => two.heard.length).toBe(400);
  expect(one.droppedCount).toBe(0);
});
