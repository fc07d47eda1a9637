/** Goal: workers that share a Redis share a provider's credits, and go on alone, with what they knew, when it is lost. */
import { Decimal, localDate, ok } from '#kernel';
import { createCaches } from '#platform/cache';
import { openRedis, type RedisHandle } from '#platform/redis';
import { openTestRedis, silentLog, type TestRedis } from '#platform/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PriceProvider } from './price-provider.ts';
import { makeProviderChain } from './provider-chain.ts';

const NOW_MS = Date.parse('2026-11-20T10:00:00Z');
const CREDITS = 6;
let server: TestRedis;
const handles: RedisHandle[] = [];
beforeAll(async () => {
  server = await openTestRedis();
});
afterAll(async () => {
  for (const redis of handles) await redis.close();
  await server.close();
});

async function worker() {
  const redis = await openRedis({ url: server.url, installation: 'one', log: silentLog });
  handles.push(redis);
  await expect.poll(() => redis.isReady).toBe(true);
  const telemetry = { counter: () => ({ add: () => undefined }) };
  const caches = createCaches({ redis, clock: () => NOW_MS, telemetry });
  const provider: PriceProvider = {
    name: 'twelve_data',
    hasHistory: true,
    quota: { perMinute: 6_000, burst: 100, creditsPerDay: CREDITS, creditsPerMonth: null },
    canPrice: () => true,
    async fetchPrices(_ref, context) {
      await context.spend();
      const quote = { price: Decimal.one, currency: 'EUR', marketAtMs: NOW_MS, previousClose: null };
      return ok({ quote, closes: [], splits: [], providerSymbol: 'X', providerName: null });
    },
  };
  return makeProviderChain({ providers: [provider], clock: () => NOW_MS, caches, sleep: async () => undefined });
}

const ask = { from: localDate('2026-11-01'), patience: 'fresh', needs: 'quote' } as const;
const share = (symbol: string) => ({
  kind: 'stock' as const,
  symbol,
  isin: null,
  currency: 'EUR',
  providerSymbol: null,
});

test('two workers together never use more credits than the plan has, and the count outlives Redis', async () => {
  const [one, two] = [await worker(), await worker()];
  const answers = await Promise.all(
    Array.from({ length: CREDITS + 4 }, async (_, index) =>
      (index % 2 === 0 ? one : two).fetch(share(`S${index}`), ask),
    ),
  );
  expect(answers.filter((answer) => answer.ok)).toHaveLength(CREDITS);
  const refused = answers.find((answer) => !answer.ok);
  expect(JSON.stringify(refused)).toContain('provider_quota_spent');
  const used = [one, two].map((chain) => chain.health()[0]?.credits[0]?.usedCredits ?? 0);
  expect(Math.max(...used)).toBe(CREDITS);
  await server.kill();
  await expect.poll(() => handles.some(({ isReady }) => isReady)).toBe(false);
  const [better] = [one, two].toSorted((a, b) => usedBy(b) - usedBy(a));
  expect(await better?.fetch(share('ALONE'), ask)).toMatchObject({ ok: false });
});

function usedBy(chain: Awaited<ReturnType<typeof worker>>): number {
  return chain.health()[0]?.credits[0]?.usedCredits ?? 0;
}
