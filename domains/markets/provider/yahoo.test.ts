/** Goal: what is particular to Yahoo (listings, subunits, splits, float noise) and the faults the simulator plays. */
import { localDate } from '#kernel';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FakeMarket, startFakeMarket, yahooChartText } from './fake-market.ts';
import type { InstrumentRef } from './price-provider.ts';
import { simulatorProvider } from './simulator.adapter.ts';
import { yahooProvider } from './yahoo.adapter.ts';

const NOW_MS = Date.parse('2026-11-20T15:30:00Z');
const NOW_SECONDS = NOW_MS / 1_000;
const clock = () => NOW_MS;
const context = { from: localDate('2026-11-17'), signal: new AbortController().signal, spend: async () => {} };
const BITCOIN: InstrumentRef = { kind: 'crypto', symbol: 'BTC', isin: null, currency: 'EUR', providerSymbol: null };
const share = (symbol: string, currency: string, isin: string | null = null): InstrumentRef => ({
  kind: 'stock',
  symbol,
  isin,
  currency,
  providerSymbol: null,
});

const CHARTS = new Map(
  [
    { symbol: 'BTC-EUR', currency: 'EUR', last: 95_123.456, closes: [90_000.1, 94_000, 95_000, 95_123.4609375] },
    { symbol: 'SHEL.L', currency: 'GBp', last: 2_750.5, closes: [2_700, 2_710, null, 2_750.5] },
    { symbol: 'TEVA.TA', currency: 'ILA', last: 6_000, closes: [5_900, 6_000] },
    { symbol: 'NPN.JO', currency: 'ZAc', last: 350_000, closes: [349_000, 350_000] },
    { symbol: 'VOD.L', currency: 'GBX', last: 80, closes: [79, 80] },
    { symbol: 'SAN.MC', currency: 'EUR', last: 7.1234, closes: [7, 7.1, 7.1234] },
    { symbol: 'SAN', currency: 'USD', last: 8.2, closes: [8.1, 8.2] },
    { symbol: 'NASDAQONLY', currency: 'USD', last: 10, closes: [10] },
  ].map((chart) => [chart.symbol, yahooChartText({ ...chart, marketAtSeconds: NOW_SECONDS })]),
);
CHARTS.set(
  'SPLIT',
  yahooChartText({
    symbol: 'SPLIT',
    currency: 'USD',
    last: 51,
    marketAtSeconds: NOW_SECONDS,
    closes: [50, 50.5, 51],
    // Four for one on the last day: the older closes are shown quartered.
    splits: [{ date: NOW_SECONDS, numerator: 4, denominator: 1 }],
    volumes: [4_000, null, 900],
    // Told in units of today: the first was 0.88 a share when it was paid.
    dividends: [
      { date: NOW_SECONDS - 2 * 86_400, amount: 0.22 },
      { date: NOW_SECONDS, amount: 0.230_000_004 },
    ],
  }),
);

function yahooAnswers(path: string, query: URLSearchParams): string | undefined {
  if (path === '/v1/finance/search') {
    const quotes = query.get('q') === 'ES0113900J37' ? [{ symbol: 'SAN.MC', quoteType: 'EQUITY' }] : [];
    return JSON.stringify({ count: quotes.length, quotes, news: [] });
  }
  return CHARTS.get(path.replace('/v8/finance/chart/', ''));
}

let market: FakeMarket;
afterEach(async () => market.close());

describe('yahoo and the simulator', () => {
  beforeEach(async () => {
    market = await startFakeMarket(yahooAnswers);
  });

  const yahoo = () => yahooProvider({ baseUrl: market.baseUrl, clock });

  test('yahoo not found is a refusal that names every spelling it tried', async () => {
    const answer = await yahoo().fetchPrices(share('NOPE', 'EUR'), context);
    expect(answer).toMatchObject({ ok: false, code: 'unknown_symbol' });
    expect(JSON.stringify(answer)).toMatch(/NOPE\.MC.*NOPE\.DE.*NOPE: /);
  });

  test('yahoo null closes leave the days out and the quote in', async () => {
    market.fault = 'null_closes';
    const answer = await yahoo().fetchPrices(BITCOIN, context);
    expect(answer).toMatchObject({ ok: true, value: { closes: [], quote: { previousClose: null } } });
  });

  test.each([
    ['SHEL.L', 'GBP', '27.505'],
    ['VOD.L', 'GBP', '0.8'],
    ['TEVA.TA', 'ILS', '60'],
    ['NPN.JO', 'ZAR', '3500'],
  ])('yahoo subunits of %s become whole %s', async (symbol, currency, price) => {
    const answer = await yahoo().fetchPrices(share(symbol, currency), context);
    expect(answer.ok && answer.value.quote?.price.toString()).toBe(price);
    expect(answer.ok && answer.value.quote?.currency).toBe(currency);
    expect(answer.ok && answer.value.closes.every((close) => close.currency === currency)).toBe(true);
  });

  test('yahoo float noise is rounded to what the market quotes', async () => {
    const answer = await yahoo().fetchPrices(BITCOIN, context);
    expect(answer.ok && answer.value.closes.at(-1)?.close.toString()).toBe('95123.46');
  });

  test('yahoo finds the listing in the wanted currency, never another one', async () => {
    const madrid = await yahoo().fetchPrices(share('SAN', 'EUR'), context);
    expect(madrid).toMatchObject({ ok: true, value: { providerSymbol: 'SAN.MC' } });
    const other = await yahoo().fetchPrices(share('NASDAQONLY', 'EUR'), context);
    expect(other).toMatchObject({ ok: false, code: 'wrong_currency' });
  });

  test('yahoo finds a fund or share by its ISIN alone', async () => {
    const found = await yahoo().fetchPrices({ ...share('', 'EUR', 'ES0113900J37'), symbol: null }, context);
    expect(found).toMatchObject({ ok: true, value: { providerSymbol: 'SAN.MC' } });
  });

  test('yahoo closes come as traded: a later split is multiplied back', async () => {
    const answer = await yahoo().fetchPrices(share('SPLIT', 'USD'), context);
    if (!answer.ok) throw new Error(answer.code);
    expect(answer.value.closes.map(({ close }) => close.toString())).toEqual(['200', '202', '51']);
    expect(answer.value.quote?.previousClose?.toString()).toBe('50.5');
  });

  test('yahoo volumes and dividends come as traded and paid on their day, and coins have no volume', async () => {
    const answer = await yahoo().fetchPrices(share('SPLIT', 'USD'), context);
    if (!answer.ok) throw new Error(answer.code);
    const { closes, quote, dividends, splits } = answer.value;
    expect(closes.map(({ volume }) => volume?.toString())).toEqual(['1000', undefined, '900']);
    expect(quote?.dayVolume?.toString()).toBe('900');
    expect(splits.map(({ on, ratio }) => [on, ratio.toString()])).toEqual([['2026-11-20', '4']]);
    expect(dividends?.map(({ exDate, amount, currency }) => [exDate, amount.toString(), currency])).toEqual([
      ['2026-11-18', '0.88', 'USD'],
      ['2026-11-20', '0.23', 'USD'],
    ]);
    const coin = await yahoo().fetchPrices(BITCOIN, context);
    expect(coin.ok && coin.value.closes.some(({ volume }) => volume !== undefined)).toBe(false);
    expect(coin.ok && coin.value.quote?.dayVolume).toBe(undefined);
  });

  test('the simulator fails on purpose as real ones do', async () => {
    const outage = simulatorProvider({ seed: 7, fault: 'outage', clock });
    await expect(outage.fetchPrices(BITCOIN, context)).rejects.toMatchObject({ code: 'provider_unreachable' });
    const stale = await simulatorProvider({ seed: 7, fault: 'stale', clock }).fetchPrices(BITCOIN, context);
    expect(stale.ok && stale.value.quote && NOW_MS - stale.value.quote.marketAtMs).toBeGreaterThan(3_600_000);
    const calm = await simulatorProvider({ seed: 7, fault: 'none', clock }).fetchPrices(BITCOIN, context);
    const spike = await simulatorProvider({ seed: 7, fault: 'spike', clock }).fetchPrices(BITCOIN, context);
    expect(
      spike.ok &&
        calm.ok &&
        spike.value.quote?.price.equals(
          calm.value.quote?.price.times(calm.value.quote.price) ?? spike.value.quote.price,
        ),
    ).toBe(false);
    expect(spike.ok && calm.ok && Number(spike.value.quote?.price) / Number(calm.value.quote?.price)).toBeCloseTo(3, 6);
  });
});
