/** Goal: prices keep coming from one process at a time, live or simulated, and no network breaks nothing. */
import { localDate } from '#kernel';
import { testPlatform, type TestPlatform, type TestPlatformOptions } from '#platform/testing';
import { sql } from 'kysely';
import { afterEach, expect, test } from 'vitest';
import { findHistoryNeed, listHistoryGaps, listProviderHealth, updateProviderSymbol } from './feed.store.ts';
import { newestEuroRateDay, SHARED_WORKSPACE_ID } from './fx.store.ts';
import { dayCloseJob, historyJob, ratesJob } from './history.job.ts';
import { findInstruments } from './instrument.store.ts';
import { identity } from '../identity/domain.ts';
import { markets } from './domain.ts';
import { type MarketFacts, marketFixture } from './market-fixture.ts';
import { lookAtDue, startPoller, tickSimulated } from './poller.ts';
import { latestPrices, pricesBetween } from './price.store.ts';
import { ecbText, type FakeMarket, startFakeMarket, yahooChartText } from './provider/fake-market.ts';
import { isSimulatedWorkspace, updateSimulatorFault } from './workspace.store.ts';

type MarketFixture = TestPlatform & MarketFacts;
const openMarketFixture = async (
  options: TestPlatformOptions & { isSimulated?: boolean } = {},
): Promise<MarketFixture> => marketFixture(await testPlatform([identity, markets], options), options);

let market: MarketFixture;
let server: FakeMarket | null = null;
afterEach(async () => {
  await market.close();
  await server?.close();
  server = null;
});

const NOW_SECONDS = Date.UTC(2026, 10, 21, 12) / 1_000;
const latestOf = async (id: string) => {
  const query = { workspaceId: market.workspaceId, instrumentIds: [id], atMs: market.clock() };
  return (await latestPrices(market.db, query)).get(id);
};
const context = { attempt: 1, signal: new AbortController().signal, progress: async () => undefined };

async function openLive(prices: Record<string, number>): Promise<FakeMarket> {
  const fake = await startFakeMarket((path) => {
    if (path.startsWith('/eurofxref')) return ecbText([{ on: '2026-11-20', rates: { USD: '1.15' } }]);
    const symbol = path.replace('/v8/finance/chart/', '');
    const price = prices[symbol];
    if (price === undefined) return undefined;
    const closes = [price * 0.98, price * 0.99, price];
    return yahooChartText({ symbol, currency: 'EUR', last: price, marketAtSeconds: NOW_SECONDS, closes });
  });
  server = fake;
  const settings = { markets: { yahooBaseUrl: fake.baseUrl, ecbBaseUrl: fake.baseUrl } };
  market = await openMarketFixture({ settings });
  return fake;
}

test('a watched live instrument is looked at when due: price, closes and the name the provider gives it', async () => {
  const fake = await openLive({ 'BTC-EUR': 90_000 });
  const bitcoin = await market.addInstrument({});
  await lookAtDue(market);
  expect(fake.requests).toEqual([]);
  await market.watch(bitcoin);
  await lookAtDue(market);
  await lookAtDue(market);
  expect(fake.requests).toHaveLength(1);
  expect(await latestOf(bitcoin)).toMatchObject({ state: 'priced', provider: 'yahoo', isStale: false });
  const instrument = (await findInstruments(market.db, market.workspaceId, [bitcoin])).get(bitcoin);
  expect(instrument).toMatchObject({ providerSymbol: 'BTC-EUR', priceProblem: null });
  const span = { from: localDate('2026-11-15'), to: localDate('2026-11-21') };
  const closes = await pricesBetween(market.db, { workspaceId: market.workspaceId, instrumentIds: [bitcoin], ...span });
  expect(closes.get(bitcoin)?.map(({ on }) => on)).toEqual(['2026-11-19', '2026-11-20', '2026-11-21']);
  market.time.advance(61_000);
  await lookAtDue(market);
  expect(fake.requests).toHaveLength(2);
  expect((await listProviderHealth(market.db)).get('yahoo')).toMatchObject({ state: 'closed', failuresInRow: 0 });
});

test('an unknown symbol says each reason, rests for hours, and a person can name it', async () => {
  const fake = await openLive({ 'RARE.MC': 10 });
  const id = await market.addInstrument({ kind: 'stock', symbol: 'NOPE', name: 'Nope' });
  await market.watch(id);
  await lookAtDue(market);
  expect(await latestOf(id)).toMatchObject({ state: 'missing', reason: 'unknown_symbol' });
  const before = (await findInstruments(market.db, market.workspaceId, [id])).get(id);
  expect(before?.priceProblem).toMatch(/^unknown_symbol: yahoo: .*NOPE\.MC/);
  const asked = fake.requests.length;
  market.time.advance(3_600_000);
  await lookAtDue(market);
  expect(fake.requests).toHaveLength(asked);
  const scope = { workspaceId: market.workspaceId, instrumentId: id };
  await market.db.transaction((tx) => updateProviderSymbol(tx, scope, { providerSymbol: 'RARE.MC', version: 1 }));
  await lookAtDue(market);
  expect(await latestOf(id)).toMatchObject({ state: 'priced' });
});

test('without a network the last price stays and grows stale; the provider is left alone and says why', async () => {
  const fake = await openLive({ 'BTC-EUR': 90_000, 'ETH-EUR': 3_000 });
  const bitcoin = await market.addInstrument({});
  const ether = await market.addInstrument({ symbol: 'ETH', name: 'Ether' });
  await market.watch(bitcoin);
  await lookAtDue(market);
  fake.fault = 'server_error';
  await market.watch(ether);
  for (let round = 0; round < 6; round += 1) {
    market.time.advance(61_000);
    await lookAtDue(market);
  }
  market.time.advance(900_000);
  expect(await latestOf(bitcoin)).toMatchObject({ state: 'priced', isStale: true });
  expect(await latestOf(ether)).toMatchObject({ state: 'missing', reason: 'provider_failed' });
  const health = (await listProviderHealth(market.db)).get('yahoo');
  expect(health?.lastFailure).toContain('HTTP 500');
  expect(health?.failuresInRow).toBeGreaterThanOrEqual(5);
});

test('a live workspace is never ticked by the simulator, a simulated one never asks Yahoo', async () => {
  const fake = await openLive({ 'BTC-EUR': 90_000 });
  const bitcoin = await market.addInstrument({});
  await market.watch(bitcoin);
  await tickSimulated(market);
  expect(await latestOf(bitcoin)).toMatchObject({ state: 'missing' });
  await market.close();
  const settings = { markets: { yahooBaseUrl: fake.baseUrl, ecbBaseUrl: fake.baseUrl } };
  market = await openMarketFixture({ isSimulated: true, settings });
  const coin = await market.addInstrument({});
  await market.watch(coin);
  await lookAtDue(market);
  await tickSimulated(market);
  expect(fake.requests).toEqual([]);
  expect(await latestOf(coin)).toMatchObject({ state: 'priced', isSimulated: true, provider: 'simulator' });
});

test('simulated ticks move, faults stop or spoil them', async () => {
  market = await openMarketFixture({ isSimulated: true });
  const bitcoin = await market.addInstrument({});
  await market.watch(bitcoin);
  const seen = new Set<string>();
  for (let tick = 0; tick < 5; tick += 1) {
    await tickSimulated(market);
    market.time.advance(1_000);
    const latest = await latestOf(bitcoin);
    if (latest?.state === 'priced') seen.add(latest.price.toString());
  }
  expect(seen.size).toBeGreaterThanOrEqual(4);
  expect(market.broadcasts).toHaveLength(5);
  const { workspaceId } = market;
  await market.db.transaction((tx) => updateSimulatorFault(tx, { workspaceId, fault: 'outage' }));
  market.time.advance(180_000);
  await tickSimulated(market);
  expect(await latestOf(bitcoin)).toMatchObject({ state: 'priced', isStale: true });
  await market.db.transaction((tx) => updateSimulatorFault(tx, { workspaceId, fault: 'spike' }));
  for (let tick = 0; tick < 11; tick += 1) {
    await tickSimulated(market);
    market.time.advance(1_000);
  }
  await expect.poll(() => market.eventNames()).toContain('markets.price.quarantined');
});

test('watching asks for the history once, and the job fills it since the wanted day', async () => {
  market = await openMarketFixture({ isSimulated: true });
  const bitcoin = await market.addInstrument({});
  await market.watch(bitcoin, '2025-05-21');
  await market.watch(bitcoin, '2025-05-21');
  expect(market.askedJobs).toHaveLength(1);
  const [asked] = market.askedJobs;
  const filling = historyJob(market);
  await filling.run(filling.parse(asked?.payload), context);
  const span = { from: localDate('2025-05-21'), to: localDate('2026-11-21') };
  const closes = await pricesBetween(market.db, { workspaceId: market.workspaceId, instrumentIds: [bitcoin], ...span });
  expect(closes.get(bitcoin)?.length).toBeGreaterThanOrEqual(549);
  await market.watch(bitcoin, '2025-01-01');
  expect(market.askedJobs).toHaveLength(2);
  expect(await listHistoryGaps(market.db, localDate('2026-11-20'))).toEqual([]);
  market.time.advance(3 * 86_400_000);
  await dayCloseJob(market).run(null, context);
  expect(market.askedJobs).toHaveLength(3);
  const scope = { workspaceId: market.workspaceId, instrumentId: bitcoin };
  expect(await findHistoryNeed(market.db, scope)).toMatchObject({ since: '2025-01-01', lastStored: '2026-11-20' });
});

test('a history that cannot be fetched is a retryable fault; one nobody knows is done', async () => {
  const fake = await openLive({});
  const id = await market.addInstrument({ kind: 'stock', symbol: 'NOPE', name: 'Nope' });
  await market.watch(id);
  const filling = historyJob(market);
  const payload = { workspaceId: market.workspaceId, instrumentId: id };
  await filling.run(payload, context);
  expect(await latestOf(id)).toMatchObject({ reason: 'unknown_symbol' });
  fake.fault = 'server_error';
  market.time.advance(3_600_000);
  await expect(filling.run(payload, context)).rejects.toMatchObject({ retryable: true });
});

test('rates of the ECB: everything the first time, then only what is new, and a failure is remembered', async () => {
  const fake = await openLive({});
  await ratesJob(market).run(null, context);
  expect(await newestEuroRateDay(market.db, SHARED_WORKSPACE_ID)).toBe('2026-11-20');
  await ratesJob(market).run(null, context);
  expect(fake.requests).toEqual(['/eurofxref-hist.xml', '/eurofxref-daily.xml']);
  fake.fault = 'too_many_requests';
  await expect(ratesJob(market).run(null, context)).rejects.toMatchObject({ code: 'provider_rate_limited' });
  expect((await listProviderHealth(market.db)).get('ecb')).toMatchObject({ failuresInRow: 1, state: 'closed' });
});

test('a demo workspace goes to the simulated market by itself; the first real one asks for exchange rates once', async () => {
  await openLive({});
  const insert = (id: string, kind: string) =>
    sql`insert into identity_workspaces (workspace_id, name, kind, base_currency, created_at)
      values (${id}, ${kind}, ${kind}, 'EUR', now())`.execute(market.db.tables());
  const demoId = market.newId();
  await insert(demoId, 'demo');
  await lookAtDue(market);
  expect(await isSimulatedWorkspace(market.db, demoId)).toBe(true);
  expect(market.askedJobs).toEqual([]);
  await insert(market.newId(), 'real');
  await lookAtDue(market);
  await lookAtDue(market);
  expect(market.askedJobs.map(({ name }) => name)).toEqual(['markets.rates.refresh']);
});

test('one of two processes polls; when it stops the other takes over', async () => {
  market = await openMarketFixture({ isSimulated: true, settings: { markets: { simulatorTickMs: 100 } } });
  const bitcoin = await market.addInstrument({});
  await market.watch(bitcoin);
  const ticksOf = { first: 0, second: 0 };
  const process = (name: 'first' | 'second') => ({
    ...market,
    realtime: { broadcast: () => void (ticksOf[name] += 1) },
    clock: () => market.clock() + ticksOf.first + ticksOf.second,
  });
  const stopFirst = startPoller(process('first'));
  await expect.poll(() => ticksOf.first).toBeGreaterThan(0);
  const stopSecond = startPoller(process('second'));
  await expect.poll(() => ticksOf.first).toBeGreaterThan(3);
  expect(ticksOf.second).toBe(0);
  await stopFirst();
  await expect.poll(() => ticksOf.second, { timeout: 10_000 }).toBeGreaterThan(0);
  await stopSecond();
});
