/** Goal: Redis may come late, hang, refuse, die and return; every attempt ends in an answer and nothing tells its password. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer, getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { absentRedis, installationOf, openRedis, type RedisHandle } from '#platform/redis';
import { createTelemetry } from '#platform/telemetry';
import { openTestDatabase, openTestRedis, type TestRedis } from '#platform/testing';

const PASSWORD = 'clave-larguisima';
const lines: string[] = [];
const telemetry = createTelemetry({ level: 'debug', shape: 'json', write: (line) => lines.push(line) });
const opened: RedisHandle[] = [];
let server: TestRedis;

beforeAll(async () => {
  server = await openTestRedis({ password: PASSWORD });
});
afterEach(async () => {
  for (const redis of opened.splice(0)) await redis.close();
});
afterAll(async () => {
  await server.close();
  telemetry.stop();
});

async function open(url = server.url, installation = 'one'): Promise<RedisHandle> {
  const redis = await openRedis({ url, installation, log: telemetry.log });
  opened.push(redis);
  return redis;
}
const isAnswered = (redis: RedisHandle): Promise<boolean> =>
  redis.attempt(
    async (client) => (await client.ping()) === 'PONG',
    () => false,
  );

test('without an address every attempt takes its fallback and health has nothing to say', async () => {
  expect(await openRedis({ url: null, installation: 'one', log: telemetry.log })).toBe(absentRedis);
  expect(
    await absentRedis.attempt(
      async () => 'redis',
      () => 'alone',
    ),
  ).toBe('alone');
  expect(await absentRedis.health()).toEqual([]);
});

test('killed with -9 it is missed at once and degraded, and used again when it returns', async () => {
  const redis = await open();
  await expect.poll(() => isAnswered(redis)).toBe(true);
  expect(await redis.health()).toMatchObject([{ name: 'redis', state: 'ok' }]);
  await server.kill();
  await expect.poll(() => redis.isReady).toBe(false);
  expect(
    await redis.attempt(
      async () => 'redis',
      () => 'alone',
    ),
  ).toBe('alone');
  await expect.poll(async () => (await redis.health())[0]?.detail).toContain('ECONNREFUSED');
  const parts = await redis.health();
  expect(parts).toMatchObject([{ name: 'redis', state: 'degraded' }]);
  expect(JSON.stringify(parts)).not.toContain(PASSWORD);
  await server.restart();
  await expect.poll(() => isAnswered(redis)).toBe(true);
  expect(await redis.health()).toMatchObject([{ state: 'ok' }]);
});

test('a Redis that is away at the start is joined when it comes', async () => {
  await server.kill();
  const redis = await open();
  expect(await isAnswered(redis)).toBe(false);
  await server.restart();
  await expect.poll(() => isAnswered(redis)).toBe(true);
});

test('one that hangs costs one wait, not one for every caller', async () => {
  const redis = await open();
  await expect.poll(() => isAnswered(redis)).toBe(true);
  server.freeze();
  expect(await isAnswered(redis)).toBe(false);
  expect(redis.isReady).toBe(false);
  let reached = 0;
  const counted = async (): Promise<string> => {
    reached += 1;
    return 'redis';
  };
  expect(await redis.attempt(counted, () => 'alone')).toBe('alone');
  expect(reached).toBe(0);
  server.thaw();
  await expect.poll(() => isAnswered(redis)).toBe(true);
});

test('a wrong password is told in the health, without the password', async () => {
  const redis = await open(server.url.replace(PASSWORD, 'otra-clave'));
  await expect.poll(async () => (await redis.health())[0]?.detail).toMatch(/WRONGPASS|NOAUTH/);
  expect(await isAnswered(redis)).toBe(false);
  expect(lines.join('')).not.toContain('otra-clave');
});

test('a channel is heard again after a restart, and only by its own installation', async () => {
  const [speaker, hearer, stranger] = [await open(), await open(), await open(server.url, 'two')];
  const heard: string[] = [];
  const states: boolean[] = [];
  hearer.listen({
    channel: 'news',
    onMessage: (message) => heard.push(message),
    onHearing: (isHearing) => states.push(isHearing),
  });
  stranger.listen({ channel: 'news', onMessage: () => heard.push('stranger'), onHearing: () => undefined });
  await expect.poll(() => states.at(-1)).toBe(true);
  const say = (text: string): Promise<number> =>
    speaker.attempt(
      async (client) => client.publish(speaker.nameOf('news'), text),
      () => 0,
    );
  await expect.poll(() => say('before')).toBe(1);
  await expect.poll(() => heard).toEqual(['before']);
  await server.restart();
  await expect.poll(() => states.includes(false) && states.at(-1)).toBe(true);
  await expect.poll(() => say('after')).toBe(1);
  await expect.poll(() => heard.at(-1)).toBe('after');
  expect(heard).not.toContain('stranger');
});

test('two processes over one database share their name, another database has its own', async () => {
  const [one, two] = await Promise.all([openTestDatabase([]), openTestDatabase([])]);
  const names = await Promise.all([one.db, one.db, two.db].map((db) => installationOf(db)));
  expect(names[0]).toBe(names[1]);
  expect(names[0]).not.toBe(names[2]);
  await Promise.all([one.close(), two.close()]);
});

test('rediss:// speaks TLS, and refuses a certificate that nobody it trusts has signed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cactus-tls-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  execFileSync('openssl', [...request, ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  const front = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (socket) => {
    const behind = connect(server.port, '127.0.0.1');
    socket.pipe(behind).pipe(socket);
    socket.on('error', () => behind.destroy());
    behind.on('error', () => socket.destroy());
  });
  front.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => front.listen(0, 'localhost', resolve));
  const url = `rediss://:${PASSWORD}@localhost:${(front.address() as AddressInfo).port}`;
  const trusted = getCACertificates('default');
  try {
    const wary = await open(url);
    await expect.poll(async () => (await wary.health())[0]?.detail).toContain('SELF_SIGNED_CERT');
    setDefaultCACertificates([...trusted, readFileSync(cert, 'utf8')]);
    const redis = await open(url);
    await expect.poll(() => isAnswered(redis)).toBe(true);
  } finally {
    setDefaultCACertificates(trusted);
    for (const redis of opened) await redis.close();
    front.close();
    rmSync(folder, { recursive: true });
  }
});

test('no line of the log of all this tells a password', () => {
  expect(lines.join('')).toContain('Redis is lost');
  expect(lines.join('')).not.toContain(PASSWORD);
});
