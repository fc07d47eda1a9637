/**
 * Goal: every provider keeps the promises of its port, healthy and faulty, against servers on this machine that speak its real
 * shapes. What is particular to one provider is in the test beside its adapter.
 */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fault, localDate } from '#kernel';
import { afterEach, describe, expect, test } from 'vitest';
import { coinMarketCapProvider } from './coinmarketcap.adapter.ts';
import { ecbProvider } from './ecb.adapter.ts';
import { coinMarketCapAnswers, FAKE_KEY, financialTimesAnswers, twelveDataAnswers } from './fake-answers.ts';
import {
  ecbText,
  type FakeAnswers,
  type FakeFault,
  type FakeMarket,
  startFakeMarket,
  yahooChartText,
} from './fake-market.ts';
import { pricesFolderProvider } from './file.adapter.ts';
import { financialTimesProvider } from './financial-times.adapter.ts';
import type { FetchContext, InstrumentRef, PriceProvider } from './price-provider.ts';
import { simulatorProvider } from './simulator.adapter.ts';
import { twelveDataProvider } from './twelve-data.adapter.ts';
import { yahooProvider } from './yahoo.adapter.ts';

const NOW_MS = Date.parse('2026-11-20T15:30:00Z');
const HASTY_MS = 300;
const PATIENT_MS = 10_000;
const clock = () => NOW_MS;
const context: FetchContext = {
  from: localDate('2026-11-17'),
  signal: new AbortController().signal,
  spend: async () => undefined,
};
const BITCOIN: InstrumentRef = { kind: 'crypto', symbol: 'BTC', isin: null, currency: 'EUR', providerSymbol: null };
const FUND: InstrumentRef = { ...BITCOIN, kind: 'fund', symbol: null, isin: 'LU0996182563' };

interface Bench {
  readonly answers: FakeAnswers;
  readonly ref: InstrumentRef;
  /** The same thing spelt so that nobody knows it. */
  readonly unknown: InstrumentRef;
  make(baseUrl: string, timeoutMs: number): PriceProvider;
}

const chart = yahooChartText({
  symbol: 'BTC-EUR',
  currency: 'EUR',
  last: 95_123.456,
  marketAtSeconds: NOW_MS / 1_000,
  closes: [90_000.1, 94_000, 95_000, 95_123.460_937_5],
});
const keyed = (baseUrl: string, timeoutMs: number) => ({ baseUrl, timeoutMs, clock, apiKey: async () => FAKE_KEY });
const BENCHES: Readonly<Record<string, Bench>> = {
  yahoo: {
    answers: (path) => (path === '/v8/finance/chart/BTC-EUR' ? chart : undefined),
    ref: BITCOIN,
    unknown: { ...BITCOIN, symbol: 'NOPE' },
    make: (baseUrl, timeoutMs) => yahooProvider({ baseUrl, timeoutMs, clock }),
  },
  coinmarketcap: {
    answers: coinMarketCapAnswers,
    ref: BITCOIN,
    unknown: { ...BITCOIN, symbol: 'NOPE' },
    make: (baseUrl, timeoutMs) => coinMarketCapProvider(keyed(baseUrl, timeoutMs)),
  },
  twelve_data: {
    answers: twelveDataAnswers,
    ref: BITCOIN,
    unknown: { ...BITCOIN, symbol: 'NOPE' },
    make: (baseUrl, timeoutMs) => twelveDataProvider(keyed(baseUrl, timeoutMs)),
  },
  financial_times: {
    answers: financialTimesAnswers,
    ref: FUND,
    unknown: { ...FUND, isin: 'LU0000000000' },
    make: (baseUrl, timeoutMs) => financialTimesProvider({ baseUrl, timeoutMs, clock }),
  },
};

const FAULTS: readonly (readonly [FakeFault, string])[] = [
  ['too_many_requests', 'provider_rate_limited'],
  ['consent_page', 'provider_answer_unreadable'],
  ['consent_redirect', 'provider_redirected'],
  ['slow', 'provider_timeout'],
  ['server_error', 'provider_failed'],
];

let market: FakeMarket;
afterEach(async () => market.close());

async function faultOf(work: Promise<unknown>): Promise<Fault> {
  const failure = await work.catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Fault);
  return failure as Fault;
}

async function expectGoodAnswer(provider: PriceProvider, ref: InstrumentRef): Promise<void> {
  let turns = 0;
  const answer = await provider.fetchPrices(ref, { ...context, spend: async () => void (turns += 1) });
  if (!answer.ok) throw new Error(JSON.stringify(answer));
  const { quote, closes } = answer.value;
  expect(turns).toBeGreaterThanOrEqual(1);
  expect(quote?.price.sign).toBe(1);
  expect(quote?.currency).toBe(ref.currency);
  expect(quote?.marketAtMs).toBeLessThanOrEqual(NOW_MS);
  const days = closes.map(({ on }) => on);
  expect(days).toEqual([...new Set(days)].toSorted());
  expect(closes.every(({ close, currency }) => close.sign === 1 && currency === ref.currency)).toBe(true);
  expect(days.length >= 3).toBe(provider.hasHistory);
  expect(quote?.previousClose?.sign).toBe(provider.hasHistory ? 1 : undefined);
}

describe.each(Object.entries(BENCHES))('%s', (name, bench) => {
  const open = async (timeoutMs = PATIENT_MS): Promise<PriceProvider> => {
    market = await startFakeMarket(bench.answers);
    return bench.make(market.baseUrl, timeoutMs);
  };

  test('answers with a positive price, its currency and time, closes in order, and takes its turns', async () => {
    const provider = await open();
    expect(provider.name).toBe(name);
    expect(provider.canPrice(bench.ref)).toBe(true);
    await expectGoodAnswer(provider, bench.ref);
  });

  test('says the same thing twice', async () => {
    const provider = await open();
    expect(await provider.fetchPrices(bench.ref, context)).toEqual(await provider.fetchPrices(bench.ref, context));
  });

  test('prices nothing that has no name, and no cash', async () => {
    const provider = await open();
    expect(provider.canPrice({ ...bench.ref, symbol: null, isin: null })).toBe(false);
    expect(provider.canPrice({ ...bench.ref, kind: 'cash' })).toBe(false);
  });

  test('what it does not know is a refusal with a reason, not a fault', async () => {
    const provider = await open();
    const answer = await provider.fetchPrices(bench.unknown, context);
    expect(answer).toMatchObject({ ok: false, code: 'unknown_symbol', details: { reason: /\w{4}/ } });
  });

  test.each(FAULTS)('%s is the fault %s', async (fault, code) => {
    // Only the slow server meets a short limit: a busy machine must not look like one.
    const provider = await open(fault === 'slow' ? HASTY_MS : PATIENT_MS);
    market.fault = fault;
    expect((await faultOf(provider.fetchPrices(bench.ref, context))).code).toBe(code);
  });

  test('half an answer is a fault and never half a price', async () => {
    const provider = await open();
    market.fault = 'truncated';
    expect((await faultOf(provider.fetchPrices(bench.ref, context))).code).toBe('provider_answer_unreadable');
  });

  test('gone is a fault, not a crash', async () => {
    await open();
    const dead = bench.make('http://127.0.0.1:1/', PATIENT_MS);
    expect((await faultOf(dead.fetchPrices(bench.ref, context))).code).toBe('provider_unreachable');
  });

  test('no turn, no request', async () => {
    const provider = await open();
    const spend = async (): Promise<void> => {
      throw new Fault('provider_queue_full', 'no turn', { retryable: true });
    };
    expect((await faultOf(provider.fetchPrices(bench.ref, { ...context, spend }))).code).toBe('provider_queue_full');
    expect(market.requests).toEqual([]);
  });
});

describe('simulator', () => {
  test('keeps the promises of the port without a server', async () => {
    market = await startFakeMarket(() => undefined);
    const provider = simulatorProvider({ seed: 7, fault: 'none', clock });
    await expectGoodAnswer(provider, BITCOIN);
    expect(await provider.fetchPrices(BITCOIN, context)).toEqual(await provider.fetchPrices(BITCOIN, context));
    expect(provider.canPrice({ ...BITCOIN, symbol: null })).toBe(false);
    expect(market.requests).toEqual([]);
    const outage = simulatorProvider({ seed: 7, fault: 'outage', clock });
    expect((await faultOf(outage.fetchPrices(BITCOIN, context))).code).toBe('provider_unreachable');
  });
});

describe('file', () => {
  const lines = (days: readonly (readonly [string, string])[], instrument = 'LU0996182563', currency = 'EUR'): string =>
    days.map(([on, price]) => `${on},${instrument},${price},${currency}\n`).join('');
  const HEAD = 'date,instrument,price,currency\n';
  const GOOD = lines([
    ['2026-11-17', '101.5'],
    ['2026-11-18', '102'],
    ['2026-11-19', '101.75'],
  ]);
  const open = async (files: Readonly<Record<string, string>>) => {
    market = await startFakeMarket(() => undefined); // Nobody is asked; the hook after each test closes it.
    const folder = mkdtempSync(join(tmpdir(), 'cactus-prices-'));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    return { folder, provider: pricesFolderProvider({ folder, clock }) };
  };

  test('keeps the promises of the port from a folder, and asks nobody', async () => {
    const { provider } = await open({ 'funds.csv': HEAD + GOOD, 'notes.txt': 'not prices' });
    await expectGoodAnswer(provider, FUND);
    expect(await provider.fetchPrices(FUND, context)).toEqual(await provider.fetchPrices(FUND, context));
    expect(provider.canPrice({ ...FUND, symbol: null, isin: null })).toBe(false);
    expect(provider.canPrice({ ...FUND, kind: 'cash' })).toBe(false);
    expect(market.requests).toEqual([]);
    const unknown = await provider.fetchPrices({ ...FUND, isin: 'LU0000000000' }, context);
    expect(unknown).toMatchObject({ ok: false, code: 'unknown_symbol', details: { reason: /LU0000000000/ } });
    const dollars = await provider.fetchPrices({ ...FUND, currency: 'USD' }, context);
    expect(dollars).toMatchObject({ ok: false, code: 'wrong_currency' });
  });

  test('a dropped or changed file is seen, a later one wins the day, pence become pounds, rates are passed over', async () => {
    const { folder, provider } = await open({ 'a.csv': HEAD + GOOD });
    await provider.fetchPrices(FUND, context);
    const pence = lines([['2026-11-19', '2750.5']], 'SHEL', 'GBX');
    const text = `${HEAD}2026-11-19,EUR/USD,1.15,\n${lines([['2026-11-19', '99.9']])}${pence}`;
    writeFileSync(join(folder, 'b.csv'), text);
    const fund = await provider.fetchPrices(FUND, context);
    expect(fund.ok && fund.value.quote?.price.toString()).toBe('99.9');
    const shell = { ...FUND, kind: 'stock' as const, isin: null, symbol: 'SHEL', currency: 'GBP' };
    const share = await provider.fetchPrices(shell, context);
    expect(share.ok && share.value.quote?.price.toString()).toBe('27.505');
  });

  test.each([
    ['half a copy', `${HEAD}${GOOD}2026-11-20,LU09`],
    ['a price that is none', `${HEAD}2026-11-20,LU0996182563,1.234,5,EUR\n`],
    ['no price', `${HEAD}2026-11-20,LU0996182563,,EUR\n`],
    ['a day that is none', `${HEAD}2026-02-30,LU0996182563,10,EUR\n`],
    ['zero', `${HEAD}2026-11-20,LU0996182563,0,EUR\n`],
    ['other heads', 'fecha;valor\n2026-11-20;10\n'],
  ])('%s is a fault that names the file and the line, never half a price', async (_what, text) => {
    const { provider } = await open({ 'bad.csv': text });
    const fault = await faultOf(provider.fetchPrices(FUND, context));
    expect(fault.code).toBe('provider_answer_unreadable');
    expect(fault.message).toMatch(/bad\.csv, line \d/);
  });

  test('no folder is a fault; no turn, no reading', async () => {
    market = await startFakeMarket(() => undefined);
    const gone = pricesFolderProvider({ folder: '/nowhere/at/all', clock });
    expect((await faultOf(gone.fetchPrices(FUND, context))).code).toBe('provider_unreachable');
    const spend = async (): Promise<void> => {
      throw new Fault('provider_queue_full', 'no turn', { retryable: true });
    };
    expect((await faultOf(gone.fetchPrices(FUND, { ...context, spend }))).code).toBe('provider_queue_full');
  });
});

describe('ecb', () => {
  const rates = ecbText([
    { on: '2026-11-20', rates: { USD: '1.1523', GBP: '0.8812' } },
    { on: '2026-11-19', rates: { USD: '1.1500', GBP: '0.8800' } },
  ]);
  const { signal } = context;
  const open = async (timeoutMs = PATIENT_MS) => {
    market = await startFakeMarket((path) => (path.startsWith('/eurofxref-') ? rates : undefined));
    return ecbProvider({ baseUrl: market.baseUrl, timeoutMs });
  };

  test('publishes units per euro by day', async () => {
    const published = await (await open()).fetchRates('quarter', signal);
    expect(market.requests).toEqual(['/eurofxref-hist-90d.xml']);
    expect(published).toHaveLength(4);
    expect(published[0]).toMatchObject({ currency: 'USD', on: '2026-11-20' });
    expect(published[0]?.unitsPerEur.toString()).toBe('1.1523');
  });

  const more: readonly (readonly [FakeFault, string])[] = [
    ['not_found', 'provider_failed'],
    ['truncated', 'provider_answer_unreadable'],
    ['doctype', 'provider_answer_unreadable'],
  ];
  test.each([...FAULTS, ...more])('%s is the fault %s', async (fault, code) => {
    const provider = await open(fault === 'slow' ? HASTY_MS : PATIENT_MS);
    market.fault = fault;
    expect((await faultOf(provider.fetchRates('newest', signal))).code).toBe(code);
  });
});
