/** Feed: the providers of this process, made once from the settings, and the way from an instrument to its prices. */
import { setTimeout as delay } from 'node:timers/promises';
import { addDays, DAY_MS, dateOfEpochDay, Decimal, type LocalDate, ok } from '#kernel';
import type { Platform } from '#platform/domain';
import type { Instrument } from './instrument.ts';
import { ecbProvider } from './provider/ecb.adapter.ts';
import type { RateProvider, Split } from './provider/price-provider.ts';
import { type ChainResult, makeProviderChain, type ProviderChain } from './provider/provider-chain.ts';
import { simulatorProvider } from './provider/simulator.adapter.ts';
import { yahooProvider } from './provider/yahoo.adapter.ts';
import type { MarketsSettings } from './settings.ts';
import type { SimulatedWorkspace } from './workspace.store.ts';

export interface Feed {
  readonly settings: MarketsSettings;
  readonly chain: ProviderChain;
  readonly rates: RateProvider;
}

const feeds = new WeakMap<object, Feed>();
const RECENT_DAYS = 7; // A look at now brings the closes of a long weekend with it.

/** The providers of a platform; the same ones on every call. */
export function feedOf(platform: Pick<Platform, 'cache' | 'config' | 'clock'>): Feed {
  const known = feeds.get(platform);
  if (known) return known;
  const settings = platform.config.section<MarketsSettings>('markets');
  const { clock } = platform;
  const feed: Feed = {
    settings,
    chain: makeProviderChain({
      // Without live providers the chain is empty and every price is missing or written by hand.
      providers: settings.liveProviders ? [yahooProvider({ baseUrl: settings.yahooBaseUrl, clock })] : [],
      clock,
      caches: platform.cache,
      sleep: async (delayMs) => delay(delayMs),
    }),
    rates: ecbProvider({ baseUrl: settings.ecbBaseUrl }),
  };
  feeds.set(platform, feed);
  return feed;
}

/** First day a look at now asks for. */
export function recentDay(atMs: number): LocalDate {
  return addDays(dayOf(atMs), -RECENT_DAYS);
}

/** UTC day of an instant. */
export function dayOf(atMs: number): LocalDate {
  return dateOfEpochDay(Math.floor(atMs / DAY_MS));
}

/** Asks the live chain, or the simulated market of a demo workspace; never both. */
export async function fetchInstrument(
  platform: Pick<Platform, 'cache' | 'config' | 'clock'>,
  instrument: Instrument,
  source: { readonly simulated: SimulatedWorkspace | null; readonly from: LocalDate },
): Promise<ChainResult> {
  const { simulated, from } = source;
  if (!simulated) return feedOf(platform).chain.fetch(instrument, from, 'fresh');
  const { clock } = platform;
  const simulator = simulatorProvider({ seed: simulated.seed, fault: simulated.fault, clock });
  const context = { from, signal: new AbortController().signal, spend: async () => undefined };
  if (!simulator.canPrice(instrument)) return { ok: false, code: 'unknown_symbol', details: { reasons: {} } };
  const answer = await simulator.fetchPrices({ ...instrument, providerSymbol: null }, context);
  if (!answer.ok) return { ok: false, code: 'unknown_symbol', details: { reasons: { simulator: answer.code } } };
  return ok({ ...answer.value, provider: 'simulator', fetchedAtMs: clock() });
}

/** New units per old one of the splits after an instant and up to another. */
export function splitRatioBetween(splits: readonly Split[], sinceMs: number, untilMs: number): Decimal {
  const [since, until] = [dayOf(sinceMs), dayOf(untilMs)];
  return splits
    .filter((split) => split.on > since && split.on <= until)
    .reduce((product, split) => product.times(split.ratio), Decimal.one);
}
