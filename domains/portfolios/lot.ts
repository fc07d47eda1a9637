/**
 * Lots: what was acquired together, on one day at one cost. Units: `cost` in the lot's own currency with purchase fees
 * inside, `costBase` the same money in the portfolio's currency at the day's rate (null when no rate is known). The lots of
 * a short position have negative units and a negative cost: what they brought in, less fees.
 * Method: a sale takes the lots it names, else lots in the order of its `LotMethod`. A part of a lot takes its share of the
 * cost and of the charges, rounded half-even to 18 decimals; the rest keeps exactly what remains, so no money is made or lost.
 */
import { assert, Decimal, type LocalDate } from '#kernel';
import type { LotPick, SplitRatio } from './ledger-event.ts';

export interface Lot {
  readonly openedBy: string;
  readonly openedOn: LocalDate;
  readonly quantity: Decimal;
  readonly currency: string;
  readonly cost: Decimal;
  readonly costBase: Decimal | null;
  /** What opening it was charged, at the day's rate: the fee is inside `costBase`, the tax is not. Null as `costBase` is. */
  readonly feeBase: Decimal | null;
  readonly taxBase: Decimal | null;
}

/** Open lots in the order they were opened. Lots before `first` are used up; kept until compaction, so that taking is O(1). */
export interface OpenLots {
  items: Lot[];
  first: number;
}

const SHARE_DIGITS = 18; // The finest unit any chain uses, and far below a cent of cost.
/** Below this a remainder is the dust of rounding, not a holding: it closes with the sale that left it. */
export const QUANTITY_RESIDUE = Decimal.of(1n, 9);
const COMPACT_AFTER_COUNT = 256; // Copies rarely, and never keeps more dead lots than this or half of the list.

export function noLots(): OpenLots {
  return { items: [], first: 0 };
}

export function openLotsOf(lots: OpenLots): readonly Lot[] {
  return lots.first === 0 ? lots.items : lots.items.slice(lots.first);
}

export function addLot(lots: OpenLots, lot: Lot): void {
  lots.items.push(lot);
}

/** Adds lots that bring their own days, each behind those of its day or earlier, so that the oldest still go first. */
export function insertLots(lots: OpenLots, arrived: readonly Lot[]): void {
  lots.items = [...openLotsOf(lots), ...arrived].toSorted((a, b) =>
    a.openedOn < b.openedOn ? -1 : a.openedOn > b.openedOn ? 1 : 0,
  );
  lots.first = 0;
}

/** Puts other lots in the place of the open ones. */
export function replaceLots(lots: OpenLots, items: readonly Lot[]): void {
  lots.items = [...items];
  lots.first = 0;
}

/** Which lots a sale takes: oldest, newest, dearest first, or all at their average cost (oldest dates first). */
export const LOT_METHODS = ['fifo', 'lifo', 'hifo', 'average'] as const;
export type LotMethod = (typeof LOT_METHODS)[number];

/**
 * Takes `quantity` (without sign) in the order of the method and returns the parts taken. The caller has checked that
 * enough is held. `everything` closes the position, dust included.
 */
export function takeLots(lots: OpenLots, quantity: Decimal | 'everything', method: LotMethod): Lot[] {
  if (method === 'average') averageCosts(lots);
  const taken: Lot[] = [];
  let missing = quantity;
  while (missing === 'everything' || missing.sign > 0) {
    const index = nextIndex(lots, method);
    const lot = lots.items[index];
    if (!lot) {
      assert(missing === 'everything', 'lots: more was taken than is held');
      break;
    }
    const size = lot.quantity.absolute();
    if (missing === 'everything' || size.compare(missing) <= 0) {
      taken.push(lot);
      removeAt(lots, index);
      if (missing !== 'everything') missing = missing.minus(size);
      continue;
    }
    const [part, rest] = divideLot(lot, lot.quantity.sign < 0 ? missing.negated() : missing);
    taken.push(part);
    lots.items[index] = rest;
    missing = Decimal.zero;
  }
  if (lots.first > COMPACT_AFTER_COUNT && lots.first * 2 > lots.items.length) {
    lots.items = lots.items.slice(lots.first);
    lots.first = 0;
  }
  return taken;
}

/** Takes the lots that a sale names. The caller has checked with `canTakeNamed` that they are there. */
export function takeNamedLots(lots: OpenLots, picks: readonly LotPick[]): Lot[] {
  const planned = planNamed(lots, picks);
  assert(planned, 'lots: a named lot is not held');
  const taken: Lot[] = [];
  const rests = new Map<number, Lot | null>();
  for (const { index, quantity } of planned) {
    const known = rests.get(index);
    const lot = known === undefined ? lots.items[index] : known;
    assert(lot, 'lots: a lot is named beyond its units');
    const isWhole = lot.quantity.compare(quantity) === 0;
    const [part, rest] = isWhole ? [lot, null] : divideLot(lot, quantity);
    taken.push(part);
    rests.set(index, rest);
  }
  const kept = lots.items.flatMap((lot, index) => {
    if (index < lots.first) return [];
    const rest = rests.get(index);
    return rest === undefined ? [lot] : rest === null ? [] : [rest];
  });
  replaceLots(lots, kept);
  return taken;
}

/** True when every named lot holds what is named of it. */
export function canTakeNamed(lots: OpenLots, picks: readonly LotPick[]): boolean {
  return planNamed(lots, picks) !== null;
}

/** Which lots the names mean: those of the day (and of the purchase, where one is named), oldest recording first. */
function planNamed(lots: OpenLots, picks: readonly LotPick[]): { index: number; quantity: Decimal }[] | null {
  const left = new Map<number, Decimal>();
  const planned: { index: number; quantity: Decimal }[] = [];
  for (const { openedOn, openedBy, quantity } of picks) {
    let missing = quantity;
    for (let index = lots.first; index < lots.items.length && missing.sign > 0; index += 1) {
      const lot = lots.items[index];
      if (!lot || lot.openedOn !== openedOn || (openedBy !== null && lot.openedBy !== openedBy)) continue;
      const held = left.get(index) ?? lot.quantity;
      if (held.sign <= 0) continue;
      const taken = held.compare(missing) <= 0 ? held : missing;
      planned.push({ index, quantity: taken });
      left.set(index, held.minus(taken));
      missing = missing.minus(taken);
    }
    if (missing.sign > 0) return null;
  }
  return planned;
}

function nextIndex(lots: OpenLots, method: LotMethod): number {
  if (method === 'lifo') return Math.max(lots.first, lots.items.length - 1);
  if (method !== 'hifo') return lots.first;
  let dearest = lots.first;
  for (let index = lots.first + 1; index < lots.items.length; index += 1) {
    const [best, lot] = [lots.items[dearest], lots.items[index]];
    if (best && lot && isDearer(lot, best)) dearest = index;
  }
  return dearest;
}

/** By cost of one unit, compared without dividing; of two alike the older one stays. */
function isDearer(lot: Lot, than: Lot): boolean {
  const inBase = lot.costBase && than.costBase;
  const [left, right] = inBase ? [lot.costBase, than.costBase] : [lot.cost, than.cost];
  return left.times(than.quantity).compare(right.times(lot.quantity)) > 0;
}

function removeAt(lots: OpenLots, index: number): void {
  if (index === lots.first) lots.first += 1;
  else if (index === lots.items.length - 1) lots.items.pop();
  else lots.items.splice(index, 1);
}

/** Gives every lot the cost of its units at the average; the last one takes what is left, so the total does not move. */
function averageCosts(lots: OpenLots): void {
  const open = openLotsOf(lots);
  const isOneCurrency = open.every((lot) => lot.currency === open[0]?.currency);
  const costs = isOneCurrency ? averaged(open, (lot) => lot.cost) : null;
  const basis = averaged(open, (lot) => lot.costBase);
  const fees = averaged(open, (lot) => lot.feeBase);
  const taxes = averaged(open, (lot) => lot.taxBase);
  lots.items = open.map((lot, index) => ({
    ...lot,
    cost: costs?.[index] ?? lot.cost,
    costBase: basis?.[index] ?? lot.costBase,
    feeBase: fees?.[index] ?? lot.feeBase,
    taxBase: taxes?.[index] ?? lot.taxBase,
  }));
  lots.first = 0;
}

function averaged(open: readonly Lot[], costOfLot: (lot: Lot) => Decimal | null): Decimal[] | null {
  const known = open.map(costOfLot).filter((cost) => cost !== null);
  if (known.length !== open.length) return null;
  const total = Decimal.sum(known);
  if (total.isZero && known.every((cost) => cost.isZero)) return null;
  const quantity = Decimal.sum(open.map((lot) => lot.quantity));
  let left = total;
  return open.map((lot, index) => {
    const share = index === open.length - 1 ? left : shareOf(total, lot.quantity, quantity);
    left = left.minus(share);
    return share;
  });
}

/**
 * Multiplies every lot by the ratio; cost stays. Each lot ends where the running total rounded to 18 decimals says, so
 * the lots add up to the rounded position exactly. Returns the new total.
 */
export function splitLots(lots: OpenLots, ratio: SplitRatio): Decimal {
  let before = Decimal.zero;
  let after = Decimal.zero;
  lots.items = openLotsOf(lots).map((lot) => {
    before = before.plus(lot.quantity);
    const total = before.times(ratio.newUnits).dividedBy(ratio.oldUnits, SHARE_DIGITS, 'half-even');
    const quantity = total.minus(after);
    after = total;
    return { ...lot, quantity };
  });
  lots.first = 0;
  return after;
}

function divideLot(lot: Lot, quantity: Decimal): [part: Lot, rest: Lot] {
  const share = (money: Decimal | null): Decimal | null =>
    money && (money.isZero ? money : shareOf(money, quantity, lot.quantity));
  const money = {
    cost: shareOf(lot.cost, quantity, lot.quantity),
    costBase: share(lot.costBase),
    feeBase: share(lot.feeBase),
    taxBase: share(lot.taxBase),
  };
  return [
    { ...lot, ...money, quantity },
    { ...withoutMoney(lot, money), quantity: lot.quantity.minus(quantity) },
  ];
}

type LotMoney = Pick<Lot, 'cost' | 'costBase' | 'feeBase' | 'taxBase'>;

/** A lot less money that went elsewhere; what is unknown stays unknown. */
function withoutMoney(lot: Lot, gone: LotMoney): Lot {
  const less = (own: Decimal | null, part: Decimal | null): Decimal | null => own && part && own.minus(part);
  return {
    ...lot,
    cost: lot.cost.minus(gone.cost),
    costBase: less(lot.costBase, gone.costBase),
    feeBase: less(lot.feeBase, gone.feeBase),
    taxBase: less(lot.taxBase, gone.taxBase),
  };
}

/**
 * Divides the cost and the charges of lots: `part / whole` of them goes, the rest is kept; units are the caller's. An unknown
 * share moves no money that is known and leaves base figures unknown on both sides.
 */
export function divideCost(
  lots: readonly Lot[],
  share: { readonly part: Decimal; readonly whole: Decimal } | null,
): { readonly gone: Lot[]; readonly kept: Lot[] } {
  const shareOfEach = (moneyOf: (lot: Lot) => Decimal | null): (Decimal | null)[] =>
    share ? apportion(lots.map(moneyOf), share) : lots.map(() => null);
  const own = shareOfEach((lot) => lot.cost);
  const base = shareOfEach((lot) => lot.costBase);
  const fees = shareOfEach((lot) => lot.feeBase);
  const taxes = shareOfEach((lot) => lot.taxBase);
  const gone = lots.map((lot, index) => ({
    ...lot,
    cost: own[index] ?? Decimal.zero,
    costBase: base[index] ?? null,
    feeBase: fees[index] ?? null,
    taxBase: taxes[index] ?? null,
  }));
  return { gone, kept: lots.map((lot, index) => withoutMoney(lot, gone[index] ?? lot)) };
}

/**
 * `part / whole` of each figure, in order: the running total rounded to 18 decimals says where each share ends, so the
 * shares add up to the rounded share of the total. Unknown figures stay unknown.
 */
export function apportion(
  figures: readonly (Decimal | null)[],
  { part, whole }: { readonly part: Decimal; readonly whole: Decimal },
): (Decimal | null)[] {
  let before = Decimal.zero;
  let given = Decimal.zero;
  return figures.map((figure) => {
    if (!figure) return null;
    before = before.plus(figure);
    const upTo = shareOf(before, part, whole);
    const share = upTo.minus(given);
    given = upTo;
    return share;
  });
}

/** Divides money over units in proportion; the last one takes what is left, so not even a rounding is made or lost. */
export function spread(money: Decimal, units: readonly Decimal[]): Decimal[] {
  if (money.isZero || units.length === 1) return units.map(() => money);
  const shares = apportion(units, { part: money, whole: Decimal.sum(units) }).map((share) => share ?? Decimal.zero);
  const last = shares.pop();
  return last ? [...shares, money.minus(Decimal.sum(shares))] : [];
}

function shareOf(whole: Decimal, part: Decimal, total: Decimal): Decimal {
  return whole.times(part).dividedBy(total, SHARE_DIGITS, 'half-even');
}
