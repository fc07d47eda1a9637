/** Goal: probes tell the truth quickly and nothing more; details and metrics are for those who may see them. */
import { Fault } from '#kernel';
import type { HealthPart } from '#platform/telemetry';
import { afterEach, expect, test } from 'vitest';
import { healthOf } from './health.ts';
import { type Fixture, openFixture } from './http-fixture.ts';

const opened: Fixture[] = [];
afterEach(async () => {
  for (const http of opened.splice(0)) await http.close();
});

const part = (name: string, state: HealthPart['state']): HealthPart => ({
  name,
  state,
  detail: `inside ${name}`,
  detailEs: `dentro de ${name}`,
});

async function open(check: () => Promise<readonly HealthPart[]>, env: Record<string, string> = {}): Promise<Fixture> {
  const http = await openFixture({ health: check, env });
  opened.push(http);
  return http;
}

const get = (http: Fixture, url: string, headers: Record<string, string> = {}) =>
  http.inject({ method: 'GET', url, headers });

test('the health page needs its permission; then it shows parts with details and the slowest routes', async () => {
  const http = await open(async () => [part('database', 'ok'), part('jobs', 'degraded')]);
  expect((await get(http, '/api/platform/health')).statusCode).toBe(401);
  expect((await get(http, '/api/platform/health', { authorization: 'Bearer reader' })).statusCode).toBe(403);
  const page = await get(http, '/api/platform/health', { authorization: 'Bearer admin' });
  expect(page.statusCode).toBe(200);
  expect(page.json()).toMatchObject({
    state: 'degraded',
    parts: [{ name: 'database' }, { name: 'jobs', detail: 'inside jobs' }, { name: 'web', state: 'ok' }],
    routes: [{ name: 'GET /api/platform/health', count: 2 }],
  });
});

test('all well: live, ready and summary answer 200, without details', async () => {
  const http = await open(async () => [part('database', 'ok'), part('jobs', 'ok')]);
  for (const url of ['/health/live', '/health/ready', '/health']) expect((await get(http, url)).statusCode).toBe(200);
  const summary = await get(http, '/health');
  expect(summary.json()).toEqual({ state: 'ok', parts: { database: 'ok', jobs: 'ok', web: 'ok' } });
  expect(summary.body).not.toContain('inside');
});

test('without its database a process lives but is not ready; without a price source it is both', async () => {
  const down = await open(async () => [part('database', 'down')]);
  expect((await get(down, '/health/live')).statusCode).toBe(200);
  expect((await get(down, '/health/ready')).statusCode).toBe(503);
  expect((await get(down, '/health')).statusCode).toBe(503);
  const limping = await open(async () => [part('database', 'ok'), part('markets.yahoo', 'down')]);
  expect((await get(limping, '/health/ready')).statusCode).toBe(200);
  expect((await get(limping, '/health')).json()).toMatchObject({ state: 'down' });
});

test('a source that throws or hangs is down under its own name, within its limit', async () => {
  const check = healthOf({
    database: async () => [part('database', 'ok')],
    files: () => Promise.reject(new Fault('disk_full', 'no space on /secret', { retryable: false })),
    jobs: () => new Promise(() => undefined),
  });
  const parts = await check();
  expect(parts.map(({ name, state }) => [name, state])).toEqual([
    ['database', 'ok'],
    ['files', 'down'],
    ['jobs', 'down'],
  ]);
  expect(parts[1]?.detail).toBe('The check failed: disk_full.');
  expect(parts[2]?.detail).toContain('No answer within 2 s');
});

test('however many probes ask, the parts are asked once a second', async () => {
  let asked = 0;
  const http = await open(async () => {
    asked += 1;
    return [part('database', 'ok')];
  });
  await Promise.all(Array.from({ length: 50 }, () => get(http, '/health/ready')));
  expect(asked).toBe(1);
});

test('metrics are for this machine, or for the configured token', async () => {
  const token = 'a-very-secret-metrics-token';
  const env = { CACTUS_METRICS_TOKEN: token, CACTUS_TRUSTED_PROXIES: '127.0.0.1' };
  const http = await open(async () => [part('database', 'ok')], env);
  const here = await get(http, '/metrics');
  expect(here.body).toContain('cactus_http_request_duration_seconds');
  const elsewhere = { 'x-forwarded-for': '203.0.113.9' };
  expect((await get(http, '/metrics', elsewhere)).statusCode).toBe(404);
  expect((await get(http, '/metrics', { ...elsewhere, authorization: 'Bearer wrong' })).statusCode).toBe(404);
  expect((await get(http, '/metrics', { ...elsewhere, authorization: `Bearer ${token}` })).statusCode).toBe(200);
  const proxied = await open(async () => [part('database', 'ok')]);
  expect((await get(proxied, '/metrics', elsewhere)).statusCode).toBe(404);
});
