/**
 * Price provider port: what every source of prices promises. Prices are exact Decimals as traded; days are days of the
 * exchange. A provider says no with a reason; a broken world is a Fault. One conformance suite holds all adapters to it.
 */
import type { Decimal, LocalDate, Result } from '#kernel';
import type { InstrumentKind } from '../instrument.ts';
import type { LiveProviderName } from '../price.ts';
import type { FoundInstrument } from './search-answers.ts';

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
  /** Units traded on that day so far; absent when the provider does not say or counts something else. */
  readonly dayVolume?: Decimal;
}

export interface DailyClose {
  readonly on: LocalDate;
  /** Last price of the day as traded then: later splits are not folded in. */
  readonly close: Decimal;
  readonly currency: string;
  /** Units traded that day as they were then; absent when the provider does not say or counts something else. */
  readonly volume?: Decimal;
}

export interface Split {
  readonly on: LocalDate;
  /** New units per old one. */
  readonly ratio: Decimal;
}

export interface Dividend {
  /** First day on which a buyer no longer receives it. */
  readonly exDate: LocalDate;
  /** Gross, per unit as traded on that day. */
  readonly amount: Decimal;
  readonly currency: string;
}

export interface PriceAnswer {
  /** Null when the provider knows the instrument and has no price of now. */
  readonly quote: Quote | null;
  /** Oldest first; days without a market are left out. */
  readonly closes: readonly DailyClose[];
  readonly splits: readonly Split[];
  /** Absent when the provider tells none of them. */
  readonly dividends?: readonly Dividend[];
  readonly providerSymbol: string;
  readonly providerName: string | null;
}

export interface FetchContext {
  /** First day of closes wanted. */
  readonly from: LocalDate;
  readonly signal: AbortSignal;
  /** Waits for a turn and pays for it; called before each request that leaves the process. One credit unless told. */
  spend(creditCount?: number): Promise<void>;
}

/**
 * `unknown_symbol` when it has never heard of it, `wrong_currency` when it only quotes it in another currency,
 * `not_in_plan` when the key's plan leaves it out.
 */
export type PriceRefusal = 'unknown_symbol' | 'wrong_currency' | 'unreadable_price' | 'not_in_plan';

/** How hard a provider may be leaned on. Paces are kept by waiting, credits by stopping until the window ends. */
export interface Quota {
  readonly perMinute: number;
  /** Requests that may go at once before the pace holds them back. */
  readonly burst: number;
  /** Calendar windows in UTC; null where the provider names none. */
  readonly creditsPerDay: number | null;
  readonly creditsPerMonth: number | null;
}

export interface PriceProvider {
  readonly name: LiveProviderName;
  /** False for one that only says what something is worth now. */
  readonly hasHistory: boolean;
  readonly quota: Quota;
  canPrice(ref: InstrumentRef): boolean;
  /**
   * What it knows under a name, a symbol or an ISIN, best first; absent for one that cannot be searched. An empty list is an
   * answer. Throws a `Fault` (`provider_…`) when the provider fails.
   */
  search?(text: string, context: Omit<FetchContext, 'from'>): Promise<readonly FoundInstrument[]>;
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
