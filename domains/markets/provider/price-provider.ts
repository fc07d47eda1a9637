/**
 * Price provider port: what every source of prices promises. Prices are exact Decimals as traded; days are days of the
 * exchange. A provider says no with a reason; a broken world is a Fault. One conformance suite holds all adapters to it.
 */
import type { Decimal, LocalDate, Result } from '#kernel';
import type { InstrumentKind } from '../instrument.ts';

/** What a provider needs to know to find an instrument. */
export interface InstrumentRef {
  readonly kind: InstrumentKind;
  readonly symbol: string | null;
  readonly isin: string | null;
  readonly currency: string;
  /** Its name at this provider when already known; nothing else is tried then. */
  readonly providerSymbol: string | null;
}

export interface Quote {
  readonly price: Decimal;
  readonly currency: string;
  readonly marketAtMs: number;
  readonly previousClose: Decimal | null;
}

export interface DailyClose {
  readonly on: LocalDate;
  /** Last price of the day as traded then: later splits are not folded in. */
  readonly close: Decimal;
  readonly currency: string;
}

export interface Split {
  readonly on: LocalDate;
  /** New units per old one. */
  readonly ratio: Decimal;
}

export interface PriceAnswer {
  /** Null when the provider knows the instrument and has no price of now. */
  readonly quote: Quote | null;
  /** Oldest first; days without a market are left out. */
  readonly closes: readonly DailyClose[];
  readonly splits: readonly Split[];
  readonly providerSymbol: string;
  readonly providerName: string | null;
}

export interface FetchContext {
  /** First day of closes wanted. */
  readonly from: LocalDate;
  readonly signal: AbortSignal;
  /** Waits for a turn; called before each request that leaves the process. */
  spend(): Promise<void>;
}

/** `unknown_symbol` when it has never heard of it, `wrong_currency` when it only quotes it in another currency. */
export type PriceRefusal = 'unknown_symbol' | 'wrong_currency' | 'unreadable_price';

export interface PriceProvider {
  readonly name: 'yahoo' | 'simulator';
  canPrice(ref: InstrumentRef): boolean;
  /** One look: price of now and closes since a day. Throws a `Fault` (`provider_…`) when the provider fails. */
  fetchPrices(ref: InstrumentRef, context: FetchContext): Promise<Result<PriceAnswer, PriceRefusal>>;
}

export interface PublishedRate {
  readonly currency: string;
  readonly on: LocalDate;
  readonly unitsPerEur: Decimal;
}

export type RateSpan = 'newest' | 'quarter' | 'all';

export interface RateProvider {
  readonly name: 'ecb';
  /** Published euro rates. Throws a `Fault` (`provider_…`) when the provider fails. */
  fetchRates(span: RateSpan, signal: AbortSignal): Promise<readonly PublishedRate[]>;
}
