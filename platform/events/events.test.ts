/** Goal: events live and die with their transaction, are heard once and in order, here and in other processes. */
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { Decimal, event as declareEvent } from '#kernel';
import { newId, openDatabase, type DatabaseHandle } from '#platform/db';
import { createEvents, type EventsHandle, type StoredEvent } from '#platform/events';
import { openTestDatabase, silentLog, type TestDatabase } from '#platform/testing';

const Moved = declareEvent({
  name: 'toys.ball.moved',
  version: 1,
  summary: 'A ball moved.',
  permission: 'toys.ball.read',
  schema: z.object({ distance: z.string(), turns: z.union([z.bigint(), z.string()]).optional() }),
  example: { distance: '1.5' },
});
const workspaceId = newId();
const nowMs = Date.UTC(2026, 10, 21, 19, 0, 0, 123);
const fact = (distance: string) => ({ workspaceId, subjectId: 'ball', payload: { distance } });

let database: TestDatabase;
let otherDb: DatabaseHandle;
let here: EventsHandle;
let other: EventsHandle;
const heard: Record<'local' | 'published' | 'inOrder' | 'other', StoredEvent[]> = {
  local: [],
  published: [],
  inOrder: [],
  other: [],
};

const open = (db: DatabaseHandle): Promise<EventsHandle> =>
  createEvents({ db, catalogue: [Moved], clock: () => nowMs, log: silentLog });

beforeAll(async () => {
  database = await openTestDatabase([]);
  here = await open(database.db);
  otherDb = await openDatabase({ databaseUrl: database.databaseUrl, dataDir: '', log: silentLog, poolSize: 4 });
  other = await open(otherDb);
  here.afterCommit((events) => heard.local.push(...events));
  here.onPublished((events) => heard.published.push(...events));
  here.onPublishedInOrder((events) => heard.inOrder.push(...events));
  other.onPublished((events) => heard.other.push(...events));
});
beforeEach(async () => {
  // What the test before left on its way must not be counted here: a mark in each direction flushes it.
  const marks = [await here.publish(Moved, fact('mark')), await other.publish(Moved, fact('mark'))];
  for (const list of [heard.published, heard.inOrder, heard.other]) {
    await vi.waitUntil(() => marks.every(({ id }) => list.some((event) => event.id === id)));
  }
  for (const list of Object.values(heard)) list.length = 0;
});
afterAll(async () => {
  await here.close();
  await other.close();
  await otherDb.close();
  await database.close();
});

const distances = (events: readonly StoredEvent[]): string[] =>
  events.map(({ payload }) => (payload as { distance: string }).distance);

test('an emitted event is stored with its transaction and heard right after, here and elsewhere', async () => {
  await database.db.transaction(async (tx) => {
    tx.emit(Moved, fact('1'));
    tx.emit(Moved, fact('2'));
    expect(heard.local).toEqual([]);
  });
  expect(distances(heard.local)).toEqual(['1', '2']);
  expect(heard.published).toEqual(heard.local);
  await expect.poll(() => distances(heard.other)).toEqual(['1', '2']);
  expect(heard.other.map(({ payloadJson: _text, ...rest }) => rest)).toEqual(
    heard.local.map(({ payloadJson: _text, ...rest }) => rest),
  );
  expect(heard.other[0]).toMatchObject({ name: 'toys.ball.moved', version: 1, occurredAtMs: nowMs, subjectId: 'ball' });
});

test('a rolled-back transaction leaves no event and nobody hears it', async () => {
  const rolledBack = database.db.transaction(async (tx) => {
    tx.emit(Moved, fact('never'));
    throw new Error('no');
  });
  await expect(rolledBack).rejects.toThrow('no');
  await here.publish(Moved, fact('next'));
  await expect.poll(() => distances(heard.other)).toEqual(['next']);
  expect(distances(heard.local)).toEqual(['next']);
});

test('a throwing hook rolls the whole transaction back', async () => {
  const lonely = await openTestDatabase([]);
  const events = await open(lonely.db);
  events.beforeCommit(async (tx, batch) => {
    if (distances(batch).includes('refused')) await sql`select 1/0`.execute(tx.tables());
  });
  await expect(events.publish(Moved, fact('refused'))).rejects.toThrow('division by zero');
  await events.publish(Moved, fact('fine'));
  expect(distances(await events.after({ workspaceId, sequence: 0n, limit: 10 }))).toEqual(['fine']);
  await lonely.close();
});

test('a payload that breaks its schema is found where it is emitted', async () => {
  const wrong = { ...fact('1'), payload: { distance: 5 as unknown as string } };
  const emitting = database.db.transaction(async (tx) => tx.emit(Moved, wrong));
  await expect(emitting).rejects.toThrow('toys.ball.moved does not fit its schema: distance');
  await expect(here.publish(Moved, wrong)).rejects.toThrow('does not fit');
});

test('decimals and bigints travel as exact text', async () => {
  const payload = { distance: Decimal.from('0.100000000000000001') as unknown as string, turns: 2n ** 70n };
  const stored = await here.publish(Moved, { workspaceId, subjectId: 'ball', payload });
  expect(stored.payload).toEqual({ distance: '0.100000000000000001', turns: '1180591620717411303424' });
  expect((await here.find(database.db, stored.id))?.payload).toEqual(stored.payload);
});

test('concurrent publishing in two processes keeps one order without gaps for every listener', async () => {
  const start = (await here.publish(Moved, fact('start'))).sequence;
  await expect.poll(() => heard.other.length).toBe(1);
  const count = 300;
  await Promise.all(
    Array.from({ length: count }, (_unused, index) =>
      index % 3 === 2
        ? database.db.transaction(async (tx) => tx.emit(Moved, fact(String(index))))
        : (index % 3 === 1 ? other : here).publish(Moved, fact(String(index))),
    ),
  );
  await expect.poll(() => [heard.published.length, heard.other.length]).toEqual([count + 1, count + 1]);
  const log = await here.after({ workspaceId, sequence: start, limit: 1_000 });
  expect(log).toHaveLength(count);
  const sequences = (events: readonly StoredEvent[]): bigint[] => events.map(({ sequence }) => sequence);
  const ascending = (values: bigint[]): bigint[] => values.toSorted((a, b) => Number(a - b));
  expect(sequences(log)).toEqual(ascending(sequences(log)));
  expect(sequences(heard.local)).toEqual(ascending(sequences(heard.local)));
  expect(new Set(sequences(heard.published)).size).toBe(count + 1);
  await expect.poll(() => heard.inOrder.length).toBe(count + 1);
  expect(sequences(heard.inOrder)).toEqual(ascending(sequences(heard.inOrder)));
});

test('a reader that resumes after any sequence it saw misses nothing, even while others commit', async () => {
  let position = (await here.publish(Moved, fact('start'))).sequence;
  const seen: unknown[] = [];
  const writing = Promise.all(
    Array.from({ length: 200 }, (_unused, index) => (index % 2 ? other : here).publish(Moved, fact(`r${index}`))),
  );
  let isWriting = true;
  void writing.finally(() => (isWriting = false));
  for (let isLast = false; !isLast;) {
    isLast = !isWriting;
    const page = await other.after({ workspaceId, sequence: position, limit: 50 });
    seen.push(...distances(page));
    position = page.at(-1)?.sequence ?? position;
    if (page.length > 0) isLast = false;
  }
  expect(new Set(seen).size).toBe(200);
});

test('events written while the listening connection was down are heard after it is back, once', async () => {
  await otherDb.prepared(
    'test.cut',
    `select pg_terminate_backend(pid) from pg_stat_activity
     where application_name = 'cactus-listener' and datname = current_database()`,
    [],
  );
  const stored = await Promise.all(['a', 'b', 'c'].map((name) => here.publish(Moved, fact(name))));
  await expect.poll(() => distances(heard.other), { timeout: 5_000 }).toEqual(['a', 'b', 'c']);
  await here.publish(Moved, fact('d'));
  await expect.poll(() => distances(heard.other)).toEqual(['a', 'b', 'c', 'd']);
  expect(distances(heard.published)).toEqual(['a', 'b', 'c', 'd']);
  expect(stored).toHaveLength(3);
});

test('the newest page comes first and pages backwards; names narrow it; pruning removes the old', async () => {
  const [newest] = await here.latest({ workspaceId, limit: 1 });
  expect(newest).toBeDefined();
  const before = await here.latest({ workspaceId, limit: 2, beforeSequence: newest!.sequence });
  expect(before[0]!.sequence).toBeLessThan(newest!.sequence);
  expect(await here.latest({ workspaceId, limit: 5, names: ['toys.ball.lost'] })).toEqual([]);
  expect(await here.after({ workspaceId: newId(), sequence: 0n, limit: 5 })).toEqual([]);
  expect(await here.prune(nowMs)).toBe(0);
  expect(await here.prune(nowMs + 1)).toBeGreaterThan(500);
  expect(await here.latest({ workspaceId, limit: 1 })).toEqual([]);
});

test('what a process without hooks commits is taken once by whoever catches up, and comes back after a rollback', async () => {
  const lonely = await openTestDatabase([]);
  const offline = await open(lonely.db);
  expect(await offline.hasUnheard()).toBe(false);
  for (const distance of ['1', '2', '3']) await offline.publish(Moved, fact(distance));
  expect(await offline.hasUnheard()).toBe(true);
  const failed = lonely.db.transaction(async (tx) => {
    expect(distances(await offline.takeUnheard(tx, 10))).toEqual(['1', '2', '3']);
    throw new Error('no');
  });
  await expect(failed).rejects.toThrow('no');
  const take = () => lonely.db.transaction((tx) => offline.takeUnheard(tx, 2));
  const taken = (await Promise.all([take(), take(), take()])).flat();
  expect(distances(taken).toSorted()).toEqual(['1', '2', '3']);
  expect(await offline.hasUnheard()).toBe(false);
  offline.beforeCommit(() => Promise.resolve());
  await offline.publish(Moved, fact('heard'));
  expect(await offline.hasUnheard()).toBe(false);
  await offline.close();
  await lonely.close();
});
