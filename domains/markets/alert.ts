/**
 * Alert rules: when a price crossing makes a rule fire. Pure and exact: prices are Decimals, percentages are percent.
 * Method: a rule has an upper and/or a lower trigger price; its zone says where the last seen price stood. Entering
 * `high` or `low` from the other side fires; staying does not. After firing, a re-arming rule waits until the price
 * comes back past the trigger by its hysteresis. A tick that jumps over the whole band fires on the side it lands on.
 */
import { Decimal } from '#kernel';

export type AlertCondition = 'above' | 'below' | 'percent_move' | 'percent_up' | 'percent_down';
export type AlertRepeat = 'once' | 'rearming';
export type AlertZone = 'unknown' | 'inside' | 'high' | 'low';

export interface AlertTerms {
  readonly condition: AlertCondition;
  /** A price for `above` and `below`, a percentage for the others. */
  readonly threshold: Decimal;
  /** Fixed reference of a percent rule; null means the previous close of the day. */
  readonly referencePrice: Decimal | null;
  readonly hysteresisPercent: Decimal;
}

export interface AlertState {
  readonly zone: AlertZone;
  /** The reference of a day rule when it was last compared; another one is another day. */
  readonly zoneReference: Decimal | null;
}

export interface Triggers {
  readonly upper: Decimal | null;
  readonly lower: Decimal | null;
  readonly reference: Decimal | null;
}

export interface AlertStep {
  readonly state: AlertState;
  /** The trigger price that was crossed; null when nothing fires. */
  readonly crossed: Decimal | null;
}

const HUNDRED = Decimal.of(100n);
const PERCENT = Decimal.of(1n, 2);

/** The prices that trigger a rule now; null when a day rule has no previous close to start from. */
export function triggersOf(terms: AlertTerms, previousClose: Decimal | null): Triggers | null {
  if (terms.condition === 'above') return { upper: terms.threshold, lower: null, reference: null };
  if (terms.condition === 'below') return { upper: null, lower: terms.threshold, reference: null };
  const reference = terms.referencePrice ?? previousClose;
  if (!reference) return null;
  const up = percentOf(reference, HUNDRED.plus(terms.threshold));
  const down = percentOf(reference, HUNDRED.minus(terms.threshold));
  return {
    upper: terms.condition === 'percent_down' ? null : up,
    // A fall of 100 % or more leaves no price to cross.
    lower: terms.condition === 'percent_up' || down.sign <= 0 ? null : down,
    reference,
  };
}

/** True when no price can ever trigger the rule. */
export function isUnreachable(terms: AlertTerms): boolean {
  return terms.condition === 'percent_down' && terms.threshold.compare(HUNDRED) >= 0;
}

/** Moves a rule by one price. Never fires on the first price it sees. */
export function stepAlert(
  rule: { readonly terms: AlertTerms; readonly state: AlertState },
  price: { readonly price: Decimal; readonly previousClose: Decimal | null },
): AlertStep {
  const { terms, state } = rule;
  const triggers = triggersOf(terms, price.previousClose);
  if (!triggers) return { state, crossed: null };
  const zoneReference = isDayRule(terms) ? triggers.reference : null;
  const known = isNewDay(terms, state, triggers.reference) ? 'inside' : state.zone;
  const reached = zoneOf(triggers, price.price);
  if (known === 'unknown') return { state: { zone: reached, zoneReference }, crossed: null };
  if (reached !== 'inside' && reached !== known) {
    return { state: { zone: reached, zoneReference }, crossed: reached === 'high' ? triggers.upper : triggers.lower };
  }
  const isBack = reached === 'inside' && isRearmed(terms, triggers, { zone: known, price: price.price });
  return { state: { zone: isBack ? 'inside' : known, zoneReference }, crossed: null };
}

/** Where a price stands: touching a trigger counts as reaching it. */
export function zoneOf(triggers: Triggers, price: Decimal): Exclude<AlertZone, 'unknown'> {
  if (triggers.upper && price.compare(triggers.upper) >= 0) return 'high';
  if (triggers.lower && price.compare(triggers.lower) <= 0) return 'low';
  return 'inside';
}

/** The state a rule starts with (or starts anew) from the price of now; without one it waits for the first. */
export function initialState(
  terms: AlertTerms,
  price: { readonly price: Decimal; readonly previousClose: Decimal | null } | null,
): AlertState {
  const unseen: AlertState = { zone: 'unknown', zoneReference: null };
  return price ? stepAlert({ terms, state: unseen }, price).state : unseen;
}

/** Percent the price must still move to its nearest trigger, two decimals; zero when it is already there. */
export function distancePercent(triggers: Triggers, price: Decimal): Decimal {
  const gaps = [triggers.upper?.minus(price), triggers.lower ? price.minus(triggers.lower) : undefined]
    .filter((gap) => gap !== undefined)
    .map((gap) => (gap.sign < 0 ? Decimal.zero : gap));
  const [first = Decimal.zero, second = first] = gaps;
  const nearest = first.compare(second) <= 0 ? first : second;
  return nearest.times(HUNDRED).dividedBy(price, 2, 'half-even');
}

function isDayRule(terms: AlertTerms): boolean {
  return terms.condition.startsWith('percent') && terms.referencePrice === null;
}

function isNewDay(terms: AlertTerms, state: AlertState, reference: Decimal | null): boolean {
  if (!isDayRule(terms) || !state.zoneReference || !reference) return false;
  return !state.zoneReference.equals(reference);
}

function isRearmed(
  terms: AlertTerms,
  triggers: Triggers,
  from: { readonly zone: AlertZone; readonly price: Decimal },
): boolean {
  if (from.zone === 'high' && triggers.upper) {
    return from.price.compare(percentOf(triggers.upper, HUNDRED.minus(terms.hysteresisPercent))) <= 0;
  }
  if (from.zone === 'low' && triggers.lower) {
    return from.price.compare(percentOf(triggers.lower, HUNDRED.plus(terms.hysteresisPercent))) >= 0;
  }
  return true;
}

function percentOf(value: Decimal, percent: Decimal): Decimal {
  return value.times(percent).times(PERCENT);
}
