/** Goal: the API answers the attribution that a person redoes by hand, to whoever reaches the portfolio, and says why when there is none. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Decimal, EVERY_ROW, localDate, type RowScope } from '#kernel';
import { recordManualPrices } from '#markets';
import { createHttp, type HttpServer } from '#platform/http';
import { testPlatform, type TestPlatform } from '#platform/testing';
import { identity } from '../../identity/domain.ts';
import { markets } from '../../markets/domain.ts';
import { portfolios } from '../domain.ts';

let platform: TestPlatform;
let http: HttpServer;
let workspaceId: string;
let scope: RowScope;
let ids: Map<string, string>;
let portfolioId: string;

beforeAll(async () => {
  platform = await testPlatform([identity, markets, portfolios]);
  platform.db.attachJobQueue({ add: async () => undefined });
  const definitions = [...markets.permissions, ...portfolios.permissions];
  const all = new Set<string>(definitions.map(({ name }) => name));
  http = await createHttp({
    config: platform.config,
    telemetry: platform.telemetry,
    permissions: definitions,
    authenticate: async ({ authorization }) => {
      if (!authorization) return null;
      const permissions = authorization === 'none' ? new Set<string>() : all;
      const [userId, sessionId] = [workspaceId, workspaceId];
      return { userId, sessionId, workspaceId, role: 'owner' as const, permissions, rows: scope };
    },
  });
  portfolios.routes?.(http, platform);
});
afterAll(async () => {
  await http.close();
  await platform.close();
});
beforeEach(async () => {
  workspaceId = platform.newId();
  scope = EVERY_ROW;
  portfolioId = await stored();
});

// The tests read what they assert; a shape that is off fails there.
// oxlint-disable-next-line typescript/no-explicit-any
type Answer = { readonly status: number; readonly body: any };
async function call(url: string, options: { as?: string; payload?: object } = {}): Promise<Answer> {
  const headers = options.as === 'nobody' ? {} : { authorization: options.as ?? 'owner' };
  const { payload } = options;
  const method = payload ? 'POST' : 'GET';
  const answer = await http.inject({ method, url: `/api/portfolios${url}`, headers, ...(payload && { payload }) });
  return { status: answer.statusCode, body: JSON.parse(answer.body) };
}

const KINDS: Readonly<Record<string, string>> = { ACME: 'stock', BOND: 'bond', WORLD: 'stock', GILT: 'bond' };
const CLOSES = [
  ['2026-11-19', 'ACME', '10'],
  ['2026-11-19', 'BOND', '10'],
  ['2026-11-19', 'WORLD', '100'],
  ['2026-11-19', 'GILT', '100'],
  ['2026-11-20', 'ACME', '11'],
  ['2026-11-20', 'BOND', '10.2'],
  ['2026-11-20', 'WORLD', '108'],
  ['2026-11-20', 'GILT', '103'],
] as const;

/** Sixty in shares and forty in bonds; another portfolio holds what they are compared with. */
async function stored(): Promise<string> {
  const created: string[] = [];
  for (const name of ['Mía', 'Otra']) {
    created.push((await call('', { payload: { name, baseCurrency: 'EUR' } })).body.id as string);
  }
  const [own = '', other = ''] = created;
  await record(own, { type: 'deposit', amount: '1000' });
  await record(own, { type: 'buy', symbol: 'ACME', quantity: '60', price: '10' });
  await record(own, { type: 'buy', symbol: 'BOND', quantity: '40', price: '10' });
  await record(other, { type: 'buy', symbol: 'WORLD', quantity: '1', price: '100' });
  await record(other, { type: 'buy', symbol: 'GILT', quantity: '1', price: '100' });
  ids = new Map();
  for (const id of created) {
    for (const { name, instrumentId } of (await call(`/${id}/positions`)).body.items) ids.set(name, instrumentId);
  }
  for (const [on, name, close] of CLOSES) {
    const prices = [
      { instrumentId: ids.get(name) ?? '', price: Decimal.from(close), currency: 'EUR', on: localDate(on) },
    ];
    const result = await platform.db.transaction((tx) => recordManualPrices(platform, tx, { workspaceId, prices }));
    expect(result.ok).toBe(true);
  }
  return own;
}

let keyNumber = 0;
async function record(id: string, { symbol, ...facts }: Readonly<Record<string, string>>): Promise<void> {
  keyNumber += 1;
  const instrument = symbol === undefined ? null : { kind: KINDS[symbol], symbol, name: symbol, currency: 'EUR' };
  const shared = {
    date: '2026-11-19',
    accountName: 'Broker',
    currency: 'EUR',
    idempotencyKey: `operation-${keyNumber}`,
  };
  expect((await call(`/${id}/operations`, { payload: { ...shared, ...facts, instrument } })).status).toBe(201);
}
const blend = (...parts: readonly (readonly [string, number])[]): string =>
  `blend=${parts.map(([name, weightBps]) => `${ids.get(name) ?? name}:${weightBps}`).join(',')}`;
const half = (): string => blend(['WORLD', 5000], ['GILT', 5000]);

test('nobody 401, no permission 403, and beyond the reach of who asks there is no portfolio', async () => {
  const url = `/${portfolioId}/attribution?${half()}`;
  expect((await call(url, { as: 'nobody' })).status).toBe(401);
  expect((await call(url, { as: 'none' })).status).toBe(403);
  scope = { kind: 'client', userId: platform.newId() };
  expect((await call(url)).body).toMatchObject({ status: 404, code: 'portfolio_not_found' });
});

test('the effects are those redone by hand and add up to the difference; the last day is that of now', async () => {
  const { status, body } = await call(`/${portfolioId}/attribution?from=2026-11-20&${half()}`);
  expect(status).toBe(200);
  expect(body).toMatchObject({ reason: null, currency: 'EUR', from: '2026-11-20', to: '2026-11-21' });
  expect(body.ratio).toBeCloseTo(0.068, 12);
  expect(body.benchmarkRatio).toBeCloseTo(0.055, 12);
  expect(body.difference).toBeCloseTo(0.013, 12);
  expect(body.residual).toBeCloseTo(0, 12);
  const classes = body.byClass as Readonly<Record<string, unknown>>[];
  const groupOf = (group: string) => classes.find(({ name }) => name === group);
  expect(groupOf('stock')?.['allocation']).toBeCloseTo(0.0025, 4);
  expect(groupOf('stock')?.['ratio']).toBeCloseTo(0.1, 12);
  expect(groupOf('bond')?.['benchmarkRatio']).toBeCloseTo(0.03, 12);
  const sum = (rows: readonly Readonly<Record<string, number>>[], name: string): number =>
    rows.reduce((total, row) => total + (row[name] ?? 0), 0);
  expect(new Set(classes.map(({ name }) => name))).toEqual(new Set(['bond', 'stock']));
  expect(sum(body.byClass, 'total')).toBeCloseTo(0.013, 12);
  expect(sum(body.byCurrency, 'total')).toBeCloseTo(0.013, 12);
  expect(sum(body.items, 'contribution')).toBeCloseTo(0.068, 12);
  expect(body.items[0]).toMatchObject({ name: 'ACME', class: 'stock', instrumentId: ids.get('ACME') });
  expect(body.blend).toMatchObject([
    { name: 'WORLD', class: 'stock', weightBps: 5000 },
    { name: 'GILT', class: 'bond', weightBps: 5000 },
  ]);
});

test('a period that begins before the blend has a close begins a day after its first, and says so', async () => {
  const { body } = await call(`/${portfolioId}/attribution?from=2026-11-19&${half()}`);
  expect(body).toMatchObject({ reason: null, from: '2026-11-20', to: '2026-11-21' });
  expect(body.difference).toBeCloseTo(0.013, 12);
});

test('a blend that is no whole, twice the same, unknown or unreadable is refused', async () => {
  const ask = async (query: string): Promise<unknown[]> => {
    const { status, body } = await call(`/${portfolioId}/attribution?${query}`);
    return [status, body.code as unknown];
  };
  expect(await ask(blend(['WORLD', 5000]))).toEqual([422, 'weights_not_whole']);
  expect(await ask(blend(['WORLD', 5000], ['WORLD', 5000]))).toEqual([422, 'weights_not_whole']);
  expect(await ask(blend([platform.newId(), 10_000]))).toEqual([404, 'benchmark_not_found']);
  expect((await ask('blend=WORLD:10000'))[0]).toBe(400);
  expect((await ask(''))[0]).toBe(400);
  expect(await ask(`from=2027-01-01&${half()}`)).toEqual([422, 'period_not_valid']);
});

test('without a close of the blend, or of a holding, there is none and the reason is told', async () => {
  const early = await call(`/${portfolioId}/attribution?from=2026-11-19&to=2026-11-19&${half()}`);
  expect(early.body).toMatchObject({ reason: 'benchmark_price_missing', ratio: null, byClass: [], items: [] });
  const { body } = await call('', { payload: { name: 'Vacía', baseCurrency: 'EUR' } });
  expect((await call(`/${body.id}/attribution?${half()}`)).body.reason).toBe('no_operations');
});
