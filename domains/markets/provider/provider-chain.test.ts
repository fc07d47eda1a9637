/** Goal: many askers cost one request, broken providers are left alone, and failures say why. */
import { Decimal, Fault, localDate, ok, refuse } from '#kernel';
import { createCaches } from '#platform/cache';
import { absentRedis } from '#platform/redis';
import { expect, test } from 'vitest';
import { answerText } from './answer-text.ts';
import { makeBreaker, makeTokenBucket } from './breaker.ts';
import type { LiveProviderName } from '../price.ts';
import type { InstrumentRef, PriceProvider } from './price-provider.ts';
import { QuotaFault } from './provider-fault.ts';
import { type Ask, type ChainOptions, type ChainResult, makeProviderChain } from './provider-chain.ts';

const BTC: InstrumentRef = { kind: 'crypto', symbol: 'BTC', isin: null, currency: 'EUR', providerSymbol: null };
const FRESH: Ask = { from: localDate('2026-11-01'), patience: 'fresh', needs: 'quote' };

function setUp(answer: (call: number) => 'price' | 'unknown' | 'rate_limited' | 'down', perMinute = 6_000) {
  let nowMs = 1_000_000;
  let calls = 0;
  const provider: PriceProvider = {
    name: 'yahoo',
    hasHistory: true,
    quota: { perMinute, burst: 10, creditsPerDay: null, creditsPerMonth: null },
    canPrice: () => true,
    async fetchPrices(_ref, context) {
      await context.spend();
      calls += 1;
      const kind = answer(calls);
      await Promise.resolve();
      if (kind === 'unknown') return refuse('unknown_symbol', { reason: 'BTC-EUR: unknown_symbol' });
      if (kind === 'rate_limited') throw new Fault('provider_rate_limited', 'slow down', { retryable: true });
      if (kind === 'down') throw new Fault('provider_unreachable', 'no route', { retryable: true });
      const quote = { price: Decimal.of(BigInt(calls)), currency: 'EUR', marketAtMs: nowMs, previousClose: null };
      return ok({ quote, closes: [], splits: [], providerSymbol: 'BTC-EUR', providerName: null });
    },
  };
  const slept: number[] = [];
  const chain = makeProviderChain({
    providers: [provider],
    clock: () => nowMs,
    caches: createCaches({
      redis: absentRedis,
      clock: () => nowMs,
      telemetry: { counter: () => ({ add: () => undefined }) },
    }),
    sleep: async (delayMs) => void slept.push(delayMs),
  });
  return { chain, slept, calls: () => calls, advance: (ms: number) => void (nowMs += ms) };
}

test('five hundred askers of one instrument cost one request', async () => {
  const { chain, calls } = setUp(() => 'price');
  const answers = await Promise.all(Array.from({ length: 500 }, () => chain.fetch(BTC, FRESH)));
  expect(calls()).toBe(1);
  expect(answers.every((answer) => answer.ok)).toBe(true);
});

test('an old answer is served at once while a new one is fetched behind it; the patient wait for the new one', async () => {
  const { chain, calls, advance } = setUp(() => 'price');
  const priceOf = async (patience: 'fresh' | 'stale_ok') => {
    const answer = await chain.fetch(BTC, { ...FRESH, patience });
    return answer.ok ? answer.value.quote?.price.toString() : answer.code;
  };
  expect(await priceOf('fresh')).toBe('1');
  advance(30_000);
  expect(await priceOf('stale_ok')).toBe('1');
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(calls()).toBe(2);
  advance(30_000);
  expect(await priceOf('fresh')).toBe('3');
});

test('an unknown symbol lists the reason of each provider and is not asked for again soon', async () => {
  const { chain, calls, advance } = setUp(() => 'unknown');
  const answer = await chain.fetch(BTC, FRESH);
  expect(answer).toMatchObject({ ok: false, code: 'unknown_symbol', details: { reasons: { yahoo: /BTC-EUR/ } } });
  advance(60_000);
  await chain.fetch(BTC, FRESH);
  expect(calls()).toBe(1);
});

test('five failures open the breaker for a minute; two successes close it; everything meanwhile is answered with why', async () => {
  const { chain, calls, advance } = setUp((call) => (call <= 5 ? 'down' : 'price'));
  for (let index = 0; index < 5; index += 1) {
    expect(await chain.fetch(BTC, FRESH)).toMatchObject({ ok: false, code: 'provider_failed' });
    advance(2_000);
  }
  expect(chain.health()[0]).toMatchObject({ state: 'open', failuresInRow: 5 });
  const refused = await chain.fetch(BTC, FRESH);
  expect(JSON.stringify(refused)).toContain('left alone after failures: provider_unreachable');
  expect(calls()).toBe(5);
  advance(60_000);
  await chain.fetch(BTC, FRESH);
  expect(chain.health()[0]?.state).toBe('half_open');
  advance(30_000);
  await chain.fetch(BTC, FRESH);
  expect(chain.health()[0]?.state).toBe('closed');
});

test('one "too many requests" opens the breaker at once, and a failure while half open opens it again', () => {
  let nowMs = 0;
  const breaker = makeBreaker('yahoo', () => nowMs);
  breaker.recordFailure('429', 'opens');
  expect(breaker.allows()).toBe(false);
  nowMs = 60_000;
  expect(breaker.allows()).toBe(true);
  breaker.recordFailure('still', 'counts');
  expect(breaker.allows()).toBe(false);
});

const down: Reply = () => {
  throw new Fault('provider_unreachable', 'no route', { retryable: true });
};
type Reply = () => string;

/** Providers that answer a price or throw, in one chain of their own clock. */
function chainOf(
  replies: Partial<Record<LiveProviderName, Reply>>,
  more: Partial<Pick<ChainOptions, 'gate'>> & { readonly creditsPerDay?: number } = {},
) {
  let nowMs = Date.parse('2026-11-20T15:30:00Z');
  const clock = () => nowMs;
  const asked: string[] = [];
  const providers = Object.entries(replies).map(([name, reply]): PriceProvider => ({
    name: name as LiveProviderName,
    hasHistory: name !== 'coinmarketcap',
    quota: { perMinute: 60_000, burst: 100, creditsPerDay: more.creditsPerDay ?? null, creditsPerMonth: null },
    canPrice: () => true,
    async fetchPrices(_ref, context) {
      await context.spend();
      asked.push(name);
      const quote = { price: Decimal.from(reply()), currency: 'EUR', marketAtMs: nowMs, previousClose: null };
      return ok({ quote, closes: [], splits: [], providerSymbol: name, providerName: null });
    },
  }));
  const telemetry = { counter: () => ({ add: () => undefined }) };
  const caches = createCaches({ redis: absentRedis, clock, telemetry });
  const chain = makeProviderChain({ providers, clock, caches, sleep: async () => undefined, ...more });
  return { chain, asked, clock, advance: (ms: number) => void (nowMs += ms) };
}
const providerOf = (answer: ChainResult): string => (answer.ok ? answer.value.provider : answer.code);

test('a coin is asked of CoinMarketCap first, and of the next when it fails; history passes it by', async () => {
  const { chain, asked } = chainOf({ twelve_data: () => '3', yahoo: () => '2', coinmarketcap: down });
  expect(providerOf(await chain.fetch(BTC, FRESH))).toBe('yahoo');
  expect(asked).toEqual(['coinmarketcap', 'yahoo']);
  expect(providerOf(await chain.fetch(BTC, { ...FRESH, needs: 'history' }))).toBe('yahoo');
  expect(asked).toEqual(['coinmarketcap', 'yahoo', 'yahoo']);
  expect(providerOf(await chain.fetch(BTC, { ...FRESH, except: 'yahoo' }))).toBe('twelve_data');
});

test('a used-up day is left alone until its midnight and the next provider takes over; a restart remembers', async () => {
  const spent: Reply = () => {
    throw new QuotaFault('day', 'no credits left today', Date.parse('2026-11-20T15:30:00Z'));
  };
  const replies = { coinmarketcap: spent, yahoo: () => '2' };
  const { chain, asked, advance } = chainOf(replies);
  await chain.fetch(BTC, FRESH);
  advance(3 * 3_600_000);
  expect(providerOf(await chain.fetch(BTC, FRESH))).toBe('yahoo');
  expect(asked).toEqual(['coinmarketcap', 'yahoo', 'yahoo']);
  const restarted = chainOf(replies);
  restarted.chain.resume(new Map(chain.health().map((health) => [health.provider, health])));
  await restarted.chain.fetch(BTC, FRESH);
  expect(restarted.asked).toEqual(['yahoo']);
  advance(6 * 3_600_000);
  await chain.fetch(BTC, FRESH);
  expect(asked.at(-2)).toBe('coinmarketcap');
});

test('our own count of credits stops before the provider does, and starts anew with its day', async () => {
  const { chain, asked, advance } = chainOf({ yahoo: () => '2' }, { creditsPerDay: 2 });
  for (let count = 0; count < 3; count += 1) {
    await chain.fetch(BTC, FRESH);
    advance(30_000);
  }
  expect(asked).toHaveLength(2);
  expect(chain.health()[0]).toMatchObject({
    state: 'open',
    credits: [{ window: 'day', usedCredits: 2, limitCredits: 2, endsAtMs: Date.parse('2026-11-21T00:00:00Z') }],
  });
  advance(9 * 3_600_000);
  expect(providerOf(await chain.fetch(BTC, FRESH))).toBe('yahoo');
});

test('a provider without a key is not asked and says why; a test of it goes past the breaker', async () => {
  const gate = async (name: string) => (name === 'coinmarketcap' ? 'provider_not_set_up: no key is set' : null);
  const { chain, asked } = chainOf({ coinmarketcap: () => '1', yahoo: down }, { gate });
  const answer = await chain.fetch(BTC, FRESH);
  expect(answer).toMatchObject({ ok: false, code: 'provider_failed' });
  expect(JSON.stringify(answer)).toMatch(/no key is set.*no route/);
  expect(asked).toEqual(['yahoo']);
  expect(await chain.hasOther(BTC, 'yahoo')).toBe(false);
  expect(JSON.stringify(await chain.probe('coinmarketcap', BTC, FRESH.from))).toContain('no key is set');
  expect(JSON.stringify(await chain.probe('yahoo', BTC, FRESH.from))).toContain('no route');
});

test('the bucket lets a burst through, then one per interval, and refuses a queue of over a minute', () => {
  const bucket = makeTokenBucket({ perMinute: 60, burst: 10 }, () => 0);
  const waits = Array.from({ length: 80 }, () => bucket.take());
  expect(waits.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 0));
  expect(waits[10]).toBe(1_000);
  expect(waits[69]).toBe(60_000);
  expect(waits[70]).toBeNull();
});

test('an answer survives its way through text exactly, and other text is refused', () => {
  const quote = { price: Decimal.from('0.000000012300'), currency: 'EUR', marketAtMs: 5, previousClose: null };
  const close = { on: localDate('2026-11-20'), close: Decimal.from('123456789.123456789'), currency: 'EUR' };
  const answer: ChainResult = ok({
    quote,
    closes: [close],
    splits: [{ on: localDate('2026-10-01'), ratio: Decimal.from('10') }],
    providerSymbol: 'BTC-EUR',
    providerName: null,
    provider: 'yahoo',
    fetchedAtMs: 7,
  });
  const read = answerText.decode(answerText.encode(answer));
  expect(read).toEqual(answer);
  expect(read.ok && read.value.closes[0]?.close).toBeInstanceOf(Decimal);
  const refusal: ChainResult = refuse('unknown_symbol', { reasons: { yahoo: 'no' } });
  expect(answerText.decode(answerText.encode(refusal))).toEqual(refusal);
  expect(() => answerText.decode('{"ok":true,"value":{}}')).toThrow('quote');
});
