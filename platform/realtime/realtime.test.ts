/**
 * Goal: a socket shows its person exactly what she may see, in order, each event once and none lost, and a slow one costs
 * nobody else anything. Two processes are two connections over one real database.
 */
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { event, ok, refuse } from '#kernel';
import { type DatabaseHandle, newId, openDatabase } from '#platform/db';
import { createEvents, type EventsHandle } from '#platform/events';
import type { Actor } from '#platform/http';
import { createRealtime, type RealtimeHandle } from '#platform/realtime';
import { absentRedis } from '#platform/redis';
import { openTestDatabase, silentLog, type TestDatabase } from '#platform/testing';
import { guardOf, Owned, ownerOf, scopeNamed } from './boxes-fixture.ts';

const Moved = event({
  name: 'toys.ball.moved',
  version: 1,
  summary: 'A ball moved.',
  permission: 'toys.ball.read',
  schema: z.object({ place: z.number() }),
  example: { place: 1 },
});
const Hidden = event({ ...Moved, name: 'toys.secret.moved', permission: 'toys.secret.read' });
const Ended = event({
  ...Moved,
  name: 'toys.session.ended',
  schema: z.object({ sessionId: z.string() }),
  example: { sessionId: 'x' },
});
const workspaceId = newId();
const catalogue = [Moved, Hidden, Ended, Owned];

let database: TestDatabase;
let otherDb: DatabaseHandle;
let events: EventsHandle;
let otherEvents: EventsHandle;
let realtime: RealtimeHandle;
let otherRealtime: RealtimeHandle;
let server: Server;
let url: string;
const endedSessions = new Set<string>();

const start = async (db: DatabaseHandle): Promise<[EventsHandle, RealtimeHandle]> => {
  const opened = await createEvents({ db, catalogue, clock: Date.now, log: silentLog });
  return [
    opened,
    await createRealtime({
      db,
      events: opened,
      redis: absentRedis,
      rowGuard: guardOf(db),
      clock: Date.now,
      log: silentLog,
      paths: new Map([['/ws/balls', ['toys.ball.moved']]]),
    }),
  ];
};

/** The person is in the query: `?workspace=…&permissions=a,b&session=…`; without a session nobody is signed in. */
const actorOf = (address: string): Actor | null => {
  const query = new URL(address, 'http://x').searchParams;
  const sessionId = query.get('session');
  if (sessionId === null || endedSessions.has(sessionId)) return null;
  return {
    userId: newId(),
    sessionId,
    workspaceId: query.get('workspace') ?? workspaceId,
    role: 'owner',
    permissions: new Set((query.get('permissions') ?? 'toys.ball.read').split(',')),
    rows: scopeNamed(query.get('rows')),
  };
};

beforeAll(async () => {
  database = await openTestDatabase([]);
  otherDb = await openDatabase({ databaseUrl: database.databaseUrl, dataDir: '', log: silentLog, poolSize: 4 });
  [events, realtime] = await start(database.db);
  [otherEvents, otherRealtime] = await start(otherDb);
  server = createServer();
  const authenticateUpgrade = async (request: {
    readonly url?: string | undefined;
    readonly headers: IncomingHttpHeaders;
  }) => {
    if (request.headers.origin === 'https://evil.example') return refuse('cross_site_request');
    const actor = actorOf(request.url ?? '');
    return actor ? ok(actor) : refuse('not_signed_in');
  };
  realtime.attach({
    node: server,
    authenticateUpgrade,
    admitUpgrade: async (request) =>
      request.headers['x-guesses'] === undefined ? authenticateUpgrade(request) : refuse('too_many_requests'),
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws`;
});
afterAll(async () => {
  await realtime.close();
  await otherRealtime.close();
  server.close();
  await events.close();
  await otherEvents.close();
  await otherDb.close();
  await database.close();
});

interface Heard {
  readonly type: string;
  readonly event?: { readonly sequence: string; readonly name: string; readonly payload: { readonly place: number } };
  readonly topic?: string;
  readonly key?: string;
  readonly data?: unknown;
  readonly sequence?: string;
  readonly code?: string;
}
interface Tail {
  readonly socket: WebSocket;
  readonly heard: Heard[];
  readonly places: () => (number | undefined)[];
  closeCode: number | null;
}

const tails: Tail[] = [];
afterEach(() => {
  for (const { socket } of tails.splice(0)) socket.terminate();
});

/** Opens a socket, subscribes, and waits for the acceptance. */
async function tail(
  options: { path?: string; query?: string; topics?: readonly string[]; after?: string; isAwaited?: false } = {},
): Promise<Tail> {
  const socket = new WebSocket(`${url}${options.path ?? ''}?session=${newId()}&${options.query ?? ''}`);
  const heard: Heard[] = [];
  const opened: Tail = {
    socket,
    heard,
    places: () => heard.filter(({ type }) => type === 'event').map(({ event: one }) => one?.payload.place),
    closeCode: null,
  };
  tails.push(opened);
  socket.on('message', (data) => heard.push(...[JSON.parse((data as Buffer).toString()) as Heard | Heard[]].flat()));
  socket.on('close', (code) => (opened.closeCode = code));
  await new Promise<void>((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const after = options.after === undefined ? {} : { after: options.after };
  const frame = { type: 'subscribe', topics: options.topics ?? ['events'], ...after };
  if (options.path === undefined) socket.send(JSON.stringify(frame));
  if (options.isAwaited === false) return opened;
  await expect.poll(() => heard.some(({ type }) => type === 'subscribed'), { interval: 5 }).toBe(true);
  await new Promise((resolve) => setTimeout(resolve, 20)); // Its first reading of the log ends.
  return opened;
}
const move = (place: number, shape: typeof Moved | typeof Hidden = Moved, workspace = workspaceId) =>
  events.publish(shape, { workspaceId: workspace, subjectId: 'ball', payload: { place } });
const count = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_unused, index) => from + index);

async function refusedStatus(address: string, headers: Record<string, string> = {}): Promise<number> {
  const socket = new WebSocket(address, { headers });
  return new Promise((resolve, reject) => {
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
    socket.on('open', () => reject(new Error('the socket opened')));
    socket.on('error', () => undefined);
  });
}

test('nobody without a session, from another origin or on another path gets a socket', async () => {
  expect(await refusedStatus(url)).toBe(401);
  expect(await refusedStatus(`${url}?session=a`, { origin: 'https://evil.example' })).toBe(403);
  expect(await refusedStatus(`${url}?session=a`, { 'x-guesses': 'many' })).toBe(429);
  expect(await refusedStatus(`${url.replace('/ws', '/other')}?session=a`)).toBe(404);
});

test('a path of a domain starts subscribed to its topics, and goes on after where its client stopped', async () => {
  const first = await move(1);
  await move(2);
  await move(3, Hidden);
  const { places } = await tail({ path: '/balls', query: `after=${first.sequence}` });
  await expect.poll(places).toEqual([2]);
  await move(9);
  await expect.poll(places).toEqual([2, 9]);
});

test('an event arrives with everything the browser needs, from this process and from another one', async () => {
  const { heard } = await tail();
  const here = await move(1);
  await otherEvents.publish(Moved, { workspaceId, subjectId: 'ball', payload: { place: 2 } });
  await expect.poll(() => heard.filter(({ type }) => type === 'event')).toHaveLength(2);
  expect(heard.find(({ event: one }) => one?.payload.place === 1)?.event).toEqual({
    id: here.id,
    sequence: String(here.sequence),
    name: 'toys.ball.moved',
    version: 1,
    subjectId: 'ball',
    payload: { place: 1 },
    occurredAtMs: here.occurredAtMs,
  });
});

test('a person hears only her workspace, her permissions and her topics', async () => {
  const insider = await tail({ query: 'permissions=toys.ball.read,toys.secret.read' });
  const reader = await tail();
  const stranger = await tail({ query: `workspace=${newId()}` });
  const nobody = await tail({ query: 'permissions=none.at.all' });
  const elsewhere = await tail({ topics: ['toys.secret.*', 'markets.prices'] });
  await move(10);
  await move(11, Hidden);
  await expect.poll(() => insider.places()).toEqual([10, 11]);
  await expect.poll(() => reader.places()).toEqual([10]);
  expect([stranger.places(), nobody.places(), elsewhere.places()]).toEqual([[], [], []]);
});

test('events and messages about a row of people reach only who reaches the row, live, in order and when resuming', async () => {
  const box = (place: number, subjectId: string) =>
    events.publish(Owned, { workspaceId, subjectId, payload: { place } });
  const topics = ['*'];
  const all = await tail({ topics });
  const ana = await tail({ topics, query: 'rows=advisers:ana' });
  const diego = await tail({ topics, query: 'rows=client:diego' });
  const begin = await move(100);
  await box(101, 'ana/carla');
  await move(102);
  await box(103, 'berta/diego');
  await box(104, 'gone');
  await expect.poll(all.places).toEqual([100, 101, 102, 103, 104]);
  await expect.poll(ana.places).toEqual([100, 101, 102]);
  await expect.poll(diego.places).toEqual([100, 102, 103]);
  const resumed = await tail({ topics, query: 'rows=advisers:berta', after: String(begin.sequence) });
  await expect.poll(resumed.places).toEqual([102, 103]);
  const message = { workspaceId, topic: 'boxes.box', permission: 'toys.ball.read', data: 1 };
  for (const from of [realtime, otherRealtime]) from.broadcast({ ...message, key: 'a', owner: ownerOf('ana/carla') });
  otherRealtime.broadcast({ ...message, key: 'd', owner: ownerOf('berta/diego') });
  const keys = ({ heard }: Tail) => [...new Set(heard.flatMap(({ type, key }) => (type === 'message' ? [key] : [])))];
  await expect.poll(() => keys(ana)).toEqual(['a']);
  await expect.poll(() => keys(diego)).toEqual(['d']);
});

test('resuming replays the past only as far as the person may see it', async () => {
  const from = await move(20);
  await move(21, Hidden);
  await move(22, Moved, newId());
  await move(23);
  const { places } = await tail({ after: String(from.sequence) });
  await expect.poll(places).toEqual([23]);
});

test('resuming again and again while two processes publish loses nothing and repeats nothing', async () => {
  const begin = await move(0);
  let after = String(begin.sequence);
  const seen: (number | undefined)[] = [];
  const publishing = (async () => {
    for (const place of count(1, 600)) {
      const publisher = place % 2 ? events : otherEvents;
      void publisher.publish(Moved, { workspaceId, subjectId: 'ball', payload: { place } });
      if (place % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    }
  })();
  const deadlineMs = performance.now() + 20_000;
  for (let round = 0; seen.length < 600 && performance.now() < deadlineMs; round += 1) {
    const { socket, heard } = await tail({ after, isAwaited: false });
    await new Promise((resolve) => setTimeout(resolve, 15 + (round % 5) * 7));
    socket.terminate();
    const got = heard.flatMap(({ event: one }) => (one ? [one] : []));
    seen.push(...got.map(({ payload }) => payload.place));
    after = got.at(-1)?.sequence ?? after;
    expect(got.map(({ sequence }) => Number(sequence))).toEqual(
      got.map(({ sequence }) => Number(sequence)).toSorted((a, b) => a - b),
    );
  }
  await publishing;
  expect(seen.toSorted((a, b) => Number(a) - Number(b))).toEqual(count(1, 600));
});

test('a place that the log does not reach any more, or not yet, is answered with a gap, and the flow goes on', async () => {
  const lost = await move(24);
  await move(25);
  await events.prune(Date.now() + 1_000);
  const newest = await move(26);
  const gapOf = ({ heard }: Tail) => heard.find(({ type }) => type === 'gap')?.sequence;
  const late = await tail({ after: String(lost.sequence) });
  const restored = await tail({ after: String(newest.sequence + 1_000n) });
  const inTime = await tail({ after: String(newest.sequence - 1n) });
  await move(27);
  await expect.poll(late.places).toEqual([27]);
  await expect.poll(restored.places).toEqual([27]);
  await expect.poll(inTime.places).toEqual([26, 27]);
  expect([gapOf(late), gapOf(restored), gapOf(inTime)]).toEqual([
    String(newest.sequence),
    String(newest.sequence),
    undefined,
  ]);
});

test('changing the topics with the last sequence keeps the flow without a hole', async () => {
  const { socket, heard, places } = await tail({ topics: ['toys.ball.moved'] });
  await move(30);
  await expect.poll(places).toEqual([30]);
  const after = heard.find(({ type }) => type === 'event')?.event?.sequence;
  socket.send(JSON.stringify({ type: 'subscribe', topics: ['events', 'toys.figures'], after }));
  await Promise.all(count(31, 60).map((place) => move(place)));
  await expect.poll(() => new Set(places())).toEqual(new Set(count(30, 60)));
});

test('a slow socket loses no event and holds nobody up', async () => {
  const slow = await tail();
  const quick = await tail();
  (slow.socket as unknown as { _socket: { pause(): void } })._socket.pause();
  const text = 'x'.repeat(40_000); // Twelve MB in all: more than the sockets of both sides hold.
  const Big = { workspaceId, subjectId: text, payload: { place: 0 } };
  for (const place of count(1, 300)) await events.publish(Moved, { ...Big, payload: { place } });
  await expect.poll(() => quick.places().length).toBe(300);
  (slow.socket as unknown as { _socket: { resume(): void } })._socket.resume();
  await expect.poll(() => slow.places(), { timeout: 10_000 }).toEqual(count(1, 300));
});

test('figures are conflated: the newest of each name arrives, at most some times a second', async () => {
  const { heard } = await tail({ topics: ['toys.figures'] });
  const say = (key: string, data: number) =>
    realtime.broadcast({ workspaceId, topic: 'toys.figures', key, permission: 'toys.ball.read', data });
  const messages = () => heard.filter(({ type }) => type === 'message');
  const startedMs = performance.now();
  for (const round of count(1, 100)) {
    say('a', round);
    say('b', -round);
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
  await expect.poll(() => [messages().at(-2)?.data, messages().at(-1)?.data]).toEqual([100, -100]);
  expect(messages().length).toBeGreaterThan(3);
  // 200 were said; two names, eight times a second, and a little for the ends.
  expect(messages().length).toBeLessThan(((performance.now() - startedMs) / 125) * 2 + 6);
});

test('a socket that does not read keeps the newest of each figure, and the others get theirs at once', async () => {
  const slow = await tail({ topics: ['toys.figures'] });
  const quick = await tail({ topics: ['toys.figures'] });
  const messages = ({ heard }: Tail) => heard.filter(({ type }) => type === 'message');
  const newestOf = (from: Tail, key: string): unknown => messages(from).findLast((one) => one.key === key)?.data;
  (slow.socket as unknown as { _socket: { pause(): void } })._socket.pause();
  const padding = 'x'.repeat(40_000);
  // Twelve rounds of 4 MB: far more than the buffers of both ends hold.
  for (const round of count(1, 12)) {
    for (const key of count(1, 100)) {
      const data = `${round} ${padding}`;
      realtime.broadcast({ workspaceId, topic: 'toys.figures', key: String(key), permission: 'toys.ball.read', data });
    }
    await expect.poll(() => newestOf(quick, '100'), { interval: 5 }).toBe(`${round} ${padding}`);
  }
  (slow.socket as unknown as { _socket: { resume(): void } })._socket.resume();
  for (const key of ['1', '50', '100']) await expect.poll(() => newestOf(slow, key)).toBe(`12 ${padding}`);
  expect(messages(quick)).toHaveLength(1200);
  expect(messages(slow).length).toBeLessThan(1200);
});

test('a broadcast reaches the sockets of other processes, and one that is too large is dropped and counted', async () => {
  const { heard } = await tail({ topics: ['toys.*'] });
  const message = { workspaceId, topic: 'toys.figures', permission: 'toys.ball.read' };
  otherRealtime.broadcast({ ...message, key: 'large', data: 'x'.repeat(9000) });
  for (const key of count(1, 300)) otherRealtime.broadcast({ ...message, key: String(key), data: 'y'.repeat(50) });
  otherRealtime.broadcast({ ...message, permission: 'toys.secret.read', key: 'hidden', data: 1 });
  await expect.poll(() => heard.filter(({ type }) => type === 'message').length).toBe(300);
  expect(heard.some(({ key }) => key === 'large' || key === 'hidden')).toBe(false);
  expect(otherRealtime.figures().droppedMessages).toBe(1);
});

test('a session that an event names is looked at again at once, and its socket closes', async () => {
  const sessionId = newId();
  const ended = await tail({ query: `session=${sessionId}` });
  const kept = await tail();
  const named = new URL(ended.socket.url).searchParams.get('session') ?? '';
  endedSessions.add(named);
  await events.publish(Ended, { workspaceId, subjectId: 'x', payload: { sessionId: named } });
  await expect.poll(() => ended.closeCode).toBe(4401);
  expect(kept.closeCode).toBeNull();
});

test.each([
  ['nonsense', 'frame_not_valid'],
  ['{"type":"shout"}', 'frame_not_valid'],
  ['{"type":"subscribe"}', 'topics_not_valid'],
  ['{"type":"subscribe","topics":["(a+)+"]}', 'topics_not_valid'],
  [`{"type":"subscribe","topics":${JSON.stringify(count(1, 101).map(String))}}`, 'topics_not_valid'],
  ['{"type":"subscribe","topics":["a"],"after":"-1"}', 'after_not_valid'],
  ['null', 'frame_not_valid'],
])('the frame %s is refused and the socket stays open', async (frame, code) => {
  const { socket, heard } = await tail();
  socket.send(frame);
  await expect.poll(() => heard.find(({ type }) => type === 'error')?.code).toBe(code);
  expect(socket.readyState).toBe(WebSocket.OPEN);
});

test('a frame above the limit ends the socket', async () => {
  const opened = await tail();
  opened.socket.send('x'.repeat(20_000));
  await expect.poll(() => opened.closeCode).toBe(1009);
});
