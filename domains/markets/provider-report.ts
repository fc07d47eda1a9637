/** What an operator is told of the price providers from the command line: nobody outside is asked. */
import type { Platform } from '#platform/domain';
import { feedOf } from './feed.ts';
import { listProviderHealth } from './feed.store.ts';
import type { KeySource } from './provider-access.ts';
import type { ProviderHealth } from './provider/breaker.ts';

export interface ProviderReport {
  readonly provider: string;
  /** Where it answers; null for one that reads files of this machine. */
  readonly baseUrl: string | null;
  readonly keySource: KeySource;
  /** False when it waits for a key or for a person's yes. */
  readonly isSetUp: boolean;
  /** How it fared last, as the workers wrote it down; null when it was never asked. */
  readonly health: ProviderHealth | null;
}

/** Every provider with its key, switch and last outcome; null when live providers are off. */
export async function reportProviders(platform: Platform): Promise<ProviderReport[] | null> {
  const { access, settings } = feedOf(platform);
  if (!settings.liveProviders) return null;
  const known = await listProviderHealth(platform.db);
  const places = [
    ['yahoo', settings.yahooBaseUrl],
    ['ecb', settings.ecbBaseUrl],
    ['coinmarketcap', settings.coinMarketCapBaseUrl],
    ['twelve_data', settings.twelveDataBaseUrl],
    ['financial_times', settings.financialTimesBaseUrl],
    ...(settings.pricesFolder === null ? [] : [['file', null] as const]),
  ] as const;
  return Promise.all(
    places.map(async ([provider, baseUrl]): Promise<ProviderReport> => {
      const keySource = await access.keySource(provider);
      const isSetUp = keySource !== 'none' && (await access.isEnabled(provider));
      return { provider, baseUrl, keySource, isSetUp, health: known.get(provider) ?? null };
    }),
  );
}
