/**
 * Provider access: the key of each provider and whether it may be asked at all. A key of the operator (environment or
 * cactus.yaml) wins over the one a person stored on the page; neither ever leaves the server.
 */
import type { Platform } from '#platform/domain';
import type { SecretScope } from '#platform/secrets';
import { SHARED_WORKSPACE_ID } from './fx.store.ts';
import { listProviderSetups } from './provider-setup.store.ts';
import type { LiveProviderName } from './price.ts';
import type { MarketsSettings } from './settings.ts';

export const KEYED_PROVIDERS = ['coinmarketcap', 'twelve_data'] as const;
export type KeyedProvider = (typeof KEYED_PROVIDERS)[number];

export type KeySource = 'environment' | 'stored' | 'none' | 'not_needed';

export interface ProviderAccess {
  keyOf(provider: KeyedProvider): Promise<string | null>;
  keySource(provider: string): Promise<KeySource>;
  /** True for providers that wait for a person's yes and have it; always true for the others. */
  isEnabled(provider: string): Promise<boolean>;
  /** Why a provider may not be asked; null when it may. */
  closedReason(provider: LiveProviderName): Promise<string | null>;
  /** Reads keys and switches anew: a person has just changed one, or wants to know how it is now. */
  forget(): void;
}

const KEPT_MS = 5_000; // How late another process hears of a key or a switch.

/** Where the stored key of a provider lies: it belongs to the installation, not to a workspace. */
export function keyScope(provider: KeyedProvider): SecretScope {
  return { workspaceId: SHARED_WORKSPACE_ID, name: `markets.provider-key:${provider}` };
}

/** Reads keys and switches, asking the database at most every five seconds. */
export function makeProviderAccess(
  platform: Pick<Platform, 'clock' | 'db' | 'secrets'>,
  settings: MarketsSettings,
): ProviderAccess {
  const fixed: Record<KeyedProvider, string | null> = {
    coinmarketcap: settings.coinMarketCapApiKey,
    twelve_data: settings.twelveDataApiKey,
  };
  const kept = new Map<string, { readonly value: Promise<unknown>; readonly untilMs: number }>();
  const once = async <Value>(name: string, read: () => Promise<Value>): Promise<Value> => {
    const known = kept.get(name);
    if (known && platform.clock() < known.untilMs) return known.value as Promise<Value>;
    const value = read();
    kept.set(name, { value, untilMs: platform.clock() + KEPT_MS });
    value.catch(() => kept.delete(name)); // A database that was away for a moment is asked again at once.
    return value;
  };
  const keyOf = async (provider: KeyedProvider): Promise<string | null> =>
    fixed[provider] ?? (await once(provider, () => platform.secrets.use(keyScope(provider))));
  const isEnabled = async (provider: string): Promise<boolean> => {
    if (provider !== 'financial_times' || settings.financialTimes) return true;
    const setups = await once('setups', () => listProviderSetups(platform.db));
    return setups.get(provider)?.isEnabled ?? false;
  };
  return {
    keyOf,
    isEnabled,
    async keySource(provider) {
      if (!isKeyed(provider)) return 'not_needed';
      if (fixed[provider] !== null) return 'environment';
      return (await keyOf(provider)) === null ? 'none' : 'stored';
    },
    forget: () => kept.clear(),
    async closedReason(provider) {
      if (isKeyed(provider) && (await keyOf(provider)) === null) return 'provider_not_set_up: no key is set';
      return (await isEnabled(provider)) ? null : 'provider_not_set_up: it is switched off';
    },
  };
}

/** True for a provider that needs a key. */
export function isKeyed(provider: string): provider is KeyedProvider {
  return KEYED_PROVIDERS.some((name) => name === provider);
}
