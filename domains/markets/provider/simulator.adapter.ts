/**
 * Simulator adapter: the simulated market behind the same port as the real ones, with faults on demand.
 * Only workspaces that were put on the simulated market may use it; its prices always say so.
 */
import { dateOfEpochDay, DAY_MS, Decimal, epochDay, Fault, ok, refuse } from '#kernel';
import type { SimulatorFault } from '../workspace.store.ts';
import type { InstrumentRef, PriceProvider } from './price-provider.ts';
import { simulatedCloses, type SimulatedInstrument, simulatedPrice, simulatedVolume } from './simulated-market.ts';

export interface SimulatorOptions {
  readonly seed: number;
  readonly fault: SimulatorFault;
  readonly clock: () => number;
}

const STALE_BY_MS = 3 * 3_600_000;
const SPIKE_EVERY_SECONDS = 10;
const SPIKE_FACTOR = Decimal.of(3n);

/** How the simulated market knows an instrument; null when nothing tells it apart. */
export function simulatedInstrumentOf(ref: Omit<InstrumentRef, 'providerSymbol'>): SimulatedInstrument | null {
  const key = ref.symbol ?? ref.isin;
  return key === null ? null : { kind: ref.kind, key, currency: ref.currency };
}

/** Builds the adapter for one seed. */
export function simulatorProvider(options: SimulatorOptions): PriceProvider {
  return {
    name: 'simulator',
    hasHistory: true,
    quota: { perMinute: 60_000, burst: 1_000, creditsPerDay: null, creditsPerMonth: null },
    canPrice: (ref) => ref.kind !== 'cash' && simulatedInstrumentOf(ref) !== null,
    async fetchPrices(ref, context) {
      await context.spend();
      if (options.fault === 'outage') {
        throw new Fault('provider_unreachable', 'simulator: outage on purpose', { retryable: true });
      }
      const instrument = simulatedInstrumentOf(ref);
      if (!instrument) return refuse('unknown_symbol', { reason: 'no symbol and no ISIN' });
      const atMs = options.clock() - (options.fault === 'stale' ? STALE_BY_MS : 0);
      const today = dateOfEpochDay(Math.floor(atMs / DAY_MS));
      const closes = simulatedCloses(options.seed, instrument, { from: context.from, to: today });
      return ok({
        quote: {
          price: simulatedTick(options, instrument, atMs),
          currency: ref.currency,
          marketAtMs: atMs,
          previousClose: previousClose(options.seed, instrument, atMs),
          dayVolume: simulatedVolume(options.seed, instrument, atMs),
        },
        // The day that is not over yet has no close.
        closes: closes
          .filter(({ on }) => on < today)
          .map((close) => ({
            ...close,
            currency: ref.currency,
            volume: simulatedVolume(options.seed, instrument, (epochDay(close.on) + 1) * DAY_MS - 1),
          })),
        splits: [],
        providerSymbol: instrument.key,
        providerName: null,
      });
    },
  };
}

/** The price of an instant with the fault in force: a spike triples one tick in ten seconds. */
export function simulatedTick(
  market: Pick<SimulatorOptions, 'seed' | 'fault'>,
  instrument: SimulatedInstrument,
  atMs: number,
): Decimal {
  const price = simulatedPrice(market.seed, instrument, atMs);
  const isSpike = market.fault === 'spike' && Math.floor(atMs / 1_000) % SPIKE_EVERY_SECONDS === 0;
  return isSpike ? price.times(SPIKE_FACTOR) : price;
}

/** Close of the day before an instant. */
export function previousClose(seed: number, instrument: SimulatedInstrument, atMs: number): Decimal {
  return simulatedPrice(seed, instrument, Math.floor(atMs / DAY_MS) * DAY_MS - 1);
}
