/** Goal: a limit is one limit over all processes with Redis, stays one while Redis is away, and never begins again for free. */
import type { IncomingMessage } from 'node:http';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { newId } from '#platform/db';
import { openRedis, type RedisHandle } from '#platform/redis';
import { openTestRedis, silentLog, type TestRedis } from '#platform/testing';
import { type Fixture, openFixture } from './http-fixture.ts';
import { callerOf } from './rate-limit.ts';

const MAX = 6;
let server: TestRedis;
const handles: RedisHandle[] = [];
const fixtures: Fixture[] = [];

beforeAll(async () => {
  server = await openTestRedis();
});
afterEach(async () => {
  for (const http of fixtures.splice(0)) await http.close();
  for (const redis of handles.splice(0)) await redis.close();
});
afterAll(() => server.close());

/** Two processes of one installation. */
async function openTwo(): Promise<readonly [Fixture, Fixture]> {
  const installation = newId();
  const one = async (): Promise<Fixture> => {
    const redis = await openRedis({ url: server.url, installation, log: silentLog });
    handles.push(redis);
    await expect.poll(() => redis.isReady).toBe(true);
    const http = await openFixture({ env: { CACTUS_RATE_LIMITS_PUBLIC_WRITES_PER_MINUTE: String(MAX) }, redis });
    fixtures.push(http);
    return http;
  };
  return [await one(), await one()];
}

async function enter(http: Fixture, times: number): Promise<number[]> {
  const statuses: number[] = [];
  for (let count = 0; count < times; count += 1) {
    const answer = await http.inject({ method: 'POST', url: '/api/test-session', payload: { password: 'x' } });
    statuses.push(answer.statusCode);
  }
  return statuses;
}
const passed = (statuses: readonly number[]): number => statuses.filter((status) => status === 200).length;

test('two processes count together', async () => {
  const [one, two] = await openTwo();
  expect(await enter(one, 3)).toEqual([200, 200, 200]);
  expect(await enter(two, 4)).toEqual([200, 200, 200, 429]);
  expect(await enter(one, 1)).toEqual([429]);
});

test('a burst at both at once lets exactly the limit through', async () => {
  const both = await openTwo();
  const answers = await Promise.all(both.flatMap((http) => Array.from({ length: 20 }, () => enter(http, 1))));
  expect(passed(answers.flat())).toBe(MAX);
});

test('while Redis is away each goes on from its own count, and an empty Redis gives nobody a fresh start', async () => {
  const [one, two] = await openTwo();
  expect(passed([...(await enter(one, 4)), ...(await enter(two, 1))])).toBe(5);
  await server.kill();
  await expect.poll(() => handles.every((redis) => !redis.isReady)).toBe(true);
  expect(await enter(one, 3)).toEqual([200, 200, 429]);
  await server.restart();
  await expect.poll(() => handles.every((redis) => redis.isReady)).toBe(true);
  expect(await enter(one, 2)).toEqual([429, 429]);
});

test('a Redis that hangs delays one request and refuses none', async () => {
  const [one] = await openTwo();
  server.freeze();
  expect(await enter(one, 2)).toEqual([200, 200]);
  server.thaw();
});

test('an address whose sockets were refused too often waits, even with a good session; another one does not', async () => {
  const http = await openFixture({
    env: { CACTUS_RATE_LIMITS_REFUSED_UPGRADES_PER_MINUTE: '3', CACTUS_TRUSTED_PROXIES: '127.0.0.0/8' },
  });
  fixtures.push(http);
  const upgrade = async (ip: string, cookie: string): Promise<string> => {
    const headers = { host: 'localhost', origin: 'http://localhost', cookie, 'x-forwarded-for': ip };
    const request = { headers, socket: { remoteAddress: '127.0.0.1' }, url: '/ws', method: 'GET' };
    const verdict = await http.admitUpgrade(request as unknown as IncomingMessage);
    return verdict.ok ? 'open' : verdict.code;
  };
  expect(await upgrade('203.0.113.1', 'cactus_session=writer')).toBe('open');
  for (let count = 0; count < 3; count += 1) expect(await upgrade('203.0.113.1', 'x=1')).toBe('not_signed_in');
  expect(await upgrade('203.0.113.1', 'cactus_session=writer')).toBe('too_many_requests');
  expect(await upgrade('203.0.113.2', 'cactus_session=writer')).toBe('open');
});

test.each([
  ['203.0.113.9', '203.0.113.9'],
  ['::ffff:203.0.113.9', '203.0.113.9'],
  ['2001:db8:1:2:aaaa::1', '2001:db8:1:2::/64'],
  ['2001:db8:1:2:bbbb::9', '2001:db8:1:2::/64'],
  ['2001:db8:1:3::1', '2001:db8:1:3::/64'],
])('%s counts as the caller %s', (ip, caller) => {
  expect(callerOf(ip)).toBe(caller);
});
