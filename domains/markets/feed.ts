/** Feed: the providers of this process, made once from the settings, and the way from an instrument to its prices. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Clock, Decimal, type LocalDate, ok } from '#kernel';
import type { Platform } from '#platform/domain';
import type { Counter, Telemetry } from '#platform/telemetry';
import { dayOf } from './day.ts';
import type { Instrument } from './instrument.ts';
import { type KeyedProvider, makeProviderAccess, type ProviderAccess } from './provider-access.ts';
import { coinMarketCapProvider } from './provider/coinmarketcap.adapter.ts';
import { ecbProvider } from './provider/ecb.adapter.ts';
import { pricesFolderProvider } from './provider/file.adapter.ts';
import { financialTimesProvider } from './provider/financial-times.adapter.ts';
import type { PriceProvider, RateProvider, Split } from './provider/price-provider.ts';
import { type ChainResult, makeProviderChain, type ProviderChain } from './provider/provider-chain.ts';
import { simulatorProvider } from './provider/simulator.adapter.ts';
import { twelveDataProvider } from './provider/twelve-data.adapter.ts';
import { yahooProvider } from './provider/yahoo.adapter.ts';
import type { MarketsSettings } from './settings.ts';
import type { SimulatedWorkspace } from './workspace.store.ts';

export interface Feed {
  readonly settings: MarketsSettings;
  readonly chain: ProviderChain;
  readonly rates: RateProvider;
  readonly access: ProviderAccess;
}

/** What the feed needs of the platform. */
export type FeedRoots = Pick<Platform, 'cache' | 'config' | 'clock' | 'db' | 'secrets' | 'telemetry'>;

const feeds = new WeakMap<object, Feed>();

/** The providers of a platform; the same ones on every call. */
export function feedOf(platform: FeedRoots): Feed {
  const known = feeds.get(platform);
  if (known) return known;
  const settings = platform.config.section<MarketsSettings>('markets');
  const { clock } = platform;
  const asked = askedCounter(platform.telemetry);
  const access = makeProviderAccess(platform, settings);
  const feed: Feed = {
    settings,
    access,
    chain: makeProviderChain({
      // Without live providers the chain is empty and every price is missing or written by hand.
      providers: settings.liveProviders ? liveProviders(settings, clock, access) : [],
      gate: (name) => access.closedReason(name),
      onAsked: (provider, outcome) => asked.add(1, { provider, outcome }),
      clock,
      caches: platform.cache,
      sleep: async (delayMs) => delay(delayMs),
    }),
    rates: ecbProvider({ baseUrl: settings.ecbBaseUrl }),
  };
  feeds.set(platform, feed);
  return feed;
}

const counters = new WeakMap<object, Counter>();

/** One counter per set of figures, however many platforms share it. */
function askedCounter(telemetry: Telemetry): Counter {
  const labels = ['provider', 'outcome'];
  const counter =
    counters.get(telemetry) ??
    telemetry.counter('cactus_markets_provider_requests_total', 'Questions to price providers.', labels);
  counters.set(telemetry, counter);
  return counter;
}

function liveProviders(settings: MarketsSettings, clock: Clock, access: ProviderAccess): PriceProvider[] {
  const keyed = (provider: KeyedProvider) => ({ clock, apiKey: () => access.keyOf(provider) });
  return [
    coinMarketCapProvider({ baseUrl: settings.coinMarketCapBaseUrl, ...keyed('coinmarketcap') }),
    yahooProvider({ baseUrl: settings.yahooBaseUrl, clock }),
    twelveDataProvider({ baseUrl: settings.twelveDataBaseUrl, ...keyed('twelve_data') }),
    financialTimesProvider({ baseUrl: settings.financialTimesBaseUrl, clock }),
    ...(settings.pricesFolder === null ? [] : [pricesFolderProvider({ folder: settings.pricesFolder, clock })]),
  ];
}

/** Asks the live chain, or the simulated market of a demo workspace; never both. */
export async function fetchInstrument(
  platform: FeedRoots,
  instrument: Instrument,
  source: {
    readonly simulated: SimulatedWorkspace | null;
    readonly from: LocalDate;
    readonly needs: 'quote' | 'history';
  },
): Promise<ChainResult> {
  const { simulated, from } = source;
  if (!simulated) return feedOf(platform).chain.fetch(instrument, { from, patience: 'fresh', needs: source.needs });
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
