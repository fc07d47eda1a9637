/** Goal: stored prices and rates come back exact, with their doubts, and nothing impossible gets in. */
import { Decimal, localDate } from '#kernel';
import { testPlatform, type TestPlatform, type TestPlatformOptions } from '#platform/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { crossRate } from './fx.ts';
import { euroRatesBetween, fxRates, SHARED_WORKSPACE_ID, upsertEuroRates } from './fx.store.ts';
import { identity } from '../identity/domain.ts';
import { markets } from './domain.ts';
import { type MarketFacts, marketFixture } from './market-fixture.ts';
import { doubtOf, isStalePrice, type PriceCheck } from './price.ts';
import { recordManualPrices, settleQuarantined } from './price-intake.ts';
import { latestPrices, listQuarantined, pricesBetween, upsertDailyPrices } from './price.store.ts';

type MarketFixture = TestPlatform & MarketFacts;
const openMarketFixture = async (
  options: TestPlatformOptions & { isSimulated?: boolean } = {},
): Promise<MarketFixture> => marketFixture(await testPlatform([identity, markets], options), options);

let market: MarketFixture;
let demo: MarketFixture;
beforeAll(async () => {
  market = await openMarketFixture();
  demo = await openMarketFixture({ isSimulated: true });
});
afterAll(async () => {
  await market.close();
  await demo.close();
});

const of = (text: string) => Decimal.from(text);
const NOW_MS = Date.UTC(2026, 10, 21, 12);
const HOUR_MS = 3_600_000;

const check = (more: Partial<PriceCheck>): PriceCheck => ({
  candidate: { price: of('100'), currency: 'EUR', marketAtMs: NOW_MS },
  reference: { price: of('100'), currency: 'EUR', marketAtMs: NOW_MS - HOUR_MS },
  currency: 'EUR',
  splitRatio: Decimal.one,
  atMs: NOW_MS,
  ...more,
});
const candidate = (price: string, more = {}) => ({ price: of(price), currency: 'EUR', marketAtMs: NOW_MS, ...more });

test.each<[string, Partial<PriceCheck>, string | null]>([
  ['a usual price', {}, null],
  ['zero', { candidate: candidate('0') }, 'not_positive'],
  ['a negative price', { candidate: candidate('-1') }, 'not_positive'],
  ['another currency', { candidate: candidate('100', { currency: 'USD' }) }, 'wrong_currency'],
  ['another currency of a coin', { currency: null, candidate: candidate('100', { currency: 'USD' }) }, null],
  ['exactly half as much again', { candidate: candidate('150') }, null],
  ['a cent more than that', { candidate: candidate('150.01') }, 'absurd_jump'],
  ['less than half', { candidate: candidate('49.99') }, 'absurd_jump'],
  ['a quarter after a split of four', { candidate: candidate('25'), splitRatio: of('4') }, null],
  ['a tenth without a split', { candidate: candidate('10') }, 'absurd_jump'],
  [
    'a jump since a forgotten price',
    { candidate: candidate('1000'), reference: { ...candidate('100'), marketAtMs: NOW_MS - 8 * 24 * HOUR_MS } },
    null,
  ],
  ['tomorrow', { candidate: candidate('100', { marketAtMs: NOW_MS + HOUR_MS }) }, 'from_the_future'],
])('%s is judged', (_name, more, doubt) => {
  expect(doubtOf(check(more))).toBe(doubt);
});

test('a coin is stale after a quarter of an hour, a share after a long weekend, a hand-written price after a month', () => {
  const at = (provider: 'yahoo' | 'manual', hours: number) =>
    ({ provider, marketAtMs: NOW_MS - hours * HOUR_MS }) as const;
  expect(isStalePrice(at('yahoo', 0.2), 'crypto', NOW_MS)).toBe(false);
  expect(isStalePrice(at('yahoo', 0.3), 'crypto', NOW_MS)).toBe(true);
  expect(isStalePrice(at('yahoo', 90), 'stock', NOW_MS)).toBe(false);
  expect(isStalePrice(at('yahoo', 100), 'stock', NOW_MS)).toBe(true);
  expect(isStalePrice(at('manual', 24 * 30), 'fund', NOW_MS)).toBe(false);
});

test('every instrument is answered: exact price with its flags, or missing with why', async () => {
  const priced = await market.addInstrument({ symbol: 'AAA', name: 'A' });
  const unpriced = await market.addInstrument({ symbol: 'BBB', name: 'B' });
  const cash = await market.addInstrument({ kind: 'cash', symbol: 'EUR', name: 'Euro' });
  await market.tick(priced, '0.000000000000000001', { previousClose: '0.000000000000000002' });
  const query = { workspaceId: market.workspaceId, instrumentIds: [priced, unpriced, cash], atMs: market.clock() };
  const prices = await latestPrices(market.db, query);
  expect(prices.get(priced)).toMatchObject({ state: 'priced', provider: 'yahoo', isStale: false, isManual: false });
  const price = prices.get(priced);
  expect(price?.state === 'priced' && price.price.toString()).toBe('0.000000000000000001');
  expect(prices.get(unpriced)).toMatchObject({ state: 'missing', reason: 'never_fetched' });
  expect(prices.get(cash)).toMatchObject({ state: 'missing', reason: 'cash' });
  const stranger = await latestPrices(market.db, { ...query, workspaceId: market.newId() });
  expect(stranger.size).toBe(0);
});

test('closes of a span come with the one before it, and a close by hand is not overwritten by a provider', async () => {
  const id = await market.addInstrument({ symbol: 'CCC', name: 'C' });
  const close = (on: string, price: string, provider: 'yahoo' | 'manual') => ({
    instrumentId: id,
    on: localDate(on),
    price: of(price),
    currency: 'EUR',
    provider,
    marketAtMs: NOW_MS,
    fetchedAtMs: NOW_MS,
  });
  const days = [
    close('2026-11-02', '1', 'yahoo'),
    close('2026-11-03', '2', 'manual'),
    close('2026-11-06', '3', 'yahoo'),
  ];
  await market.db.transaction((tx) => upsertDailyPrices(tx, market.workspaceId, days));
  await market.db.transaction((tx) => upsertDailyPrices(tx, market.workspaceId, [close('2026-11-03', '9', 'yahoo')]));
  const read = async (from: string, to: string) => {
    const query = { workspaceId: market.workspaceId, instrumentIds: [id], from: localDate(from), to: localDate(to) };
    return (await pricesBetween(market.db, query)).get(id)?.map(({ on, price }) => `${on} ${price.toString()}`);
  };
  expect(await read('2026-11-04', '2026-11-30')).toEqual(['2026-11-03 2', '2026-11-06 3']);
  expect(await read('2026-11-01', '2026-11-02')).toEqual(['2026-11-02 1']);
  expect(await read('2026-10-01', '2026-10-30')).toEqual([]);
});

test('a price by hand becomes the newest only when nothing newer is known; impossible ones are refused whole', async () => {
  const id = await market.addInstrument({ kind: 'fund', symbol: 'DDD', name: 'D' });
  const record = (on: string, price: string, currency = 'EUR') => {
    const prices = [{ instrumentId: id, price: of(price), currency, on: localDate(on) }];
    return market.db.transaction((tx) => recordManualPrices(market, tx, { workspaceId: market.workspaceId, prices }));
  };
  expect(await record('2026-11-20', '10')).toMatchObject({ ok: true });
  expect(await record('2026-11-01', '8')).toMatchObject({ ok: true });
  expect(await record('2026-11-20', '0')).toMatchObject({ code: 'price_not_positive' });
  expect(await record('2026-11-30', '1')).toMatchObject({ code: 'price_day_invalid' });
  expect(await record('2026-11-20', '1', 'USD')).toMatchObject({ code: 'currency_mismatch' });
  const query = { workspaceId: market.workspaceId, instrumentIds: [id], atMs: market.clock() };
  const latest = (await latestPrices(market.db, query)).get(id);
  expect(latest).toMatchObject({ state: 'priced', isManual: true });
  expect(latest?.state === 'priced' && latest.price.toString()).toBe('10');
});

test('a quarantined price waits for a person, who accepts or discards it', async () => {
  const id = await market.addInstrument({ symbol: 'EEE', name: 'E' });
  await market.tick(id, '100');
  await market.tick(id, '300');
  const waiting = (await listQuarantined(market.db, market.workspaceId)).find(({ price }) => price.instrumentId === id);
  expect(waiting).toMatchObject({ reason: 'absurd_jump' });
  const settle = (decision: 'accept' | 'discard') =>
    market.db.transaction((tx) =>
      settleQuarantined(market, tx, { workspaceId: market.workspaceId, instrumentId: id, decision }),
    );
  expect(await settle('accept')).toMatchObject({ ok: true });
  expect(await settle('discard')).toMatchObject({ code: 'price_not_quarantined' });
  const query = { workspaceId: market.workspaceId, instrumentIds: [id], atMs: market.clock() };
  const latest = (await latestPrices(market.db, query)).get(id);
  expect(latest?.state === 'priced' && latest.price.toString()).toBe('300');
});

test('rates: identity, euro base, cross, the last published day carried forward, and null for the unknown', async () => {
  const rate = (currency: string, on: string, units: string) => ({
    currency,
    on: localDate(on),
    unitsPerEur: of(units),
  });
  const rates = [rate('USD', '2026-11-19', '1.25'), rate('GBP', '2026-11-19', '0.8'), rate('USD', '2026-11-20', '1.5')];
  await market.db.transaction((tx) =>
    upsertEuroRates(tx, { workspaceId: SHARED_WORKSPACE_ID, provider: 'ecb', fetchedAtMs: NOW_MS, rates }),
  );
  const pair = (base: string, quote: string, on: string) => ({ base, quote, on: localDate(on) });
  const pairs = [
    pair('EUR', 'EUR', '2026-11-22'),
    pair('EUR', 'USD', '2026-11-22'),
    pair('USD', 'EUR', '2026-11-19'),
    pair('GBP', 'USD', '2026-11-19'),
    pair('GBP', 'USD', '2026-11-20'),
    pair('EUR', 'USD', '2026-11-18'),
    pair('EUR', 'QQQ', '2026-11-20'),
    pair('USDT', 'USDT', '2026-11-20'),
  ];
  const found = await fxRates(market.db, { workspaceId: market.workspaceId, pairs });
  expect(found.map((entry) => entry && `${entry.rate.toString()} ${entry.on}`)).toEqual([
    '1 2026-11-22',
    '1.5 2026-11-20',
    '0.8 2026-11-19',
    '1.5625 2026-11-19',
    '1.875 2026-11-19',
    null,
    null,
    '1 2026-11-20',
  ]);
  const span = { currencies: ['USD', 'EUR', 'CHF'], from: localDate('2026-11-20'), to: localDate('2026-11-30') };
  const series = await euroRatesBetween(market.db, { workspaceId: market.workspaceId, ...span });
  expect(series.get('USD')?.map(({ on }) => on)).toEqual(['2026-11-19', '2026-11-20']);
  expect(series.get('CHF')).toEqual([]);
  expect(crossRate(series.get('EUR')![0]!, series.get('USD')![1]!).rate.toString()).toBe('1.5');
});

test('a simulated workspace has its own rates, and they say so', async () => {
  const pairs = [{ base: 'EUR', quote: 'USD', on: localDate('2026-11-20') }];
  const [rate] = await fxRates(demo.db, { workspaceId: demo.workspaceId, pairs });
  expect(rate).toMatchObject({ isSimulated: true, on: '2026-11-20' });
});
