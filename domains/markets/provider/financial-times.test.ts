/** Goal: fund pages are read exactly or not at all, pence become pounds, and the same page is not asked for twice in half a day. */
import { localDate } from '#kernel';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { financialTimesAnswers, FT_CONSENT } from './fake-answers.ts';
import { type FakeMarket, startFakeMarket } from './fake-market.ts';
import { parseHistory, parseHistoryId, parseTearsheet } from './financial-times-page.ts';
import { financialTimesProvider } from './financial-times.adapter.ts';
import type { InstrumentRef } from './price-provider.ts';

const HOUR_MS = 3_600_000;
const FUND: InstrumentRef = { kind: 'fund', symbol: null, isin: 'LU0996182563', currency: 'EUR', providerSymbol: null };
const context = {
  from: localDate('2026-11-17'),
  signal: new AbortController().signal,
  spend: async () => undefined,
};

let market: FakeMarket;
let nowMs = Date.parse('2026-11-20T08:00:00Z');
afterEach(async () => market.close());

async function open(answers = financialTimesAnswers) {
  market = await startFakeMarket(answers);
  return financialTimesProvider({ baseUrl: market.baseUrl, clock: () => nowMs });
}

test('a fund in euros: thousands, the day of its value, its name and its closes', async () => {
  const answer = await (await open()).fetchPrices(FUND, context);
  if (!answer.ok) throw new Error(answer.code);
  const { quote, closes, providerSymbol, providerName } = answer.value;
  expect(quote?.price.toString()).toBe('1234.56');
  expect(quote?.marketAtMs).toBe(Date.parse('2026-11-19T23:59:59Z'));
  expect(quote?.previousClose?.toString()).toBe('1232.46');
  expect(closes.map(({ on, close }) => `${on} ${close.toString()}`)).toEqual([
    '2026-11-17 999',
    '2026-11-18 1232.46',
    '2026-11-19 1234.56',
  ]);
  expect({ providerSymbol, providerName }).toEqual({
    providerSymbol: 'LU0996182563:EUR',
    providerName: 'Un fondo global',
  });
});

test('a London fund in pence is stored in pounds', async () => {
  const answer = await (await open()).fetchPrices({ ...FUND, isin: 'GB00B3X7QG63', currency: 'GBP' }, context);
  expect(answer.ok && answer.value.quote?.price.toString()).toBe('456.789');
  expect(answer.ok && answer.value.closes.at(-1)?.close.toString()).toBe('12.3456');
});

test('what was read is not asked for again in twelve hours', async () => {
  const provider = await open();
  await provider.fetchPrices(FUND, context);
  const asked = market.requests.length;
  nowMs += 11 * HOUR_MS;
  await provider.fetchPrices(FUND, context);
  expect(market.requests).toHaveLength(asked);
  nowMs += HOUR_MS;
  await provider.fetchPrices(FUND, context);
  expect(market.requests.length).toBeGreaterThan(asked);
});

test('a request in five seconds at most', async () => {
  expect((await open()).quota).toMatchObject({ perMinute: 12, burst: 1 });
});

test('a page that asks for consent says so', async () => {
  const provider = await open(() => FT_CONSENT);
  await expect(provider.fetchPrices(FUND, context)).rejects.toThrow('asks for consent');
});

test('years of history are asked for a year at a time', async () => {
  const provider = await open();
  await provider.fetchPrices(FUND, { ...context, from: localDate('2023-12-01') });
  expect(market.requests.filter((path) => path.includes('get-historical-prices'))).toHaveLength(3);
});

test('a number that is not written as promised is no price', async () => {
  market = await startFakeMarket(() => undefined);
  const sheet = (price: string) =>
    `<span>Price (EUR)</span><span class="mod-ui-data-list__value">${price}</span> as of Nov 19 2026`;
  expect(parseTearsheet(sheet('1,234.56'))?.price.toString()).toBe('1234.56');
  for (const wrong of ['1.234,56', '12,34.5', '1,2345', '--', '1,,234'])
    expect(parseTearsheet(sheet(wrong))).toBeNull();
});

test('no text makes the readers throw', async () => {
  market = await startFakeMarket(() => undefined);
  fc.assert(
    fc.property(fc.string({ maxLength: 400 }), (text) => {
      parseTearsheet(text);
      parseHistoryId(`data-f2-app-id="mod-tearsheet-historical-prices" data-mod-config="${text}`);
      parseHistory(JSON.stringify({ html: text }));
      parseHistory(text);
    }),
  );
});
