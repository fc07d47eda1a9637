/** Goal: no secret reaches a log line, and the figures of the health page are right. */
import { Fault } from '#kernel';
import { afterAll, expect, test } from 'vitest';
import { DurationRing, percentile } from './durations.ts';
import { createLog } from './log.ts';
import { createTelemetry } from './telemetry.ts';

const lines: string[] = [];
const telemetry = createTelemetry({ level: 'debug', shape: 'json', write: (line) => lines.push(line) });
afterAll(() => telemetry.stop());

test.each([
  [{ headers: { authorization: 'Bearer s3cret', cookie: 'cactus=s3cret', 'set-cookie': 's3cret' } }],
  [{ password: 's3cret', newPassword: 's3cret', user: { passwordHash: 's3cret' } }],
  [{ apiKey: 's3cret', api_key: 's3cret', 'x-api-key': 's3cret', accessToken: 's3cret', clientSecret: 's3cret' }],
  [{ rows: [{ nested: { refresh_token: 's3cret' } }] }],
  [{ error: new Error('cannot reach postgres://cactus:s3cret@db:5432/x') }],
  [{ error: new Error('outer', { cause: new Error('header was Bearer s3cret') }) }],
  [{ map: new Map([['a', { token: 's3cret' }]]), url: 'redis://:s3cret@cache:6379' }],
  [{ privateKey: Buffer.from('s3cret'), body: Buffer.from('s3cret') }],
])('%o leaves no secret in the line', (facts) => {
  lines.length = 0;
  telemetry.log.child(facts).error('failed with Bearer s3cret', facts);
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toContain('s3cret');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'error' });
});

test('facts, errors and bigint stay readable', () => {
  lines.length = 0;
  const fault = new Fault('database_down', 'no answer', { retryable: true, cause: new Error('ECONNREFUSED') });
  telemetry.log.child({ part: 'db' }).warn('retrying', { attempt: 2, amountMinor: 12n, error: fault });
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 'warn',
    msg: 'retrying',
    part: 'db',
    attempt: 2,
    amountMinor: '12',
    error: { name: 'Fault', code: 'database_down', message: 'no answer', cause: { message: 'ECONNREFUSED' } },
  });
});

test('a level below the configured one is not written, and a terminal gets one line', () => {
  const written: string[] = [];
  const log = createLog({ level: 'info', shape: 'line', write: (line) => written.push(line) });
  log.debug('hidden');
  log.info('listening', { port: 7700 });
  expect(written).toHaveLength(1);
  expect(written[0]).toMatch(/INFO.*listening.*port=7700.*\n$/);
});

test('circular facts do not break the log', () => {
  lines.length = 0;
  const loop: Record<string, unknown> = { name: 'loop' };
  loop['self'] = loop;
  telemetry.log.info('loop', loop);
  expect(lines).toHaveLength(1);
});

test('percentiles are nearest-rank, over the last samples only', () => {
  const hundred = Float64Array.from({ length: 100 }, (_, index) => index + 1);
  expect([percentile(hundred, 50), percentile(hundred, 95), percentile(hundred, 100)]).toEqual([50, 95, 100]);
  expect(percentile(new Float64Array(0), 95)).toBe(0);
  const ring = new DurationRing();
  for (let index = 0; index < 1_024; index += 1) ring.add(1_000);
  for (let index = 0; index < 1_024; index += 1) ring.add(5);
  expect(ring.figures('x')).toEqual({ name: 'x', count: 2_048, p50Ms: 5, p95Ms: 5, maxMs: 5 });
});

test('requests and statements show in the figures and in the Prometheus text', async () => {
  telemetry.observeRequest({ method: 'GET', route: '/api/x/:id', status: 200, durationMs: 12 });
  telemetry.observeQuery({ statement: 'select 1', durationMs: 80 });
  telemetry.counter('cactus_things_total', 'Things.', ['kind']).add(2, { kind: 'a' });
  telemetry.gauge('cactus_depth', 'Depth.', () => 7);
  const figures = telemetry.figures();
  expect(figures.routes[0]).toMatchObject({ name: 'GET /api/x/:id', count: 1, p95Ms: 12 });
  expect(figures.slowQueries[0]).toMatchObject({ statement: 'select 1', durationMs: 80 });
  expect(figures.residentBytes).toBeGreaterThan(1_000_000);
  const text = await telemetry.metricsText();
  expect(text).toContain('cactus_http_request_duration_seconds_count{method="GET",route="/api/x/:id",status="200"} 1');
  expect(text).toContain('cactus_things_total{kind="a"} 2');
  expect(text).toContain('cactus_depth 7');
});
