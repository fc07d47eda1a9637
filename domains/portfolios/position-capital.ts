/**
 * What changes a position's units or cost without a purchase or a sale: splits, bonus shares, capital returned.
 * Method: fully paid bonus shares spread the old cost over old and new units and take the dates of the old ones (Spain: Ley
 * 35/2006 del IRPF, art. 37.1.a). Capital returned lowers cost; what goes beyond the cost of a lot is counted as realised
 * gain. Charges are expensed, because they are in no cost.
 */
import { assert, Decimal } from '#kernel';
import { apportion, type Lot, openLotsOf, replaceLots, splitLots, spread } from './lot.ts';
import { addExpenses, matchOf, type TakeOptions } from './position-units.ts';
import { type Position, recountOpenCost } from './position.ts';
import type { BookEvent } from './posting.ts';

/** New units for old ones. A custodian may charge for it; the split itself moves no money. */
export function applySplit(position: Position, event: BookEvent, rate: Decimal | null): void {
  assert(event.splitRatio, 'position: a split has a ratio');
  position.quantity = splitLots(position.lots, event.splitRatio);
  addExpenses(position, { ...event, rate });
}

/** Free new units: every lot grows in proportion, keeps its day and its cost. */
export function applyBonus(position: Position, event: BookEvent, rate: Decimal | null): void {
  const newUnits = position.quantity.plus(event.quantity ?? Decimal.zero);
  position.quantity = splitLots(position.lots, { newUnits, oldUnits: position.quantity });
  addExpenses(position, { ...event, rate });
}

/** Money back out of the capital: lowers the cost of the lots by their units; beyond the cost of one it is a gain. */
export function returnCapital(position: Position, event: BookEvent, { rate, onMatch }: TakeOptions): void {
  const { figures, lots } = position;
  const open = openLotsOf(lots);
  const units = open.map((lot) => lot.quantity);
  const returned = event.amount ?? Decimal.zero;
  const returnedBase = rate && returned.times(rate);
  const own = spread(returned, units);
  const base = returnedBase ? spread(returnedBase, units) : [];
  const lowered = open.map((lot, index) => {
    const share = base[index] ?? null;
    const back = lot.costBase && share && smaller(share, lot.costBase);
    const gain = share && back && share.minus(back);
    figures.realised.add(gain);
    if (gain?.sign !== 0) onMatch?.({ ...matchOf(event, lot), ...beyondCost(gain) });
    const costBase = lot.costBase && back && lot.costBase.minus(back);
    return { ...lot, cost: ownCostLeft(lot, { event, share: own[index] ?? null, costBase }), costBase };
  });
  replaceLots(lots, lowered);
  recountOpenCost(position);
  figures.invested.add(returnedBase && returnedBase.negated());
  addExpenses(position, { ...event, rate });
}

/** Capital returned beyond cost: a gain of no units and no cost, all of it of the price. */
function beyondCost(gain: Decimal | null) {
  const { zero } = Decimal;
  const charges = { openingFeeBase: zero, openingTaxBase: zero, closingFeeBase: zero, closingTaxBase: zero };
  const figures = { proceedsBase: gain, costBase: zero, gainBase: gain, priceGainBase: gain, fxGainBase: gain && zero };
  return { quantity: zero, ...figures, ...charges };
}

/** What is left of a lot's cost in its own currency: less its share of the money, by the base cost when that is another. */
function ownCostLeft(
  lot: Lot,
  facts: { readonly event: BookEvent; readonly share: Decimal | null; readonly costBase: Decimal | null },
): Decimal {
  const { event, share, costBase } = facts;
  if (lot.currency === event.currency) return share ? lot.cost.minus(smaller(share, lot.cost)) : lot.cost;
  if (!costBase || !lot.costBase || lot.costBase.isZero) return lot.cost;
  const [left] = apportion([lot.cost], { part: costBase.rounded(18, 'half-even'), whole: lot.costBase });
  return left ?? lot.cost;
}

function smaller(left: Decimal, right: Decimal): Decimal {
  return left.compare(right) < 0 ? left : right;
}
