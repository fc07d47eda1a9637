/**
 * Goal: a session id known before a sign-in, a sign-out, a role change or a disabling opens nothing after it; not by cookie,
 * not by an open socket, not in another process.
 */
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { ok, refuse, type Result } from '#kernel';
import { openDatabase } from '#platform/db';
import { createEvents, type EventsHandle, createRowGuard } from '#platform/events';
import type { Actor } from '#platform/http';
import { createRealtime, type RealtimeHandle } from '#platform/realtime';
import { absentRedis } from '#platform/redis';
import { silentLog, type TestBrowser, testServer, type TestServer } from '#platform/testing';
import { authenticate } from './authenticate.ts';
import { identity } from './domain.ts';
import { clearWhenHeard } from './session-cache.ts';
import { type AddedUser, addUser, setUp, type SetUp } from './test-people.ts';

const SESSION_ENDED = 4401;
let server: TestServer;
let made: SetUp<TestBrowser>;
let realtime: RealtimeHandle;
/** A second process: its own connections, events, memory and sockets over the same database. */
let other: { events: EventsHandle; realtime: RealtimeHandle; close(): Promise<void> };
let socketUrl: string;
const requests: TestServer['platform'][] = [];

beforeAll(async () => {
  server = await testServer([identity]);
  made = await setUp(server);
  const { db, clock, databaseUrl, events } = server.platform;
  realtime = await createRealtime({
    db,
    rowGuard: createRowGuard(db, [identity]),
    events,
    redis: absentRedis,
    clock,
    log: silentLog,
  });
  const otherDb = await openDatabase({ databaseUrl, dataDir: '', log: silentLog, poolSize: 4 });
  const otherEvents = await createEvents({ db: otherDb, catalogue: identity.events, clock, log: silentLog });
  const second = { ...server.platform, db: otherDb, events: otherEvents };
  requests.push(second);
  clearWhenHeard(second);
  const otherRealtime = await createRealtime({
    db: otherDb,
    rowGuard: createRowGuard(otherDb, [identity]),
    events: otherEvents,
    redis: absentRedis,
    clock,
    log: silentLog,
  });
  // The sockets hang on the second process; every change below happens in the first.
  const ask = async (request: IncomingMessage): Promise<Result<Actor, string>> => {
    const cookie = /cactus_session=(?<token>[\w-]+)/.exec(request.headers.cookie ?? '')?.groups?.['token'];
    const actor = await authenticate(factsOf(cookie, request.headers.authorization), second);
    return actor ? ok(actor) : refuse('not_signed_in');
  };
  otherRealtime.attach({ node: server.http.node, admitUpgrade: ask, authenticateUpgrade: ask });
  other = {
    events: otherEvents,
    realtime: otherRealtime,
    close: async () => {
      await otherRealtime.close();
      await otherEvents.close();
      await otherDb.close();
    },
  };
  await server.http.app.listen({ host: '127.0.0.1', port: 0 });
  socketUrl = `ws://127.0.0.1:${(server.http.node.address() as AddressInfo).port}/ws`;
});
afterAll(async () => {
  await other.close();
  await realtime.close();
  await server.close();
});

function factsOf(token: string | undefined, authorization?: string) {
  return {
    requestId: 'r',
    ip: '127.0.0.1',
    userAgent: 'test',
    cookies: { cactus_session: token },
    origin: 'http://localhost',
    authorization,
    isLoopback: true,
  };
}
const tokenOf = (browser: TestBrowser): string => browser.cookie?.split('=')[1] ?? '';
let count = 0;
const add = (role = 'adviser'): Promise<AddedUser<TestBrowser>> =>
  addUser(server, made.owner, { name: `Sesion${(count += 1)}`, role });
/** Opens a socket on the second process; tells how it was closed. */
async function socketOf(headers: Record<string, string>): Promise<{ closed: Promise<number>; isOpen: () => boolean }> {
  const socket = new WebSocket(socketUrl, { headers });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve());
    socket.once('error', reject);
  });
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  return { closed, isOpen: () => socket.readyState === WebSocket.OPEN };
}
const inSecondProcess = (browser: TestBrowser | string) => {
  const [second] = requests;
  const token = typeof browser === 'string' ? browser : tokenOf(browser);
  return second ? authenticate(factsOf(token), second) : Promise.resolve(null);
};

test('without a session nothing can be closed', async () => {
  const answer = await server.browser().call('/api/sessions', { method: 'DELETE' });
  expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([401, 'not_signed_in']);
});

test('fixation: a planted id is never taken over; signing in gives a new one and ends the planted one', async () => {
  const attacker = await add('client');
  const victim = await add();
  const planted = attacker.browser.cookie;
  const browser = server.browser();
  browser.cookie = planted;
  await browser.call('/api/sessions', { method: 'POST', body: victim.credentials });
  expect(browser.cookie).not.toBe(planted);
  expect((await attacker.browser.call('/api/me')).statusCode).toBe(401);
  expect((await browser.call('/api/me')).json()).toMatchObject({ user: { id: victim.userId } });
  // An id of the attacker's own making is not one that the server would ever use.
  const invented = server.browser();
  invented.cookie = `cactus_session=${'A'.repeat(43)}`;
  await invented.call('/api/sessions', { method: 'POST', body: victim.credentials });
  expect(tokenOf(invented)).not.toBe('A'.repeat(43));
});

test('a cookie stolen before the sign-out opens nothing after it, here and in another process', async () => {
  const person = await add();
  const stolen = tokenOf(person.browser);
  expect(await inSecondProcess(stolen)).toMatchObject({ userId: person.userId });
  await person.browser.call('/api/sessions/current', { method: 'DELETE' });
  const thief = server.browser();
  thief.cookie = `cactus_session=${stolen}`;
  expect((await thief.call('/api/me')).statusCode).toBe(401);
  await expect.poll(() => inSecondProcess(stolen)).toBeNull();
});

test('revoking a session closes its open socket in another process; the other device stays', async () => {
  const person = await add();
  const second = server.browser();
  await second.call('/api/sessions', { method: 'POST', body: person.credentials });
  const [hers, kept] = [
    await socketOf({ cookie: person.browser.cookie ?? '', origin: 'http://localhost' }),
    await socketOf({ cookie: second.cookie ?? '', origin: 'http://localhost' }),
  ];
  const list = (await second.call('/api/sessions')).json<{ items: { id: string; isCurrent: boolean }[] }>();
  const first = list.items.find(({ isCurrent }) => !isCurrent);
  await second.call(`/api/sessions/${first?.id}`, { method: 'DELETE' });
  expect(await hers.closed).toBe(SESSION_ENDED);
  expect((await second.call('/api/me')).statusCode).toBe(200);
  expect(kept.isOpen()).toBe(true);
});

test('closing all the others keeps only the one that asks', async () => {
  const person = await add();
  const others = [server.browser(), server.browser()];
  for (const browser of others) await browser.call('/api/sessions', { method: 'POST', body: person.credentials });
  const stranger = await add();
  expect((await person.browser.call('/api/sessions', { method: 'DELETE' })).statusCode).toBe(204);
  for (const browser of others) expect((await browser.call('/api/me')).statusCode).toBe(401);
  expect((await person.browser.call('/api/me')).statusCode).toBe(200);
  expect((await stranger.browser.call('/api/me')).statusCode).toBe(200);
  const left = (await person.browser.call('/api/sessions')).json<{ items: object[] }>();
  expect(left.items).toHaveLength(1);
});

test.each([
  ['role', { role: 'analyst' }],
  ['access', { isDisabled: true }],
])('a change of %s ends sessions and sockets at once, in another process too', async (what, body) => {
  const person = await add();
  const old = tokenOf(person.browser);
  expect(await inSecondProcess(old)).toMatchObject({ role: 'adviser' });
  const socket = await socketOf({ cookie: person.browser.cookie ?? '', origin: 'http://localhost' });
  await made.owner.call(`/api/users/${person.userId}/${what}`, { method: 'PUT', body });
  expect(await socket.closed).toBe(SESSION_ENDED);
  await expect.poll(() => inSecondProcess(old)).toBeNull();
});

test('a revoked API token loses its open socket in another process', async () => {
  const manager = await add('manager');
  const body = { name: 'Robot', scopes: ['identity.users.read'] };
  const token = (await manager.browser.call('/api/api-tokens', { method: 'POST', body })).json<{
    apiToken: { id: string };
    secret: string;
  }>();
  const socket = await socketOf({ authorization: `Bearer ${token.secret}` });
  await manager.browser.call(`/api/api-tokens/${token.apiToken.id}`, { method: 'DELETE' });
  expect(await socket.closed).toBe(SESSION_ENDED);
});

test('another person’s session does not exist for me', async () => {
  const [ana, luis] = [await add(), await add()];
  const list = (await ana.browser.call('/api/sessions')).json<{ items: { id: string }[] }>();
  const answer = await luis.browser.call(`/api/sessions/${list.items[0]?.id}`, { method: 'DELETE' });
  expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([404, 'session_not_found']);
  expect((await ana.browser.call('/api/me')).statusCode).toBe(200);
});

test('a device shows where it is, what it is and when it was seen', async () => {
  const person = await add();
  const list = (await person.browser.call('/api/sessions')).json<{ items: object[] }>();
  expect(list.items).toEqual([
    expect.objectContaining({
      isCurrent: true,
      ip: '127.0.0.1',
      userAgent: 'test',
      lastSeenAtMs: server.platform.clock(),
    }),
  ]);
});
