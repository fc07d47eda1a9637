/** Goal: CoinMarketCap and Twelve Data say no in many ways; each becomes the right fault or refusal, and no key is ever repeated. */
import { type Fault, localDate } from '#kernel';
import { afterEach, expect, test } from 'vitest';
import { coinMarketCapProvider } from './coinmarketcap.adapter.ts';
import {
  coinMarketCapAnswers,
  coinMarketCapFailure,
  FAKE_KEY,
  twelveDataAnswers,
  twelveDataFailure,
} from './fake-answers.ts';
import { type FakeAnswers, type FakeMarket, startFakeMarket } from './fake-market.ts';
import type { InstrumentRef } from './price-provider.ts';
import { QuotaFault } from './provider-fault.ts';
import { twelveDataProvider } from './twelve-data.adapter.ts';

const NOW_MS = Date.parse('2026-11-20T15:30:00Z');
const clock = () => NOW_MS;
const context = {
  from: localDate('2026-11-17'),
  signal: new AbortController().signal,
  spend: async () => undefined,
};
const BITCOIN: InstrumentRef = { kind: 'crypto', symbol: 'BTC', isin: null, currency: 'EUR', providerSymbol: null };
const share = (symbol: string, currency: string, providerSymbol: string | null = null): InstrumentRef => ({
  kind: 'stock',
  symbol,
  isin: null,
  currency,
  providerSymbol,
});

let market: FakeMarket;
afterEach(async () => market.close());

async function open(answers: FakeAnswers, key: string | null = FAKE_KEY) {
  market = await startFakeMarket(answers);
  const options = { baseUrl: market.baseUrl, clock, apiKey: async () => key };
  return { coins: coinMarketCapProvider(options), shares: twelveDataProvider(options) };
}

const failureOf = async (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);
const END_OF_DAY_MS = Date.parse('2026-11-21T00:00:00Z');
const END_OF_MONTH_MS = Date.parse('2026-12-01T00:00:00Z');

test.each([
  [1001, 401, 'provider_key_refused'],
  [1002, 401, 'provider_key_refused'],
  [1003, 402, 'provider_key_refused'],
  [1004, 402, 'provider_key_refused'],
  [1005, 403, 'provider_key_refused'],
  [1006, 403, 'provider_key_refused'],
  [1007, 403, 'provider_key_refused'],
  [1008, 429, 'provider_rate_limited'],
  [1009, 429, 'provider_quota_spent'],
  [1010, 429, 'provider_quota_spent'],
  [1011, 429, 'provider_rate_limited'],
  [500, 500, 'provider_failed'],
])('CoinMarketCap %i with HTTP %i is %s', async (code, httpStatus, faultCode) => {
  const { coins } = await open(() => coinMarketCapFailure(code, httpStatus, `Key ${FAKE_KEY} says no.`));
  const fault = await failureOf(coins.fetchPrices(BITCOIN, context));
  expect(fault).toMatchObject({ name: 'Fault', code: faultCode });
  expect((fault as Fault).message).not.toContain(FAKE_KEY);
});

test.each([
  [1008, NOW_MS + 60_000],
  [1009, END_OF_DAY_MS],
  [1010, END_OF_MONTH_MS],
])('CoinMarketCap %i asks to be left alone until its window ends', async (code, openUntilMs) => {
  const { coins } = await open(() => coinMarketCapFailure(code, 429, 'slow down'));
  expect(await failureOf(coins.fetchPrices(BITCOIN, context))).toMatchObject({ openUntilMs });
});

test('CoinMarketCap takes the coin of the best rank, asks for its id once and keeps every digit', async () => {
  const { coins } = await open(coinMarketCapAnswers);
  const answer = await coins.fetchPrices(BITCOIN, context);
  expect(answer).toMatchObject({ ok: true, value: { providerSymbol: '1', providerName: 'Bitcoin' } });
  expect(answer.ok && answer.value.quote?.price.toString()).toBe('95123.456789012');
  expect(answer.ok && answer.value.quote?.marketAtMs).toBe(NOW_MS - 20_000);
  await coins.fetchPrices(BITCOIN, context);
  expect(market.requests.filter((path) => path.includes('/map'))).toHaveLength(1);
  expect(market.requests.join(' ')).not.toContain(FAKE_KEY);
});

test('CoinMarketCap answers of older versions, keyed by id, are read too', async () => {
  const quote = { EUR: { price: 2.5e-7, last_updated: '2026-11-20T15:00:00.000Z' } };
  const { coins } = await open((path, query, headers) =>
    path.includes('/quotes/')
      ? JSON.stringify({ status: { error_code: '0' }, data: { 1: [{ id: 1, name: 'Bitcoin', quote }] } })
      : coinMarketCapAnswers(path, query, headers),
  );
  const answer = await coins.fetchPrices(BITCOIN, context);
  expect(answer.ok && answer.value.quote?.price.toString()).toBe('0.00000025');
});

test.each([
  ['credits for the current minute. 9 API credits were used, with the current limit being 8.', NOW_MS + 60_000],
  ['credits for the day. 801 API credits were used, with the current limit being 800.', END_OF_DAY_MS],
])('Twelve Data 429 behind HTTP 200 (%s) waits for its window', async (message, openUntilMs) => {
  const { shares } = await open(() => twelveDataFailure(429, `You have run out of API ${message}`));
  const fault = await failureOf(shares.fetchPrices(share('AAPL', 'USD'), context));
  expect(fault).toBeInstanceOf(QuotaFault);
  expect(fault).toMatchObject({ openUntilMs });
});

test.each([
  [401, 200, 'provider_key_refused'],
  [401, 401, 'provider_key_refused'],
  [500, 200, 'provider_failed'],
])('Twelve Data %i in the body with HTTP %i is %s', async (code, httpStatus, faultCode) => {
  const { shares } = await open(() => twelveDataFailure(code, `apikey ${FAKE_KEY} no`, httpStatus));
  const fault = await failureOf(shares.fetchPrices(share('AAPL', 'USD'), context));
  expect(fault).toMatchObject({ name: 'Fault', code: faultCode });
  expect((fault as Fault).message).not.toContain(FAKE_KEY);
});

test('Twelve Data 403 is a plan that leaves it out, 404 a symbol it never heard of', async () => {
  const { shares } = await open(() => twelveDataFailure(403, 'available exclusively with pro plan'));
  const answer = await shares.fetchPrices(share('AAPL', 'USD'), context);
  expect(answer).toMatchObject({ ok: false, code: 'not_in_plan', details: { reason: /pro plan/ } });
});

test('Twelve Data finds the listing in the wanted currency, turns pence into pounds, and never takes another currency', async () => {
  const { shares } = await open(twelveDataAnswers);
  const madrid = await shares.fetchPrices(share('SAN', 'EUR'), context);
  expect(madrid).toMatchObject({ ok: true, value: { providerSymbol: 'SAN:XMAD', quote: { currency: 'EUR' } } });
  const london = await shares.fetchPrices(share('SHEL', 'GBP'), context);
  expect(london.ok && london.value.quote?.price.toString()).toBe('27.505');
  expect(london.ok && london.value.closes.map(({ close }) => close.toString())).toEqual(['27', '27.1', '27.505']);
  const chosen = await shares.fetchPrices(share('SHELL', 'GBP', 'SHEL.L'), context);
  expect(chosen).toMatchObject({ ok: true, value: { providerSymbol: 'SHEL:XLON' } });
  expect(await shares.fetchPrices(share('WRONG', 'EUR'), context)).toMatchObject({ ok: false, code: 'wrong_currency' });
});

test('without a key nothing is asked', async () => {
  const { coins, shares } = await open(coinMarketCapAnswers, null);
  expect(await failureOf(coins.fetchPrices(BITCOIN, context))).toMatchObject({ code: 'provider_key_refused' });
  expect(await failureOf(shares.fetchPrices(BITCOIN, context))).toMatchObject({ code: 'provider_key_refused' });
  expect(market.requests).toEqual([]);
});
