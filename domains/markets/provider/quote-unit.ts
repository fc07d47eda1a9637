/** Quote units that are hundredths of a currency: pence, agorot and cents of a rand become whole units, and nothing else does. */
import { Decimal } from '#kernel';

const SUBUNITS: Readonly<Record<string, string>> = { GBp: 'GBP', GBX: 'GBP', ILA: 'ILS', ZAc: 'ZAR', ZAC: 'ZAR' };
const HUNDREDTH = Decimal.of(1n, 2);

export interface QuoteUnit {
  /** Currency of the whole unit. */
  readonly currency: string;
  /** Whole units in one quoted unit: one, or a hundredth. */
  readonly factor: Decimal;
}

/** The currency that a provider's unit belongs to, and what to multiply its prices by. */
export function quoteUnitOf(quoted: string): QuoteUnit {
  const whole = Object.hasOwn(SUBUNITS, quoted) ? SUBUNITS[quoted] : undefined;
  return whole === undefined ? { currency: quoted, factor: Decimal.one } : { currency: whole, factor: HUNDREDTH };
}
