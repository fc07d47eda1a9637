/**
 * Alert rules: when what the market shows makes a rule fire. Pure and exact: prices and volumes are Decimals, percentages
 * are percent. Live evaluation and the back-test both walk a rule with `stepAlert`, so that one says what the other does.
 * Method: a rule has an upper and/or a lower trigger; its zone says where the last seen figure stood. Entering
 * `high` or `low` from the other side fires; staying does not. After firing, a re-arming rule waits until the figure
 * comes back past the trigger by its hysteresis. A tick that jumps over the whole band fires on the side it lands on.
 */
import { Decimal } from '#kernel';
import type { InstrumentKind } from './instrument.ts';

export const ALERT_CONDITIONS = [
  'above',
  'below',
  'percent_move',
  'percent_up',
  'percent_down',
  'drawdown',
  'volume_above',
  'volume_times',
] as const;
export type AlertCondition = (typeof ALERT_CONDITIONS)[number];
export type AlertRepeat = 'once' | 'rearming';
export type AlertZone = 'unknown' | 'inside' | 'high' | 'low';

export interface AlertTerms {
  readonly condition: AlertCondition;
  /** A price for `above` and `below`, units for `volume_above`, a multiple for `volume_times`, a percentage for the others. */
  readonly threshold: Decimal;
  /** Fixed reference of a percent rule; null means the previous close of the day. */
  readonly referencePrice: Decimal | null;
  /** Days whose highest close a `drawdown` falls from; null means all that is stored. */
  readonly windowDays: number | null;
  readonly hysteresisPercent: Decimal;
}

export interface AlertState {
  readonly zone: AlertZone;
  /** The reference of a day rule when it was last compared; another one is another day. */
  readonly zoneReference: Decimal | null;
}

/** What is known at one moment. Figures of other days are in the units of this day: splits in between are folded in. */
export interface Observation {
  readonly price: Decimal;
  /** Last price of the previous trading day. */
  readonly previousClose: Decimal | null;
  /** Units traded on this day so far. */
  readonly dayVolume?: Decimal | null;
  /** Mean units a day over `USUAL_VOLUME_DAYS` whole days before this one; null while fewer are known. */
  readonly usualVolume?: Decimal | null;
  /** Highest close of the rule's window before this day. */
  readonly highestClose?: Decimal | null;
}

/** A working month: one odd day does not move the mean much, and last season is forgotten. */
export const USUAL_VOLUME_DAYS = 20;

export interface Triggers {
  readonly upper: Decimal | null;
  readonly lower: Decimal | null;
  readonly reference: Decimal | null;
}

export interface AlertStep {
  readonly state: AlertState;
  /** The trigger that was crossed, a price or a volume as the rule has it; null when nothing fires. */
  readonly crossed: Decimal | null;
}

/** Nobody counts units of these: funds have no market, and what coins trade differs from venue to venue. */
const UNCOUNTED_KINDS: ReadonlySet<InstrumentKind> = new Set(['crypto', 'fund', 'cash']);
const HUNDRED = Decimal.of(100n);
const PERCENT = Decimal.of(1n, 2);

/** True for a rule about how much is traded, whose triggers are units and not prices. */
export function isVolumeRule({ condition }: Pick<AlertTerms, 'condition'>): boolean {
  return condition === 'volume_above' || condition === 'volume_times';
}

/** What triggers a rule now; null when what it is measured from is not known yet. */
export function triggersOf(terms: AlertTerms, seen: Partial<Observation>): Triggers | null {
  const { condition, threshold } = terms;
  if (condition === 'above' || condition === 'volume_above') return { upper: threshold, lower: null, reference: null };
  if (condition === 'below') return { upper: null, lower: threshold, reference: null };
  if (condition === 'volume_times') {
    const usual = seen.usualVolume ?? null;
    return usual && usual.sign > 0 ? { upper: usual.times(threshold), lower: null, reference: usual } : null;
  }
  const reference = condition === 'drawdown' ? highOf(seen) : (terms.referencePrice ?? seen.previousClose ?? null);
  if (!reference) return null;
  const up = percentOf(reference, HUNDRED.plus(threshold));
  const down = percentOf(reference, HUNDRED.minus(threshold));
  const onlyFalls = condition === 'percent_down' || condition === 'drawdown';
  return {
    upper: onlyFalls ? null : up,
    // A fall of 100 % or more leaves no price to cross.
    lower: condition === 'percent_up' || down.sign <= 0 ? null : down,
    reference,
  };
}

/** True when nothing the market does can ever trigger the rule. */
export function isUnreachable({ condition, threshold }: AlertTerms): boolean {
  return (condition === 'percent_down' || condition === 'drawdown') && threshold.compare(HUNDRED) >= 0;
}

/** Why a rule cannot be; null when it can. */
export function termsRefusal(
  terms: AlertTerms,
  { kind }: { readonly kind: InstrumentKind },
): 'threshold_unreachable' | 'volume_not_counted' | null {
  if (isUnreachable(terms)) return 'threshold_unreachable';
  return isVolumeRule(terms) && UNCOUNTED_KINDS.has(kind) ? 'volume_not_counted' : null;
}

const RESTATED_DIGITS = 18;

/**
 * The same rule after a split: what it says in prices is divided by the ratio, what it says in units multiplied, so that it
 * means what it meant. Percentages and multiples mean the same before and after.
 */
export function restateTerms(terms: AlertTerms, splitRatio: Decimal): AlertTerms {
  const inNewUnits = (price: Decimal): Decimal => price.dividedBy(splitRatio, RESTATED_DIGITS, 'half-even');
  const { condition, threshold, referencePrice } = terms;
  if (condition === 'above' || condition === 'below') return { ...terms, threshold: inNewUnits(threshold) };
  if (condition === 'volume_above') return { ...terms, threshold: threshold.times(splitRatio) };
  return referencePrice ? { ...terms, referencePrice: inNewUnits(referencePrice) } : terms;
}

/** Moves a rule by what was seen. Never fires on the first figure it sees. */
export function stepAlert(
  rule: { readonly terms: AlertTerms; readonly state: AlertState },
  seen: Observation,
): AlertStep {
  const { terms, state } = rule;
  const triggers = triggersOf(terms, seen);
  const figure = isVolumeRule(terms) ? (seen.dayVolume ?? null) : seen.price;
  if (!triggers || !figure) return { state, crossed: null };
  const zoneReference = dayMarkOf(terms, seen);
  const known = isNewDay(state, zoneReference) ? 'inside' : state.zone;
  const reached = zoneOf(triggers, figure);
  if (known === 'unknown') return { state: { zone: reached, zoneReference }, crossed: null };
  if (reached !== 'inside' && reached !== known) {
    return { state: { zone: reached, zoneReference }, crossed: reached === 'high' ? triggers.upper : triggers.lower };
  }
  const isBack = reached === 'inside' && isRearmed(terms, triggers, { zone: known, figure });
  return { state: { zone: isBack ? 'inside' : known, zoneReference }, crossed: null };
}

/** Where a figure stands: touching a trigger counts as reaching it. */
export function zoneOf(triggers: Triggers, figure: Decimal): Exclude<AlertZone, 'unknown'> {
  if (triggers.upper && figure.compare(triggers.upper) >= 0) return 'high';
  if (triggers.lower && figure.compare(triggers.lower) <= 0) return 'low';
  return 'inside';
}

/** The state a rule starts with (or starts anew) from what is seen now; without it it waits for the first figure. */
export function initialState(terms: AlertTerms, seen: Observation | null): AlertState {
  const unseen: AlertState = { zone: 'unknown', zoneReference: null };
  return seen ? stepAlert({ terms, state: unseen }, seen).state : unseen;
}

/** Percent a figure must still move to its nearest trigger, two decimals; zero when it is already there. */
export function distancePercent(triggers: Triggers, figure: Decimal): Decimal | null {
  if (figure.sign <= 0) return null;
  const gaps = [triggers.upper?.minus(figure), triggers.lower ? figure.minus(triggers.lower) : undefined]
    .filter((gap) => gap !== undefined)
    .map((gap) => (gap.sign < 0 ? Decimal.zero : gap));
  const [first = Decimal.zero, second = first] = gaps;
  const nearest = first.compare(second) <= 0 ? first : second;
  return nearest.times(HUNDRED).dividedBy(figure, 2, 'half-even');
}

/** The high a fall is measured from: a new high of today counts at once. */
function highOf({ highestClose, price }: Partial<Observation>): Decimal | null {
  if (!highestClose || !price) return highestClose ?? null;
  return highestClose.compare(price) >= 0 ? highestClose : price;
}

/** The previous close tells one trading day from the next, whatever zone its exchange keeps. */
function dayMarkOf(terms: AlertTerms, { previousClose }: Observation): Decimal | null {
  const isDayRule = isVolumeRule(terms) || (terms.condition.startsWith('percent') && terms.referencePrice === null);
  return isDayRule ? previousClose : null;
}

function isNewDay(state: AlertState, dayMark: Decimal | null): boolean {
  return state.zoneReference !== null && dayMark !== null && !state.zoneReference.equals(dayMark);
}

function isRearmed(
  terms: AlertTerms,
  triggers: Triggers,
  from: { readonly zone: AlertZone; readonly figure: Decimal },
): boolean {
  if (from.zone === 'high' && triggers.upper) {
    return from.figure.compare(percentOf(triggers.upper, HUNDRED.minus(terms.hysteresisPercent))) <= 0;
  }
  if (from.zone === 'low' && triggers.lower) {
    return from.figure.compare(percentOf(triggers.lower, HUNDRED.plus(terms.hysteresisPercent))) >= 0;
  }
  return true;
}

function percentOf(value: Decimal, percent: Decimal): Decimal {
  return value.times(percent).times(PERCENT);
}
