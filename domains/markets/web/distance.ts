/** How far a live price is from the nearest trigger of a rule, as a ratio of the price; exact until the last division. */
import { Decimal } from '#kernel';

export interface TriggerPrices {
  readonly upperPrice: string | null;
  readonly lowerPrice: string | null;
}

const RATIO_DIGITS = 6;

/** Decimal text of the ratio; zero when the price is at or beyond the trigger; null without a trigger. */
export function distanceRatio(triggers: TriggerPrices, priceText: string): string | null {
  const price = Decimal.from(priceText);
  const up = triggers.upperPrice === null ? null : Decimal.from(triggers.upperPrice).minus(price);
  const down = triggers.lowerPrice === null ? null : price.minus(Decimal.from(triggers.lowerPrice));
  const gaps = [up, down].filter((gap) => gap !== null).map((gap) => (gap.sign < 0 ? Decimal.zero : gap));
  const [first, second = first] = gaps;
  if (!first || !second || price.isZero) return null;
  const nearest = first.compare(second) <= 0 ? first : second;
  return nearest.dividedBy(price, RATIO_DIGITS, 'half-even').toString();
}
