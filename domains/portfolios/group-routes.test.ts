/** Goal: several portfolios together are the sum of their members to whoever reaches them, and nobody is added in silence. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Decimal, EVERY_ROW, localDate, type RowScope } from '#kernel';
import { recordManualPrices } from '#markets';
import { createHttp, type HttpServer } from '#platform/http';
import { testPlatform, type TestPlatform } from '#platform/testing';
import { identity } from '../identity/domain.ts';
import { markets } from '../markets/domain.ts';
import { portfolios } from './domain.ts';

let platform: TestPlatform;
let http: HttpServer;
let workspaceId: string;
let scope: RowScope;
let keyNumber = 0;

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
beforeEach(() => {
  workspaceId = platform.newId();
  scope = EVERY_ROW;
});

interface Point {
  readonly date: string;
  readonly value: number | null;
  readonly invested: number | null;
  readonly isPartial: boolean;
}
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
async function newPortfolio(name: string, baseCurrency = 'EUR'): Promise<string> {
  return (await call('', { payload: { name, baseCurrency } })).body.id as string;
}
async function buy(
  portfolioId: string,
  date: string,
  quantity: string,
  price: string,
  currency = 'EUR',
): Promise<void> {
  keyNumber += 1;
  const instrument = { kind: 'stock', symbol: `ACME${currency}`, name: 'Acme', currency };
  const facts = { type: 'buy', date, accountName: 'Broker', currency, instrument, quantity, price };
  const payload = { ...facts, idempotencyKey: `operation-${keyNumber}` };
  expect((await call(`/${portfolioId}/operations`, { payload })).status).toBe(201);
}
async function close(portfolioId: string, on: string, figure: string): Promise<void> {
  const { body } = await call(`/${portfolioId}/positions`);
  const prices = [
    { instrumentId: body.items[0].instrumentId, price: Decimal.from(figure), currency: 'EUR', on: localDate(on) },
  ];
  const result = await platform.db.transaction((tx) => recordManualPrices(platform, tx, { workspaceId, prices }));
  expect(result.ok).toBe(true);
}
const pointAt = (points: readonly Point[], date: string): Point | undefined =>
  points.find((point) => point.date === date);

test('nobody 401, no permission 403, and a workspace without portfolios has no days', async () => {
  expect((await call('/value-series', { as: 'nobody' })).status).toBe(401);
  expect((await call('/value-series', { as: 'none' })).status).toBe(403);
  const { status, body } = await call('/value-series');
  expect([status, body]).toEqual([
    200,
    { currency: 'EUR', portfolioIds: [], points: [], twr: { value: null, reason: 'no_operations' } },
  ]);
});

test('each day is the sum of the members, from the first of any to the values of now', async () => {
  const [one, two] = [await newPortfolio('Una'), await newPortfolio('Dos')];
  const dollars = await newPortfolio('Dólares', 'USD');
  await buy(one, '2026-11-02', '10', '100');
  await buy(two, '2026-11-10', '4', '110');
  await buy(dollars, '2026-11-03', '1', '50', 'USD');
  await close(one, '2026-11-02', '100');
  await close(one, '2026-11-10', '110');
  await close(one, '2026-11-20', '121');
  const { body } = await call('/value-series');
  expect(body.currency).toBe('EUR');
  expect(new Set(body.portfolioIds)).toEqual(new Set([one, two]));
  const points = body.points as Point[];
  expect(points[0]).toMatchObject({ date: '2026-11-02', value: 1000, invested: 1000 });
  expect(pointAt(points, '2026-11-09')).toMatchObject({ value: 1000, invested: 1000, isPartial: false });
  expect(pointAt(points, '2026-11-10')).toMatchObject({ value: 1540, invested: 1440 });
  expect(points.at(-1)).toMatchObject({ date: '2026-11-21', value: 14 * 121, invested: 1440 });
  // 100 to 110, then 440 more at the start of a day that ends at 1,540, then 110 to 121: (1540 / 1440) x 1.1 - 1.
  expect(body.twr.value).toBeCloseTo((1540 / 1440) * 1.1 - 1, 12);
  const members = await Promise.all(
    [one, two].map(async (id) => (await call(`/${id}/value-series?range=all`)).body.points as Point[]),
  );
  for (const point of points) {
    const own = members.map((all) => pointAt(all, point.date)?.value ?? 0);
    expect(point.value).toBe(own.reduce((sum, value) => sum + value, 0));
  }
  expect((await call('/value-series?currency=USD')).body.portfolioIds).toEqual([dollars]);
});

test('what is recorded back-dated shows at once, also in days that were stored', async () => {
  const one = await newPortfolio('Una');
  await buy(one, '2026-11-10', '4', '110');
  await close(one, '2026-11-10', '110');
  expect((await call('/value-series')).body.points[0]).toMatchObject({ date: '2026-11-10', value: 440 });
  await buy(one, '2026-11-05', '1', '100');
  const { points } = (await call('/value-series')).body;
  expect(points[0]).toMatchObject({ date: '2026-11-05', value: 100, isEstimated: true });
  expect(pointAt(points, '2026-11-10')).toMatchObject({ value: 550, invested: 540 });
});

test('a member without a price makes its days partial, never zero, and there is no return over them', async () => {
  const [one, two] = [await newPortfolio('Una'), await newPortfolio('Dos')];
  await buy(one, '2026-11-02', '10', '100');
  await close(one, '2026-11-02', '100');
  await buy(two, '2026-11-10', '1', '50', 'USD');
  const { points, twr } = (await call('/value-series')).body;
  expect(pointAt(points, '2026-11-12')).toMatchObject({ value: 1000, isPartial: true });
  expect(twr).toEqual({ value: null, reason: 'value_unknown' });
});

test('portfolios may be named; one beyond reach or of another currency is refused, not left out', async () => {
  const [one, two] = [await newPortfolio('Una'), await newPortfolio('Dos')];
  const dollars = await newPortfolio('Dólares', 'USD');
  await buy(one, '2026-11-02', '10', '100');
  await buy(two, '2026-11-02', '1', '100');
  expect((await call(`/value-series?portfolioIds=${two}`)).body.points[0]).toMatchObject({ value: 100 });
  const mixed = await call(`/value-series?portfolioIds=${one},${dollars}`);
  expect([mixed.status, mixed.body.code]).toEqual([422, 'currencies_differ']);
  const foreign = await call(`/value-series?portfolioIds=${one},${platform.newId()}`);
  expect([foreign.status, foreign.body.code]).toEqual([404, 'portfolio_not_found']);
  scope = { kind: 'client', userId: platform.newId() };
  expect((await call(`/value-series?portfolioIds=${one}`)).status).toBe(404);
  expect((await call('/value-series')).body.portfolioIds).toEqual([]);
});
