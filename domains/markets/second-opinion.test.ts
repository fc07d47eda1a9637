/** Goal: a price that another provider contradicts is never silently used: it waits until they agree or a person decides. */
import { Decimal, localDate } from '#kernel';
import { testPlatform, type TestPlatform } from '#platform/testing';
import { afterEach, expect, test } from 'vitest';
import { identity } from '../identity/domain.ts';
import { markets } from './domain.ts';
import { type MarketFacts, marketFixture } from './market-fixture.ts';
import { lookAtDue } from './poller.ts';
import { settleQuarantined } from './price-intake.ts';
import { latestPrices, listQuarantined, pricesBetween } from './price.store.ts';
import { FAKE_KEY } from './provider/fake-answers.ts';
import { ecbText, type FakeMarket, startFakeMarket, yahooChartText } from './provider/fake-market.ts';
import { areComparable, differByMore } from './second-opinion.ts';

let market: TestPlatform & MarketFacts;
let server: FakeMarket | null = null;
const said = { coinmarketcap: 90_000, yahoo: 90_500 };
let isYahooDown = false;
let bitcoin: string;
afterEach(async () => {
  if (server) await market.close(); // The pure tests open nothing.
  await server?.close();
  server = null;
});

/** With `key`, CoinMarketCap is asked before Yahoo; without it Yahoo is alone. */
async function open(key: string | null = FAKE_KEY): Promise<void> {
  Object.assign(said, { coinmarketcap: 90_000, yahoo: 90_500 });
  isYahooDown = false;
  const nowMs = () => market.clock();
  const fake = await startFakeMarket((path) => {
    if (path.startsWith('/eurofxref')) return ecbText([{ on: '2026-11-20', rates: { USD: '1.15' } }]);
    const status = { error_code: 0 };
    if (path === '/v1/cryptocurrency/map') {
      return JSON.stringify({ status, data: [{ id: 1, symbol: 'BTC', rank: 1, is_active: 1 }] });
    }
    if (path === '/v3/cryptocurrency/quotes/latest') {
      const figure = { price: said.coinmarketcap, last_updated: new Date(nowMs()).toISOString() };
      return JSON.stringify({ status, data: [{ id: 1, name: 'Bitcoin', quote: { EUR: figure } }] });
    }
    if (isYahooDown) return { status: 500, text: 'down' };
    const marketAtSeconds = Math.floor(nowMs() / 1_000);
    const closes = [said.yahoo, said.yahoo];
    return yahooChartText({ symbol: 'BTC-EUR', currency: 'EUR', last: said.yahoo, marketAtSeconds, closes });
  });
  server = fake;
  const { baseUrl } = fake;
  const settings = {
    markets: { yahooBaseUrl: baseUrl, ecbBaseUrl: baseUrl, coinMarketCapBaseUrl: baseUrl, coinMarketCapApiKey: key },
  };
  market = await marketFixture(await testPlatform([identity, markets], { settings }));
  bitcoin = await market.addInstrument({});
  await market.watch(bitcoin);
}

async function look(): Promise<void> {
  market.time.advance(61_000);
  await lookAtDue(market);
}
const newestOf = async (): Promise<string> => {
  const query = { workspaceId: market.workspaceId, instrumentIds: [bitcoin], atMs: market.clock() };
  const latest = (await latestPrices(market.db, query)).get(bitcoin);
  return latest?.state === 'priced' ? `${latest.provider} ${latest.price.toString()}` : (latest?.reason ?? 'nothing');
};
const yahooAsked = (): number => server?.requests.filter((path) => path.includes('/chart/')).length ?? 0;
const settle = (decision: 'accept' | 'discard') =>
  market.db.transaction((tx) =>
    settleQuarantined(market, tx, { workspaceId: market.workspaceId, instrumentId: bitcoin, decision }),
  );

test('providers that agree are compared once in six hours, not at every look', async () => {
  await open();
  await look();
  await look();
  expect(await newestOf()).toBe('coinmarketcap 90000');
  expect(yahooAsked()).toBe(1);
  market.time.advance(6 * 3_600_000);
  await look();
  expect(yahooAsked()).toBe(2);
});

test('a contradicted price waits with what the other one says, and the last good one stays', async () => {
  await open();
  await look();
  market.time.advance(6 * 3_600_000);
  said.coinmarketcap = 99_000;
  await look();
  expect(await newestOf()).toBe('coinmarketcap 90000');
  const [waiting] = await listQuarantined(market.db, market.workspaceId);
  expect(waiting).toMatchObject({ reason: 'providers_disagree', other: { provider: 'yahoo' } });
  const prices = [waiting?.price.price, waiting?.other?.price, waiting?.referencePrice];
  expect(prices.map(String)).toEqual(['99000', '90500', '90000']);
  expect(market.eventNames()).toContain('markets.price.quarantined');
});

test('the close of a day whose price is in doubt is not stored either', async () => {
  await open(null);
  await look();
  said.yahoo = 200_000;
  await look();
  expect(await newestOf()).toBe('yahoo 90500');
  expect(await listQuarantined(market.db, market.workspaceId)).toMatchObject([{ reason: 'absurd_jump', other: null }]);
  const today = localDate(new Date(market.clock()).toISOString().slice(0, 10));
  const range = { workspaceId: market.workspaceId, instrumentIds: [bitcoin], from: today, to: today };
  const closes = (await pricesBetween(market.db, range)).get(bitcoin) ?? [];
  expect(closes.filter(({ on }) => on === today).map(({ price }) => price.toString())).toEqual(['90500']);
});

test('throwing it away does not let it in at the next look; agreeing again does, and clears the table', async () => {
  await open();
  said.coinmarketcap = 120_000;
  await look();
  expect(await newestOf()).toBe('quarantined');
  expect(await settle('discard')).toMatchObject({ ok: true });
  await look();
  expect(await newestOf()).toBe('quarantined');
  isYahooDown = true;
  await settle('discard');
  await look();
  expect(await newestOf()).toBe('quarantined');
  isYahooDown = false;
  said.coinmarketcap = 90_400;
  await look();
  expect(await newestOf()).toBe('coinmarketcap 90400');
  expect(await listQuarantined(market.db, market.workspaceId)).toEqual([]);
});

test('a person who accepts it is believed until the next comparison', async () => {
  await open();
  said.coinmarketcap = 99_000;
  await look();
  expect(await settle('accept')).toMatchObject({ ok: true });
  expect(await newestOf()).toBe('coinmarketcap 99000');
  said.coinmarketcap = 99_100;
  await look();
  expect(await newestOf()).toBe('coinmarketcap 99100');
  expect(yahooAsked()).toBe(1);
});

test('prices are compared only in one currency and at about the same time', () => {
  const quote = (currency: string, marketAtMs: number) => ({
    price: Decimal.one,
    currency,
    marketAtMs,
    previousClose: null,
  });
  const hourMs = 3_600_000;
  expect(areComparable(quote('EUR', 0), quote('EUR', hourMs), { kind: 'stock' })).toBe(true);
  expect(areComparable(quote('EUR', 0), quote('EUR', hourMs), { kind: 'crypto' })).toBe(false);
  expect(areComparable(quote('EUR', 0), quote('EUR', 24 * hourMs), { kind: 'fund' })).toBe(false);
  expect(areComparable(quote('EUR', 0), quote('USD', 0), { kind: 'stock' })).toBe(false);
});

test.each([
  ['100', '105', 5, false],
  ['100', '105.01', 5, true],
  ['105.01', '100', 5, true],
  ['0.00000010', '0.00000011', 5, true],
])('%s against %s at %d %% is a disagreement: %s', (one, other, percent, expected) => {
  expect(differByMore(Decimal.from(one), Decimal.from(other), percent)).toBe(expected);
});
