/** The test of a provider: one question whose answer everybody knows, asked past the breaker and away from the request. */
import { Fault } from '#kernel';
import { job, type JobDefinition } from '#platform/jobs';
import { z } from 'zod';
import { recentDay } from './day.ts';
import { feedOf } from './feed.ts';
import { upsertProviderHealth } from './feed.store.ts';
import { upsertProviderTest } from './provider-setup.store.ts';
import type { InstrumentRef } from './provider/price-provider.ts';
import type { FeedPlatform } from './refresh.ts';

export const TEST_JOB = 'markets.provider.test';

const Payload = z.object({ provider: z.enum(['coinmarketcap', 'yahoo', 'twelve_data', 'financial_times', 'ecb']) });
type Tested = z.infer<typeof Payload>['provider'];

const BITCOIN: InstrumentRef = { kind: 'crypto', symbol: 'BTC', isin: null, currency: 'EUR', providerSymbol: null };
const QUESTIONS: Readonly<Record<Exclude<Tested, 'ecb'>, InstrumentRef>> = {
  coinmarketcap: BITCOIN,
  yahoo: BITCOIN,
  twelve_data: { kind: 'stock', symbol: 'AAPL', isin: null, currency: 'USD', providerSymbol: null },
  financial_times: { kind: 'fund', symbol: null, isin: 'LU0996182563', currency: 'EUR', providerSymbol: null },
};

/** Asks once and writes down what came of it; a failure is the answer, so the job itself does not fail. */
export function providerTestJob(platform: FeedPlatform): JobDefinition<z.infer<typeof Payload>> {
  return job({
    name: TEST_JOB,
    attemptsMax: 2,
    parse: (payload) => Payload.parse(payload),
    async run({ provider }, context) {
      const outcome = await askOnce(platform, provider, context.signal);
      const atMs = platform.clock();
      const health = feedOf(platform)
        .chain.health()
        .find((entry) => entry.provider === provider);
      await platform.db.transaction(async (tx) => {
        await upsertProviderTest(tx, { provider, outcome, atMs });
        if (health) await upsertProviderHealth(tx, health, atMs);
      });
    },
  });
}

async function askOnce(platform: FeedPlatform, provider: Tested, signal: AbortSignal): Promise<string> {
  const { access, chain, rates, settings } = feedOf(platform);
  access.forget(); // The key may be seconds old and set by another process.
  if (!settings.liveProviders) return 'provider_not_set_up: live providers are off (markets.liveProviders)';
  if (provider === 'ecb') {
    try {
      await rates.fetchRates('newest', signal);
      return 'ok';
    } catch (error) {
      if (error instanceof Fault) return `${error.code}: ${error.message}`;
      throw error;
    }
  }
  const answer = await chain.probe(provider, QUESTIONS[provider], recentDay(platform.clock()));
  if (answer.ok) return 'ok';
  const reasons = answer.details['reasons'] as Readonly<Record<string, string>>;
  return reasons[provider] ?? answer.code;
}
