/**
 * Prices: what one unit of an instrument was worth, who said so and when.
 * Prices are kept as traded (not adjusted for later splits), so a stored close never changes its meaning.
 */
import { DAY_MS, Decimal, type LocalDate } from '#kernel';
import type { InstrumentKind } from './instrument.ts';

/** Who can be asked for a price. */
export const LIVE_PROVIDERS = [
  'coinmarketcap',
  'yahoo',
  'twelve_data',
  'financial_times',
  'file',
  'simulator',
] as const;
export type LiveProviderName = (typeof LIVE_PROVIDERS)[number];

export const PRICE_PROVIDERS = [...LIVE_PROVIDERS, 'manual'] as const;
export type PriceProviderName = (typeof PRICE_PROVIDERS)[number];

/** A price as it is stored. */
export interface Price {
  readonly instrumentId: string;
  readonly price: Decimal;
  readonly currency: string;
  readonly provider: PriceProviderName;
  /** When the market made it, and when we heard. */
  readonly marketAtMs: number;
  readonly fetchedAtMs: number;
  /** True when later splits are already folded in; Cactus stores prices as traded, so this is false today. */
  readonly isAdjusted: boolean;
  /** Last price of the previous trading day; null when unknown. */
  readonly previousClose: Decimal | null;
  /** Units traded on its day so far; absent when nobody says. */
  readonly dayVolume?: Decimal;
}

export type MissingPriceReason = 'never_fetched' | 'unknown_symbol' | 'quarantined' | 'provider_failed' | 'cash';

/** The newest price of an instrument with its doubts, or why there is none. */
export type LatestPrice =
  | (Price & {
      readonly state: 'priced';
      readonly isStale: boolean;
      readonly isSimulated: boolean;
      readonly isManual: boolean;
    })
  | { readonly state: 'missing'; readonly instrumentId: string; readonly reason: MissingPriceReason };

export interface DailyPrice {
  readonly instrumentId: string;
  readonly on: LocalDate;
  readonly price: Decimal;
  readonly currency: string;
  readonly provider: PriceProviderName;
}

const MINUTE_MS = 60_000;
/**
 * A price older than this is called stale. Coins trade all the time; shares pause for a long weekend of four days;
 * funds publish once a day and late; a person's own figure is worth a month.
 */
const STALE_AFTER_MS: Readonly<Record<InstrumentKind, number>> = {
  crypto: 15 * MINUTE_MS,
  stock: 4 * DAY_MS,
  etf: 4 * DAY_MS,
  fund: 7 * DAY_MS,
  bond: 7 * DAY_MS,
  cash: 4 * DAY_MS,
  other: 7 * DAY_MS,
};
const MANUAL_STALE_AFTER_MS = 31 * DAY_MS;
const SIMULATED_STALE_AFTER_MS = 2 * MINUTE_MS;

/** True when the price is too old for its kind to be shown as today's. */
export function isStalePrice(
  price: Pick<Price, 'provider' | 'marketAtMs'>,
  kind: InstrumentKind,
  atMs: number,
): boolean {
  const ageMs = atMs - price.marketAtMs;
  if (price.provider === 'manual') return ageMs > MANUAL_STALE_AFTER_MS;
  if (price.provider === 'simulator') return ageMs > SIMULATED_STALE_AFTER_MS;
  return ageMs > STALE_AFTER_MS[kind];
}

const JUMP_PERCENT_MAX = 50n; // No listed thing halves or doubles between two looks without a split or a mistake.
const JUMP_REFERENCE_AGE_MAX_MS = 7 * DAY_MS; // An older reference says nothing about today.
const CLOCK_SKEW_MAX_MS = 5 * MINUTE_MS;

export type PriceDoubt = 'not_positive' | 'wrong_currency' | 'absurd_jump' | 'from_the_future' | 'providers_disagree';

export interface PriceCheck {
  readonly candidate: Pick<Price, 'price' | 'currency' | 'marketAtMs'>;
  readonly reference: Pick<Price, 'price' | 'currency' | 'marketAtMs'> | null;
  /** Currency the instrument must be quoted in; null when any will do (coins). */
  readonly currency: string | null;
  /** Product of the splits between the two prices (new units per old one); one when there was none. */
  readonly splitRatio: Decimal;
  readonly atMs: number;
}

/** Says what is wrong with a price, or null when it may be used. A doubtful price is quarantined, never stored as good. */
export function doubtOf({ candidate, reference, currency, splitRatio, atMs }: PriceCheck): PriceDoubt | null {
  if (candidate.price.sign <= 0) return 'not_positive';
  if (currency !== null && candidate.currency !== currency) return 'wrong_currency';
  if (candidate.marketAtMs > atMs + CLOCK_SKEW_MAX_MS) return 'from_the_future';
  if (!reference || reference.currency !== candidate.currency) return null;
  if (candidate.marketAtMs - reference.marketAtMs > JUMP_REFERENCE_AGE_MAX_MS) return null;
  const comparable = candidate.price.times(splitRatio);
  const move = comparable.minus(reference.price).absolute().times(Decimal.of(100n));
  return move.compare(reference.price.times(Decimal.of(JUMP_PERCENT_MAX))) > 0 ? 'absurd_jump' : null;
}
