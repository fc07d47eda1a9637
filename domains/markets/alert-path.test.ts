/** Goal: a price that crosses a rule makes one firing, one event and one bell, together or not at all, and never twice. */
import { Decimal, localDate } from '#kernel';
import { testPlatform, type TestPlatform, type TestPlatformOptions } from '#platform/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listFirings, listRules, moveRuleState } from './alert.store.ts';
import { identity } from '../identity/domain.ts';
import { markets } from './domain.ts';
import { type MarketFacts, marketFixture } from './market-fixture.ts';
import { insertSimulatedWorkspace } from './workspace.store.ts';
import { recordManualPrices, takePrices } from './price-intake.ts';

type MarketFixture = TestPlatform & MarketFacts;
const openMarketFixture = async (
  options: TestPlatformOptions & { isSimulated?: boolean } = {},
): Promise<MarketFixture> => marketFixture(await testPlatform([identity, markets], options), options);

let market: MarketFixture;
let bitcoin: string;
beforeEach(async () => {
  market = await openMarketFixture();
  bitcoin = await market.addInstrument({});
});
afterEach(async () => market.close());

const above = (threshold: string) => ({
  terms: {
    condition: 'above' as const,
    threshold: Decimal.from(threshold),
    referencePrice: null,
    hysteresisPercent: Decimal.zero,
    windowDays: null,
  },
});
const firings = () => listFirings(market.db, { workspaceId: market.workspaceId, cursor: null, limit: 50 });
const rule = async () => (await listRules(market.db, market.workspaceId))[0]!;

test('a crossing writes the firing, switches a one-shot rule off, emits the event and rings the bell', async () => {
  await market.addRule(bitcoin, { ...above('100'), note: 'Vender' });
  await market.tick(bitcoin, '99.5');
  expect(await firings()).toEqual([]);
  await market.tick(bitcoin, '100.25');
  const [firing] = await firings();
  expect(firing).toMatchObject({ firingNumber: 1, currency: 'EUR', provider: 'yahoo' });
  expect(firing?.price.toString()).toBe('100.25');
  expect(await rule()).toMatchObject({ isEnabled: false, firingCount: 1 });
  await expect.poll(() => market.eventNames()).toEqual(['markets.alert.fired']);
  expect(market.heard[0]?.payload).toMatchObject({
    price: '100.25',
    triggerPrice: '100',
    note: 'Vender',
    isSimulated: false,
  });
  expect(market.notifications).toMatchObject([{ kind: 'markets.alert.fired', href: '/alertas' }]);
});

test('prices reach the sockets after the commit, with their doubts', async () => {
  await market.tick(bitcoin, '99.5', { previousClose: '100' });
  expect(market.broadcasts).toMatchObject([
    {
      topic: 'markets.prices',
      permission: 'markets.price.read',
      key: bitcoin,
      data: { state: 'priced', price: '99.5', dayChangePercent: '-0.50', isSimulated: false, isStale: false },
    },
  ]);
});

test('staying beyond fires once; a re-arming rule fires again after coming back', async () => {
  await market.addRule(bitcoin, { ...above('100'), repeat: 'rearming' });
  for (const price of ['99', '101', '102', '101', '99', '103', '104']) await market.tick(bitcoin, price);
  expect((await firings()).map(({ price }) => price.toString())).toEqual(['103', '101']);
  expect(await rule()).toMatchObject({ isEnabled: true, firingCount: 2 });
});

test('a price older than the newest one changes nothing and fires nothing', async () => {
  await market.addRule(bitcoin, above('100'));
  await market.tick(bitcoin, '99');
  expect(await market.tick(bitcoin, '101', { marketAtMs: market.clock() - 60_000 })).toBe(false);
  expect(await firings()).toEqual([]);
});

test('a stale price fires nothing', async () => {
  await market.addRule(bitcoin, above('100'));
  await market.tick(bitcoin, '99', { marketAtMs: market.clock() - 7_200_000 });
  await market.tick(bitcoin, '101', { marketAtMs: market.clock() - 3_600_000 });
  expect(await firings()).toEqual([]);
});

test('a simulated price fires nothing in a real workspace, and fires in a simulated one', async () => {
  await market.addRule(bitcoin, above('100'));
  await market.tick(bitcoin, '99', { provider: 'simulator' });
  await market.tick(bitcoin, '101', { provider: 'simulator' });
  expect(await firings()).toEqual([]);
  const { workspaceId } = market;
  await market.db.transaction((tx) => insertSimulatedWorkspace(tx, { workspaceId, seed: 1, fault: 'none' }));
  await market.tick(bitcoin, '99', { provider: 'simulator' });
  await market.tick(bitcoin, '101', { provider: 'simulator' });
  expect(await firings()).toHaveLength(1);
});

test('an absurd jump is quarantined once, fires nothing, and the last good price stays', async () => {
  await market.addRule(bitcoin, above('200'));
  await market.tick(bitcoin, '100');
  expect(await market.tick(bitcoin, '290')).toBe(false);
  expect(await market.tick(bitcoin, '291')).toBe(false);
  expect(await firings()).toEqual([]);
  await expect.poll(() => market.eventNames()).toEqual(['markets.price.quarantined']);
  expect(await market.tick(bitcoin, '101')).toBe(true);
});

test('a price in another currency than the rule moves nothing', async () => {
  await market.addRule(bitcoin, { ...above('100'), currency: 'USD' });
  await market.tick(bitcoin, '99');
  await market.tick(bitcoin, '101');
  expect(await firings()).toEqual([]);
});

test('a price by hand fires too and tells so', async () => {
  await market.addRule(bitcoin, above('100'));
  await market.tick(bitcoin, '99');
  market.time.advance(1_000);
  const price = { instrumentId: bitcoin, price: Decimal.from('120'), currency: 'EUR', on: localDate('2026-11-21') };
  const batch = { workspaceId: market.workspaceId, prices: [price] };
  expect(await market.db.transaction((tx) => recordManualPrices(market, tx, batch))).toMatchObject({ ok: true });
  expect(await firings()).toMatchObject([{ provider: 'manual' }]);
  await expect.poll(() => market.eventNames().toSorted()).toEqual(['markets.alert.fired', 'markets.price.recorded']);
});

test('what fails to commit fires nothing, and the same crossing fires afterwards', async () => {
  await market.addRule(bitcoin, above('100'));
  await market.tick(bitcoin, '99');
  const broken = { ...market, notify: { ...market.notify, record: () => Promise.reject(new Error('bell broken')) } };
  market.time.advance(1_000);
  const arrival = {
    instrumentId: bitcoin,
    price: Decimal.from('101'),
    currency: 'EUR',
    provider: 'yahoo' as const,
    marketAtMs: market.clock(),
    fetchedAtMs: market.clock(),
    isAdjusted: false,
    previousClose: null,
    splitRatio: Decimal.one,
  };
  const batch = { workspaceId: market.workspaceId, arrivals: [arrival] };
  await expect(market.db.transaction((tx) => takePrices(broken, tx, batch))).rejects.toThrow('bell broken');
  expect(await firings()).toEqual([]);
  await market.tick(bitcoin, '101');
  expect(await firings()).toHaveLength(1);
});

test('a split is no crash: rules in prices are restated and go on meaning what they meant', async () => {
  const share = await market.addInstrument({ kind: 'stock', symbol: 'TEN', name: 'Ten for one' });
  const { referencePrice: _none, ...plain } = above('0').terms;
  const rules = [
    { ...plain, condition: 'below', threshold: '500', referencePrice: null },
    { ...plain, condition: 'above', threshold: '1300', referencePrice: null },
    { ...plain, condition: 'percent_down', threshold: '30', referencePrice: '1250' },
    { ...plain, condition: 'volume_above', threshold: '4000', referencePrice: null },
  ] as const;
  for (const { threshold, referencePrice, ...rest } of rules) {
    const fixed = referencePrice === null ? null : Decimal.from(referencePrice);
    await market.addRule(share, { terms: { ...rest, threshold: Decimal.from(threshold), referencePrice: fixed } });
  }
  await market.tick(share, '1200', { dayVolume: '3000' });
  await market.tick(share, '121', { splitRatio: '10', dayVolume: '35000' });
  expect(await firings()).toEqual([]);
  const terms = (await listRules(market.db, market.workspaceId)).map(({ terms: known }) => known);
  const told = terms.map(
    ({ condition, threshold, referencePrice }) =>
      `${condition} ${threshold.toString()} ${referencePrice?.toString() ?? 'null'}`,
  );
  expect(new Set(told)).toEqual(
    new Set(['above 130 null', 'below 50 null', 'percent_down 30 125', 'volume_above 40000 null']),
  );
  await market.tick(share, '131', { dayVolume: '36000' });
  expect((await firings()).map(({ triggerPrice }) => String(triggerPrice))).toEqual(['130']);
});

test('two processes that see the same crossing write one firing', async () => {
  await market.addRule(bitcoin, { ...above('100'), repeat: 'rearming' });
  await market.tick(bitcoin, '99');
  const seen = await rule();
  const move = { state: { zone: 'high' as const, zoneReference: null }, firedAtMs: market.clock() };
  const moves = await Promise.all([
    market.db.transaction((tx) => moveRuleState(tx, seen, move)),
    market.db.transaction((tx) => moveRuleState(tx, seen, move)),
  ]);
  expect(moves.filter(Boolean)).toHaveLength(1);
  expect(await rule()).toMatchObject({ firingCount: 1 });
});
