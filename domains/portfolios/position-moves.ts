/**
 * What moves from one instrument into another without a sale: the Spanish fund switch (traspaso), spin-offs and mergers.
 * Method: units and cost move lot by lot, each lot keeps its opening day, and what arrives adds up exactly to what left.
 * Neither income nor a flow across the portfolio's border: what the source gained lives on in the target. Charges are
 * expensed on the source. (Traspasos between funds: Ley 35/2006 del IRPF, art. 94.1.a.)
 */
import { Decimal } from '#kernel';
import { apportion, divideCost, insertLots, type Lot, openLotsOf, replaceLots, spread } from './lot.ts';
import type { PositionRefusal } from './position-fold.ts';
import { addExpenses, gainOf, matchOf, noCharges, takeFrom, type TakeOptions } from './position-units.ts';
import { addOpenCost, costOf, type Position, recountOpenCost } from './position.ts';
import type { BookEvent } from './posting.ts';

export interface Move {
  readonly position: Position;
  readonly target: Position;
}

/** Moves some units into another fund: their lots become lots of the target. */
export function moveInto({ position, target }: Move, event: BookEvent, take: TakeOptions): void {
  const lots = takeFrom(position, event.quantity ?? Decimal.zero, take.method);
  arrive({ position, target }, withUnits(lots, event.toQuantity ?? Decimal.zero));
  addExpenses(position, { ...event, rate: take.rate });
}

/** Gives part of the cost of every lot to new units of another instrument; the old units stay. */
export function spinOff({ position, target }: Move, event: BookEvent, rate: Decimal | null): PositionRefusal | null {
  const open = openLotsOf(position.lots);
  const share = costShareOf(open, event, rate);
  if (share === 'too_much') return 'moves_more_than_cost';
  const { gone, kept } = divideCost(open, share);
  replaceLots(position.lots, kept);
  recountOpenCost(position);
  arrive({ position, target }, withUnits(gone, event.toQuantity ?? Decimal.zero));
  addExpenses(position, { ...event, rate });
  return null;
}

/**
 * Turns every unit into units of the target. Cash paid on top realises its share: cash / (cash + units received x price);
 * the rest of every lot's cost moves.
 */
export function mergeInto({ position, target }: Move, event: BookEvent, take: TakeOptions): void {
  const { figures } = position;
  const { rate, onMatch } = take;
  const cash = event.amount ?? Decimal.zero;
  const toQuantity = event.toQuantity ?? Decimal.zero;
  const whole = cash.plus(toQuantity.times(event.price ?? Decimal.zero));
  const lots = takeFrom(position, 'everything', take.method);
  if (cash.isZero || whole.isZero) {
    arrive({ position, target }, withUnits(lots, toQuantity));
  } else {
    const part = { part: cash, whole };
    const cashBase = rate && cash.times(rate);
    const { gone: sold, kept: rest } = divideCost(lots, part);
    const cost = costOf(sold);
    figures.realised.add(cashBase && cost && cashBase.minus(cost));
    figures.invested.add(cashBase && cashBase.negated());
    if (onMatch) matchCash({ event, sold, part, cashBase, rateIn: take.rateIn, onMatch });
    arrive({ position, target }, withUnits(rest, toQuantity));
  }
  addExpenses(position, { ...event, rate });
}

/** The share of the units that the cash paid for, lot by lot. */
function matchCash(paid: {
  readonly event: BookEvent;
  readonly sold: readonly Lot[];
  readonly part: { readonly part: Decimal; readonly whole: Decimal };
  readonly cashBase: Decimal | null;
  readonly rateIn: TakeOptions['rateIn'];
  readonly onMatch: NonNullable<TakeOptions['onMatch']>;
}): void {
  const { event, sold, part, cashBase, rateIn, onMatch } = paid;
  const units = sold.map((lot) => lot.quantity);
  const quantities = apportion(units, part);
  const proceeds = cashBase ? spread(cashBase, units) : [];
  for (const [index, lot] of sold.entries()) {
    const quantity = quantities[index] ?? Decimal.zero;
    const gain = gainOf({ proceedsBase: proceeds[index] ?? null, costBase: lot.costBase, lot, rateIn });
    onMatch({ ...matchOf(event, lot), quantity, ...gain, ...noCharges(lot) });
  }
}

/** The same lots with another number of units in all, each its share. */
function withUnits(lots: readonly Lot[], toQuantity: Decimal): Lot[] {
  const units = lots.map((lot) => lot.quantity);
  const shares = apportion(units, { part: toQuantity, whole: Decimal.sum(units) });
  return lots.map((lot, index) => ({ ...lot, quantity: shares[index] ?? Decimal.zero }));
}

/** Puts lots into the target and moves the money that both sides count as put in. */
function arrive({ position, target }: Move, lots: readonly Lot[]): void {
  const cost = costOf(lots);
  insertLots(target.lots, lots);
  target.quantity = target.quantity.plus(Decimal.sum(lots.map((lot) => lot.quantity)));
  for (const lot of lots) {
    target.openCost.base.add(lot.costBase);
    addOpenCost(target.openCost, lot.currency, lot.cost);
  }
  position.figures.invested.add(cost && cost.negated());
  target.figures.invested.add(cost);
}

/**
 * Which share of the cost a spin-off moves: the stated cost against the cost of all units, in their own currency when
 * that is the event's, else in base currency (and then never more than all). Null when a rate is missing.
 */
function costShareOf(
  open: readonly Lot[],
  event: BookEvent,
  rate: Decimal | null,
): { readonly part: Decimal; readonly whole: Decimal } | 'too_much' | null {
  const part = event.amount ?? Decimal.zero;
  const nothing = { part: Decimal.zero, whole: Decimal.one };
  if (part.isZero) return nothing;
  if (open.every((lot) => lot.currency === event.currency)) {
    const whole = Decimal.sum(open.map((lot) => lot.cost));
    return part.compare(whole) > 0 ? 'too_much' : { part, whole };
  }
  const whole = costOf(open)?.rounded(18, 'half-even');
  const partBase = rate && part.times(rate).rounded(18, 'half-even');
  if (!whole || !partBase) return null;
  if (whole.sign <= 0) return nothing;
  return { part: partBase.compare(whole) > 0 ? whole : partBase, whole };
}
