/** Goal: the routes of markets do what their contract says for who may, and refuse the rest by name. */
import { Decimal, EVERY_ROW, type EndpointShape, localDate } from '#kernel';
import { createHttp, type HttpServer } from '#platform/http';
import { testPlatform, type TestPlatform, type TestPlatformOptions } from '#platform/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { marketsApi, marketsEvents } from './contract.ts';
import { identity } from '../identity/domain.ts';
import { upsertCorporateActions } from './corporate-action.store.ts';
import { markets } from './domain.ts';
import { SHARED_WORKSPACE_ID } from './fx.store.ts';
import { providerTestJob } from './provider-test.job.ts';
import { type MarketFacts, marketFixture } from './market-fixture.ts';
import { deleteWorkspaceRows } from './workspace.store.ts';

type MarketFixture = TestPlatform & MarketFacts;
const openMarketFixture = async (
  options: TestPlatformOptions & { isSimulated?: boolean } = {},
): Promise<MarketFixture> => marketFixture(await testPlatform([identity, markets], options), options);

let market: MarketFixture;
let http: HttpServer;
let bitcoin: string;

const everything = new Set<string>(markets.permissions.map(({ name }) => name));
let permissions: ReadonlySet<string> | null = everything;

beforeAll(async () => {
  market = await openMarketFixture({ settings: { markets: { yahooBaseUrl: 'http://127.0.0.1:1/' } } });
  http = await createHttp({
    config: market.config,
    telemetry: market.telemetry,
    permissions: markets.permissions,
    authenticate: async () =>
      permissions === null
        ? null
        : {
            userId: market.newId(),
            sessionId: market.newId(),
            workspaceId: market.workspaceId,
            role: 'owner',
            permissions,
            rows: EVERY_ROW,
          },
  });
  markets.routes?.(http, market);
  bitcoin = await market.addInstrument({});
  await market.tick(bitcoin, '90000', { previousClose: '88000' });
});
afterAll(async () => {
  await http.close();
  await market.close();
});
beforeEach(() => {
  permissions = everything;
});

interface Sent {
  readonly ifMatch?: string;
  readonly body?: unknown;
}

async function call(route: `${'GET' | 'POST' | 'PUT' | 'DELETE'} ${string}`, sent: Sent = {}) {
  const [method, url] = route.split(' ') as ['GET' | 'POST' | 'PUT' | 'DELETE', string];
  const answer = await http.inject({
    method,
    url,
    headers: { authorization: 'Bearer test', ...(sent.ifMatch === undefined ? {} : { 'if-match': sent.ifMatch }) },
    ...(sent.body === undefined ? {} : { payload: sent.body as object }),
  });
  return { status: answer.statusCode, body: answer.body === '' ? null : answer.json<Record<string, never>>() };
}

const endpoints = Object.values(marketsApi) as EndpointShape[];
const anId = '01890a5d-ac96-774b-bcce-b302099a8057';

describe.each(endpoints.map((endpoint) => [`${endpoint.method} ${endpoint.path}`, endpoint] as const))(
  '%s',
  (_name, endpoint) => {
    const route = `${endpoint.method} ${endpoint.path.replaceAll(/:\w+/g, anId)}` as `GET ${string}`;
    test('nobody is told 401, somebody without the permission 403', async () => {
      permissions = null;
      expect((await call(route)).status).toBe(401);
      permissions = new Set([...everything].filter((name) => name !== endpoint.permission));
      expect(await call(route)).toMatchObject({ status: 403, body: { code: 'permission_missing' } });
    });
  },
);

test('every event of the catalogue has an example that fits its schema', () => {
  for (const { schema, example } of marketsEvents) expect(schema.safeParse(example)).toMatchObject({ success: true });
});

const rule = (more: object = {}) => ({ instrumentId: bitcoin, condition: 'above', threshold: '100000', ...more });

test('an instrument is added, watched and found; a wrong ISIN is refused by name', async () => {
  const added = await call('POST /api/markets/instruments', {
    body: { kind: 'stock', symbol: 'itx', isin: 'ES0148396007', name: 'Inditex', currency: 'EUR' },
  });
  expect(added).toMatchObject({ status: 201, body: { symbol: 'ITX', outcome: 'created' } });
  expect(market.askedJobs.map(({ name }) => name)).toContain('markets.history.backfill');
  const found = await call('GET /api/markets/instruments?q=indi');
  expect(found).toMatchObject({ status: 200, body: { items: [{ isin: 'ES0148396007' }] } });
  const wrong = { kind: 'stock', isin: 'ES0148396008', name: 'Inditex', currency: 'EUR' };
  expect(await call('POST /api/markets/instruments', { body: wrong })).toMatchObject({
    status: 422,
    body: { code: 'isin_invalid' },
  });
});

test('the name at the provider is chosen with If-Match', async () => {
  const path = `/api/markets/instruments/${bitcoin}/provider-symbol` as const;
  const body = { providerSymbol: 'BTC-USD' };
  expect(await call(`PUT ${path}`, { body })).toMatchObject({ status: 428, body: { code: 'version_required' } });
  expect(await call(`PUT ${path}`, { body, ifMatch: '"1"' })).toMatchObject({
    status: 200,
    body: { providerSymbol: 'BTC-USD', version: 2 },
  });
  expect(await call(`PUT ${path}`, { body, ifMatch: '"1"' })).toMatchObject({
    status: 412,
    body: { code: 'version_mismatch' },
  });
  const unknown = `/api/markets/instruments/${anId}/provider-symbol` as const;
  expect(await call(`PUT ${unknown}`, { body, ifMatch: '"1"' })).toMatchObject({ status: 404 });
});

const LATEST = { state: 'priced', price: '90000', dayChangePercent: '2.27', provider: 'yahoo', isStale: false };

test('newest prices carry their source and doubts', async () => {
  const prices = await call(`GET /api/markets/prices?instrumentIds=${bitcoin}`);
  expect(prices).toMatchObject({
    status: 200,
    body: { items: [{ instrument: { symbol: 'BTC' }, latest: LATEST }] },
  });
  expect(await call('GET /api/markets/prices?instrumentIds=x')).toMatchObject({ status: 422 });
});

test('a price by hand is written exactly, or refused', async () => {
  const fund = await market.addInstrument({ kind: 'fund', symbol: 'FOND', name: 'Fondo' });
  const path = `PUT /api/markets/instruments/${fund}/manual-price` as const;
  const body = { price: '12.345678', currency: 'EUR', on: '2026-11-20' };
  expect(await call(path, { body })).toMatchObject({ status: 200, body: { price: '12.345678', isManual: true } });
  expect(await call(path, { body: { ...body, currency: 'USD' } })).toMatchObject({
    status: 422,
    body: { code: 'currency_mismatch' },
  });
  expect(await call(path, { body: { ...body, on: '2026-02-30' } })).toMatchObject({
    status: 422,
    body: { code: 'price_day_invalid' },
  });
  for (const price of ['0', '-1', '1e3', '1,5', ''])
    expect((await call(path, { body: { ...body, price } })).status).toBe(400);
});

test('an absurd price is shown and settled by a person', async () => {
  const id = await market.addInstrument({ symbol: 'ODD', name: 'Odd' });
  await market.tick(id, '100');
  await market.tick(id, '900');
  const shown = await call('GET /api/markets/quarantine');
  expect(shown).toMatchObject({ body: { items: [{ reason: 'absurd_jump', price: '900', referencePrice: '100' }] } });
  const settle = `POST /api/markets/quarantine/${id}/settlement` as const;
  expect(await call(settle, { body: { decision: 'accept' } })).toMatchObject({ status: 204 });
  expect(await call(settle, { body: { decision: 'discard' } })).toMatchObject({ status: 404 });
});

test('an alert lives: created with its distance, changed under If-Match, deleted, restored', async () => {
  const created = await call('POST /api/markets/alerts', { body: rule({ note: 'Vender la mitad' }) });
  expect(created).toMatchObject({
    status: 201,
    body: { zone: 'inside', upperPrice: '100000', lowerPrice: null, distancePercent: '11.11', version: 1 },
  });
  const id = String(created.body?.['id']);
  const { instrumentId: _instrumentId, ...change } = rule({ threshold: '95000', isEnabled: false });
  expect(await call(`PUT /api/markets/alerts/${id}`, { body: change })).toMatchObject({ status: 428 });
  const changed = await call(`PUT /api/markets/alerts/${id}`, { body: change, ifMatch: '"1"' });
  expect(changed).toMatchObject({ status: 200, body: { threshold: '95000', isEnabled: false, version: 2 } });
  expect(await call(`PUT /api/markets/alerts/${id}`, { body: change, ifMatch: '"1"' })).toMatchObject({ status: 412 });
  expect(await call(`DELETE /api/markets/alerts/${id}`)).toMatchObject({ status: 204 });
  expect(await call(`DELETE /api/markets/alerts/${id}`)).toMatchObject({ status: 404 });
  expect(await call(`POST /api/markets/alerts/${id}/restoration`)).toMatchObject({ status: 200, body: { id } });
  expect(await call('GET /api/markets/alerts')).toMatchObject({ body: { items: [{ id }] } });
});

test('an alert already beyond its trigger says so and waits; an impossible one is refused', async () => {
  const beyond = await call('POST /api/markets/alerts', { body: rule({ condition: 'above', threshold: '1' }) });
  expect(beyond).toMatchObject({ body: { zone: 'high', distancePercent: '0.00' } });
  const never = rule({ condition: 'percent_down', threshold: '100' });
  expect(await call('POST /api/markets/alerts', { body: never })).toMatchObject({
    status: 422,
    body: { code: 'threshold_unreachable' },
  });
  expect(await call('POST /api/markets/alerts', { body: rule({ instrumentId: anId }) })).toMatchObject({ status: 404 });
});

test('firings are read page by page, newest first', async () => {
  await call('POST /api/markets/alerts', { body: rule({ threshold: '90500', repeat: 'rearming' }) });
  for (const price of ['91000', '90000', '91100', '90000', '91200']) await market.tick(bitcoin, price);
  const first = await call('GET /api/markets/alert-firings?limit=2');
  expect(first).toMatchObject({ body: { items: [{ price: '91200' }, { price: '91100' }] } });
  const rest = await call(`GET /api/markets/alert-firings?limit=2&cursor=${String(first.body?.['nextCursor'])}`);
  expect(rest).toMatchObject({ body: { items: [{ price: '91000' }], nextCursor: null } });
});

test('an alert is tried on the stored closes before it is saved; what nobody can answer is refused', async () => {
  const share = await market.addInstrument({ kind: 'stock', symbol: 'TRY', name: 'Try' });
  const backtest = (query: string) => call(`GET /api/markets/alert-backtest?instrumentId=${share}&${query}`);
  expect(await backtest('condition=above&threshold=100')).toMatchObject({ body: { missing: 'no_history' } });
  const closes = [90, 101, 95, 102, 80].map((price, index) => ({ on: `2026-11-1${index + 1}`, price: String(price) }));
  for (const body of closes) {
    await call(`PUT /api/markets/instruments/${share}/manual-price`, { body: { ...body, currency: 'EUR' } });
  }
  const rearming = await backtest('condition=above&threshold=100&repeat=rearming');
  expect(rearming).toMatchObject({
    status: 200,
    body: { crossingCount: 2, firingCount: 2, dayCount: 5, years: [{ year: 2026, crossingCount: 2 }], missing: null },
  });
  const once = await backtest('condition=above&threshold=100');
  expect(once.body).toMatchObject({
    firingCount: 1,
    crossings: [
      { on: '2026-11-12', price: '101', trigger: '100', hasFired: true },
      { on: '2026-11-14', hasFired: false },
    ],
  });
  const fall = await backtest('condition=drawdown&threshold=20&windowDays=30');
  expect(fall.body).toMatchObject({ crossings: [{ on: '2026-11-15', trigger: '81.6' }] });
  expect(await backtest('condition=drawdown&threshold=100')).toMatchObject({ status: 422 });
  expect(await backtest('condition=above&threshold=100&from=2026-02-31')).toMatchObject({ status: 422 });
  const coin = rule({ condition: 'volume_above', threshold: '1000' });
  expect(await call('POST /api/markets/alerts', { body: coin })).toMatchObject({
    status: 422,
    body: { code: 'volume_not_counted' },
  });
});

test('a fall and a volume are watched, told with what they are measured from, and fire', async () => {
  const share = await market.addInstrument({ kind: 'stock', symbol: 'FALL', name: 'Fall' });
  await call(`PUT /api/markets/instruments/${share}/manual-price`, {
    body: { price: '200', currency: 'EUR', on: '2026-11-10' },
  });
  await market.tick(share, '190', { dayVolume: '500' });
  const fall = await call('POST /api/markets/alerts', {
    body: rule({ instrumentId: share, condition: 'drawdown', threshold: '10' }),
  });
  expect(fall.body).toMatchObject({ zone: 'inside', lowerPrice: '180', measuredFrom: '200', distancePercent: '5.26' });
  const busy = await call('POST /api/markets/alerts', {
    body: rule({ instrumentId: share, condition: 'volume_above', threshold: '1000' }),
  });
  expect(busy.body).toMatchObject({
    upperPrice: null,
    triggerVolume: '1000',
    dayVolume: '500',
    distancePercent: '100.00',
  });
  await market.tick(share, '180', { dayVolume: '1200' });
  const fired = await call('GET /api/markets/alert-firings?limit=2');
  const told: readonly object[] = fired.body?.['items'] ?? [];
  expect(told).toHaveLength(2);
  expect(told).toContainEqual(expect.objectContaining({ condition: 'drawdown', triggerPrice: '180', volume: null }));
  expect(told).toContainEqual(
    expect.objectContaining({ condition: 'volume_above', triggerPrice: null, triggerVolume: '1000', volume: '1200' }),
  );
});

test('a history tells its days, gaps, splits and dividends; filling is asked for in the background', async () => {
  const { workspaceId } = market;
  const share = await market.addInstrument({ kind: 'stock', symbol: 'GAP.MC', name: 'Gap' });
  const path = `GET /api/markets/instruments/${share}/history` as const;
  expect(await call(path)).toMatchObject({ status: 200, body: { since: null, gaps: [], calendar: 'madrid' } });
  await market.watch(share, '2026-11-16');
  await call(`PUT /api/markets/instruments/${share}/manual-price`, {
    body: { price: '10', currency: 'EUR', on: '2026-11-17' },
  });
  const told = { workspaceId, instrumentId: share, provider: 'yahoo' as const, fetchedAtMs: market.clock() };
  const splits = [{ on: localDate('2024-06-10'), ratio: Decimal.from('10') }];
  const dividends = [{ exDate: localDate('2026-05-04'), amount: Decimal.from('0.84'), currency: 'EUR' }];
  await market.db.transaction((tx) => upsertCorporateActions(tx, { ...told, splits, dividends }));
  const { body } = await call(path);
  expect(body).toMatchObject({
    since: '2026-11-16',
    storedCount: 1,
    isAdjusted: false,
    splits: [{ on: '2024-06-10', ratio: '10', provider: 'yahoo' }],
    dividends: [{ exDate: '2026-05-04', amount: '0.84', currency: 'EUR' }],
  });
  const gaps: readonly object[] = body?.['gaps'] ?? [];
  expect(gaps[0]).toEqual({ from: '2026-11-16', to: '2026-11-16', dayCount: 1 });
  const fill = 'POST /api/markets/history-gaps/fillings' as const;
  expect(await call(fill, { body: { instrumentId: share } })).toMatchObject({ status: 202 });
  expect(market.askedJobs.at(-1)).toEqual({
    name: 'markets.gaps.fill',
    payload: { workspaceId, instrumentId: share },
  });
  expect(await call(fill, { body: { instrumentId: anId } })).toMatchObject({ status: 404 });
  expect(await call('GET /api/markets/history-gaps')).toMatchObject({ status: 200, body: { items: [] } });
});

test('providers say how they fare; faults are only for simulated workspaces', async () => {
  expect(await call('GET /api/markets/providers')).toMatchObject({
    status: 200,
    body: {
      priceSource: 'live',
      items: [
        { provider: 'yahoo', state: 'unused' },
        { provider: 'coinmarketcap', state: 'not_set_up', keySource: 'none' },
        { provider: 'twelve_data', state: 'not_set_up', keySource: 'none' },
        { provider: 'financial_times', state: 'not_set_up', isEnabled: false },
        { provider: 'ecb', state: 'unused' },
      ],
    },
  });
  expect(await call('PUT /api/markets/simulator/fault', { body: { fault: 'outage' } })).toMatchObject({ status: 409 });
});

test('a key is kept sealed, never told, and forgotten on demand', async () => {
  const key = 'una-llave-muy-secreta';
  const route = 'PUT /api/markets/providers/coinmarketcap/key' as const;
  expect(await call(route, { body: { key: 'con espacios no' } })).toMatchObject({ status: 400 });
  expect(await call(route, { body: { key } })).toMatchObject({ status: 204 });
  const listed = await call('GET /api/markets/providers');
  expect(listed).toMatchObject({
    body: { items: [{}, { provider: 'coinmarketcap', keySource: 'stored' }, {}, {}, {}] },
  });
  expect(JSON.stringify(listed)).not.toContain(key);
  const kept = await market.secrets.list(SHARED_WORKSPACE_ID);
  expect(kept.map(({ name }) => name)).toEqual(['markets.provider-key:coinmarketcap']);
  expect(await market.secrets.list(market.workspaceId)).toEqual([]);
  expect(await call('DELETE /api/markets/providers/coinmarketcap/key')).toMatchObject({ status: 204 });
  expect(await call('DELETE /api/markets/providers/coinmarketcap/key')).toMatchObject({ status: 404 });
});

test('the Financial Times is turned on only by who accepts its terms', async () => {
  const turn = async (body: object) =>
    (await call('PUT /api/markets/providers/financial_times/switch', { body })).status;
  const stateOf = async () => {
    const { body } = await call('GET /api/markets/providers');
    const items: readonly { readonly provider: string }[] = body?.['items'] ?? [];
    return items.find(({ provider }) => provider === 'financial_times');
  };
  expect(await turn({ isEnabled: true })).toBe(422);
  expect(await stateOf()).toMatchObject({ isEnabled: false });
  expect(await turn({ isEnabled: true, areTermsAccepted: true })).toBe(204);
  expect(await stateOf()).toMatchObject({ isEnabled: true, state: 'unused' });
  expect(await turn({ isEnabled: false })).toBe(204);
});

test('a test is asked for in the background and its outcome is told by its code', async () => {
  expect(await call('POST /api/markets/providers/yahoo/test')).toMatchObject({ status: 202 });
  expect(market.askedJobs.at(-1)).toEqual({ name: 'markets.provider.test', payload: { provider: 'yahoo' } });
  const context = { attempt: 1, signal: new AbortController().signal, progress: async () => undefined };
  await providerTestJob(market).run({ provider: 'yahoo' }, context);
  const { body } = await call('GET /api/markets/providers');
  const failed = { provider: 'yahoo', state: 'failing', testOutcome: 'provider_unreachable' };
  expect(body).toMatchObject({ items: [failed, {}, {}, {}, {}] });
});

test('removing a workspace leaves nothing of it', async () => {
  await market.db.transaction((tx) => deleteWorkspaceRows(tx, market.workspaceId));
  expect(await call('GET /api/markets/instruments')).toMatchObject({ body: { items: [] } });
  expect(await call('GET /api/markets/alerts')).toMatchObject({ body: { items: [] } });
});
