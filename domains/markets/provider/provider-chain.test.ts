/** Goal: many askers cost one request, broken providers are left alone, and failures say why. */
import { Decimal, Fault, localDate, ok, refuse } from '#kernel';
import { createCaches } from '#platform/cache';
import { absentRedis } from '#platform/redis';
import { expect, test } from 'vitest';
import { answerText } from './answer-text.ts';
import { makeBreaker, makeTokenBucket } from './breaker.ts';
import type { InstrumentRef, PriceProvider } from './price-provider.ts';
import { type ChainResult, makeProviderChain } from './provider-chain.ts';

const BTC: InstrumentRef = { kind: 'crypto', symbol: 'BTC', isin: null, currency: 'EUR', providerSymbol: null };
const FROM = localDate('2026-11-01');

function setUp(answer: (call: number) => 'price' | 'unknown' | 'rate_limited' | 'down', perMinute = 6_000) {
  let nowMs = 1_000_000;
  let calls = 0;
  const provider: PriceProvider = {
    name: 'yahoo',
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
    perMinute,
  });
  return { chain, slept, calls: () => calls, advance: (ms: number) => void (nowMs += ms) };
}

test('five hundred askers of one instrument cost one request', async () => {
  const { chain, calls } = setUp(() => 'price');
  const answers = await Promise.all(Array.from({ length: 500 }, () => chain.fetch(BTC, FROM, 'fresh')));
  expect(calls()).toBe(1);
  expect(answers.every((answer) => answer.ok)).toBe(true);
});

test('an old answer is served at once while a new one is fetched behind it; the patient wait for the new one', async () => {
  const { chain, calls, advance } = setUp(() => 'price');
  const priceOf = async (patience: 'fresh' | 'stale_ok') => {
    const answer = await chain.fetch(BTC, FROM, patience);
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
  const answer = await chain.fetch(BTC, FROM, 'fresh');
  expect(answer).toMatchObject({ ok: false, code: 'unknown_symbol', details: { reasons: { yahoo: /BTC-EUR/ } } });
  advance(60_000);
  await chain.fetch(BTC, FROM, 'fresh');
  expect(calls()).toBe(1);
});

test('five failures open the breaker for a minute; two successes close it; everything meanwhile is answered with why', async () => {
  const { chain, calls, advance } = setUp((call) => (call <= 5 ? 'down' : 'price'));
  for (let index = 0; index < 5; index += 1) {
    expect(await chain.fetch(BTC, FROM, 'fresh')).toMatchObject({ ok: false, code: 'provider_failed' });
    advance(2_000);
  }
  expect(chain.health()[0]).toMatchObject({ state: 'open', failuresInRow: 5 });
  const refused = await chain.fetch(BTC, FROM, 'fresh');
  expect(JSON.stringify(refused)).toContain('left alone after failures: provider_unreachable');
  expect(calls()).toBe(5);
  advance(60_000);
  await chain.fetch(BTC, FROM, 'fresh');
  expect(chain.health()[0]?.state).toBe('half_open');
  advance(30_000);
  await chain.fetch(BTC, FROM, 'fresh');
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
