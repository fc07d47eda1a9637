/** Goal: every adapter keeps the promises of its port, healthy and faulty, against servers that speak the real shapes. */
import { Fault, localDate } from '#kernel';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ecbProvider } from './ecb.adapter.ts';
import { ecbText, type FakeFault, type FakeMarket, startFakeMarket, yahooChartText } from './fake-market.ts';
import type { InstrumentRef, PriceProvider } from './price-provider.ts';
import { simulatorProvider } from './simulator.adapter.ts';
import { yahooProvider } from './yahoo.adapter.ts';

const NOW_MS = Date.parse('2026-11-20T15:30:00Z');
const HASTY = { timeoutMs: 300 };
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
  }),
);

function yahooAnswers(path: string, query: URLSearchParams): string | undefined {
  if (path === '/v1/finance/search') {
    const quotes = query.get('q') === 'ES0113900J37' ? [{ symbol: 'SAN.MC', quoteType: 'EQUITY' }] : [];
    return JSON.stringify({ count: quotes.length, quotes, news: [] });
  }
  return CHARTS.get(path.replace('/v8/finance/chart/', ''));
}

const ECB = ecbText([
  { on: '2026-11-20', rates: { USD: '1.1523', GBP: '0.8812' } },
  { on: '2026-11-19', rates: { USD: '1.1500', GBP: '0.8800' } },
]);

let market: FakeMarket;
afterEach(async () => market.close());

describe('price providers', () => {
  beforeEach(async () => {
    market = await startFakeMarket(yahooAnswers);
  });

  const adapters: readonly [string, () => PriceProvider][] = [
    ['yahoo', () => yahooProvider({ baseUrl: market.baseUrl, clock })],
    ['simulator', () => simulatorProvider({ seed: 7, fault: 'none', clock })],
  ];

  describe.each(adapters)('%s', (name, make) => {
    test('answers a coin with a positive price, its market time and closes of past days in order', async () => {
      const answer = await make().fetchPrices(BITCOIN, context);
      if (!answer.ok) throw new Error(answer.code);
      const { quote, closes } = answer.value;
      expect(make().name).toBe(name);
      expect(quote?.price.sign).toBe(1);
      expect(quote?.currency).toBe('EUR');
      expect(quote?.marketAtMs).toBeLessThanOrEqual(NOW_MS);
      expect(quote?.previousClose?.sign).toBe(1);
      expect(closes.length).toBeGreaterThanOrEqual(3);
      expect(closes.map(({ on }) => on)).toEqual(closes.map(({ on }) => on).toSorted());
      expect(closes.every(({ close, currency }) => close.sign === 1 && currency === 'EUR')).toBe(true);
    });

    test('says the same thing twice', async () => {
      expect(await make().fetchPrices(BITCOIN, context)).toEqual(await make().fetchPrices(BITCOIN, context));
    });

    test('takes a turn before it leaves', async () => {
      let turns = 0;
      await make().fetchPrices(BITCOIN, { ...context, spend: async () => void (turns += 1) });
      expect(turns).toBeGreaterThanOrEqual(1);
    });

    test('prices nothing that has no name', () => {
      expect(make().canPrice({ ...BITCOIN, symbol: null })).toBe(false);
      expect(make().canPrice({ ...BITCOIN, kind: 'cash' })).toBe(false);
    });
  });

  // Only the slow server meets a short limit: a busy machine must not look like one.
  const yahoo = () => yahooProvider({ baseUrl: market.baseUrl, clock, ...(market.fault === 'slow' ? HASTY : {}) });

  test.each<[FakeFault, string]>([
    ['too_many_requests', 'provider_rate_limited'],
    ['consent_page', 'provider_answer_unreadable'],
    ['consent_redirect', 'provider_redirected'],
    ['truncated', 'provider_answer_unreadable'],
    ['slow', 'provider_timeout'],
    ['server_error', 'provider_failed'],
  ])('yahoo %s is the fault %s', async (fault, code) => {
    market.fault = fault;
    const failure = await yahoo()
      .fetchPrices(BITCOIN, context)
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Fault);
    expect((failure as Fault).code).toBe(code);
  });

  test('yahoo gone is a fault, not a crash', async () => {
    const dead = yahooProvider({ baseUrl: 'http://127.0.0.1:1/', clock });
    const failure = await dead.fetchPrices(BITCOIN, context).catch((error: unknown) => error);
    expect((failure as Fault).code).toBe('provider_unreachable');
  });

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

describe('rate providers: ecb', () => {
  beforeEach(async () => {
    market = await startFakeMarket((path) => (path.startsWith('/eurofxref-') ? ECB : undefined));
  });
  const ecb = () => ecbProvider({ baseUrl: market.baseUrl, ...(market.fault === 'slow' ? HASTY : {}) });
  const { signal } = new AbortController();

  test('publishes units per euro by day', async () => {
    const rates = await ecb().fetchRates('quarter', signal);
    expect(market.requests).toEqual(['/eurofxref-hist-90d.xml']);
    expect(rates).toHaveLength(4);
    expect(rates[0]).toMatchObject({ currency: 'USD', on: '2026-11-20' });
    expect(rates[0]?.unitsPerEur.toString()).toBe('1.1523');
  });

  test.each<[FakeFault, string]>([
    ['too_many_requests', 'provider_rate_limited'],
    ['not_found', 'provider_failed'],
    ['consent_page', 'provider_answer_unreadable'],
    ['consent_redirect', 'provider_redirected'],
    ['truncated', 'provider_answer_unreadable'],
    ['doctype', 'provider_answer_unreadable'],
    ['slow', 'provider_timeout'],
    ['server_error', 'provider_failed'],
  ])('%s is the fault %s', async (fault, code) => {
    market.fault = fault;
    const failure = await ecb()
      .fetchRates('newest', signal)
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Fault);
    expect((failure as Fault).code).toBe(code);
  });
});
