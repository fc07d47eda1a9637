/** Exchange rates: units of the quote currency per one unit of the base, crossed through the euro. */
import { Decimal, type LocalDate } from '#kernel';

export interface FxPair {
  readonly base: string;
  readonly quote: string;
}

export interface FxRate {
  /** Units of `quote` per one `base`. */
  readonly rate: Decimal;
  /** The older of the two days the rate was made from: weekends carry Friday forward. */
  readonly on: LocalDate;
  readonly isSimulated: boolean;
}

export interface EuroRate {
  readonly currency: string;
  readonly on: LocalDate;
  readonly unitsPerEur: Decimal;
  readonly isSimulated: boolean;
}

const CROSS_DIGITS = 18; // Beyond what any bank quotes; a product with a 12-digit amount stays below 40 digits.

/** Crosses two euro rates: `quote per base = (quote per EUR) / (base per EUR)`. */
export function crossRate(base: EuroRate, quote: EuroRate): FxRate {
  const isBaseEuro = base.unitsPerEur.equals(Decimal.one);
  const rate = isBaseEuro
    ? quote.unitsPerEur
    : quote.unitsPerEur.dividedBy(base.unitsPerEur, CROSS_DIGITS, 'half-even');
  return { rate, on: base.on < quote.on ? base.on : quote.on, isSimulated: base.isSimulated || quote.isSimulated };
}
