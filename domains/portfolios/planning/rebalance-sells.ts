/**
 * Sales of a plan: what each sleeve has too much of, taken where it costs least tax. Units: base currency, exact.
 * Method: a sale takes the lots of its position in their order, so each position is a row of segments (one lot each, cut at
 * whole tradable units); at every step the segment at the head with the lowest gain per euro is sold, over all sleeves at
 * once, until the excess is gone or the next unit would cause more tax than the budget. A larger budget goes the same way
 * further, so nothing is sold under a small budget that a larger one would keep.
 */
import { Decimal } from '#kernel';
import { ratioOfBps } from './model.ts';
import type { HeldPosition, PlannedTrade, RebalanceOptions, Reasons } from './rebalance-types.ts';

export interface SaleableSleeve {
  readonly key: string;
  /** Value to part with. */
  readonly excess: Decimal;
  /** How much of the excess only keeps away from the edge of a band. */
  readonly slack: Decimal;
  readonly positions: readonly HeldPosition[];
}

interface Segment {
  readonly from: Decimal;
  readonly to: Decimal;
  /** Gain per unit of value; null when a cost is unknown. */
  readonly gainRatio: Decimal | null;
}

interface Row {
  readonly position: HeldPosition;
  readonly sleeveKey: string;
  readonly slack: Decimal;
  readonly segments: readonly Segment[];
  readonly unitDigits: number;
  next: number;
  sold: Decimal;
}

const SHARE_DIGITS = 18;

/** Plans the sales. `unitDigitsOf` says how finely an instrument trades; a whole position may always be closed. */
export function planSales(
  sleeves: readonly SaleableSleeve[],
  rules: {
    readonly options: RebalanceOptions;
    readonly unitDigitsOf: (instrumentId: string) => number;
    readonly reasons: Reasons;
  },
): PlannedTrade[] {
  const { options, reasons } = rules;
  const left = new Map(sleeves.map(({ key, excess }) => [key, excess]));
  const rows = sleeves.flatMap((sleeve) =>
    sleeve.positions.map((position) => rowOf(position, sleeve, rules.unitDigitsOf)),
  );
  let allowance = allowanceOf(options);
  for (
    let head = cheapestHead(rows, left, allowance !== null);
    head;
    head = cheapestHead(rows, left, allowance !== null)
  ) {
    const { row, segment } = head;
    const { unitPrice } = row.position;
    const wanted = wantedUnits(row, segment, left.get(row.sleeveKey) ?? Decimal.zero);
    const units = allowance === null ? wanted : affordableUnits(row, { segment, wanted, allowance });
    if (!units.isZero) {
      const gain = gainOf(row.position, { from: row.sold, to: row.sold.plus(units) });
      if (allowance !== null && gain) allowance = allowance.minus(gain);
      row.sold = row.sold.plus(units);
      left.set(row.sleeveKey, (left.get(row.sleeveKey) ?? Decimal.zero).minus(units.times(unitPrice)));
    }
    if (units.compare(wanted) < 0) {
      for (const [key, excess] of left) if (excess.sign > 0) reasons.add(key, 'tax_budget');
      break;
    }
    if (row.sold.equals(segment.to)) row.next += 1;
    // Less than half a unit is left to sell: this position is done.
    else row.next = row.segments.length;
  }
  noteUnknownCosts(rows, { left, reasons, hasBudget: allowance !== null });
  return rows.filter(({ sold }) => !sold.isZero).flatMap((row) => tradeOf(row, options, reasons) ?? []);
}

/** Gains that fit the budget of tax; null is no limit. */
function allowanceOf({ taxBudget, taxRateBps }: RebalanceOptions): Decimal | null {
  if (taxBudget === null || taxRateBps === 0) return null;
  return taxBudget.dividedBy(ratioOfBps(taxRateBps), SHARE_DIGITS, 'down');
}

/** Cost of the first `quantity` units in the order a sale takes them, as the ledger itself will share it. */
function costOfFirst({ lots }: HeldPosition, quantity: Decimal): Decimal | null {
  let missing = quantity;
  let cost = Decimal.zero;
  for (const lot of lots) {
    if (missing.sign <= 0) break;
    if (lot.costBase === null) return null;
    const isWhole = lot.quantity.compare(missing) <= 0;
    const share = isWhole
      ? lot.costBase
      : lot.costBase.times(missing).dividedBy(lot.quantity, SHARE_DIGITS, 'half-even');
    cost = cost.plus(share);
    missing = isWhole ? missing.minus(lot.quantity) : Decimal.zero;
  }
  return cost;
}

function gainOf(position: HeldPosition, span: { readonly from: Decimal; readonly to: Decimal }): Decimal | null {
  const [before, upTo] = [costOfFirst(position, span.from), costOfFirst(position, span.to)];
  return before && upTo && span.to.minus(span.from).times(position.unitPrice).minus(upTo.minus(before));
}

function rowOf(
  position: HeldPosition,
  { key: sleeveKey, slack }: SaleableSleeve,
  unitDigitsOf: (instrumentId: string) => number,
): Row {
  const unitDigits = unitDigitsOf(position.instrumentId);
  const segments: Segment[] = [];
  let held = Decimal.zero;
  let from = Decimal.zero;
  for (const [index, lot] of position.lots.entries()) {
    held = held.plus(lot.quantity);
    const isLast = index === position.lots.length - 1;
    const edges = isLast ? [held.rounded(unitDigits, 'down'), position.quantity] : [held.rounded(unitDigits, 'down')];
    for (const to of edges) {
      if (to.compare(from) <= 0) continue;
      const value = to.minus(from).times(position.unitPrice);
      const gain = gainOf(position, { from, to });
      segments.push({ from, to, gainRatio: gain && gain.dividedBy(value, SHARE_DIGITS, 'half-even') });
      from = to;
    }
  }
  return { position, sleeveKey, slack, segments, unitDigits, next: 0, sold: Decimal.zero };
}

/** The head with the lowest gain per euro; under a budget what it costs must be known. Of two alike the earlier row. */
function cheapestHead(
  rows: readonly Row[],
  left: ReadonlyMap<string, Decimal>,
  hasBudget: boolean,
): { readonly row: Row; readonly segment: Segment } | null {
  let best: { readonly row: Row; readonly segment: Segment } | null = null;
  for (const row of rows) {
    const segment = row.segments[row.next];
    if (!segment || (left.get(row.sleeveKey) ?? Decimal.zero).sign <= 0) continue;
    if (hasBudget && segment.gainRatio === null) continue;
    if (!best || isCheaper(segment, best.segment)) best = { row, segment };
  }
  return best;
}

function isCheaper(one: Segment, than: Segment): boolean {
  if (one.gainRatio === null) return false;
  return than.gainRatio === null || one.gainRatio.compare(than.gainRatio) < 0;
}

/**
 * Units nearest to the excess, within the segment; the stub that closes a position goes whole or not. To the edge of a band
 * never fewer than reach it: a hair outside is outside.
 */
function wantedUnits(row: Row, segment: Segment, excess: Decimal): Decimal {
  const size = segment.to.minus(row.sold);
  const { unitPrice } = row.position;
  const nearest = excess.dividedBy(unitPrice, SHARE_DIGITS, 'half-up').rounded(row.unitDigits, 'half-up');
  const units = row.slack.isZero
    ? nearest
    : largerOf(nearest, unitsToReach(excess.minus(row.slack), unitPrice, row.unitDigits));
  return units.compare(size) >= 0 ? size : units;
}

/** The least tradable quantity worth at least `value`; none for nothing. */
export function unitsToReach(value: Decimal, unitPrice: Decimal, digits: number): Decimal {
  if (value.sign <= 0) return Decimal.zero;
  const below = value.dividedBy(unitPrice, digits, 'down');
  return below.times(unitPrice).compare(value) < 0 ? below.plus(Decimal.of(1n, digits)) : below;
}

export function largerOf(one: Decimal, other: Decimal): Decimal {
  return one.compare(other) >= 0 ? one : other;
}

/** As many of the wanted units as the allowance of gain pays for. */
function affordableUnits(
  row: Row,
  want: { readonly segment: Segment; readonly wanted: Decimal; readonly allowance: Decimal },
): Decimal {
  const { wanted, allowance } = want;
  const fits = (units: Decimal): boolean => {
    const gain = gainOf(row.position, { from: row.sold, to: row.sold.plus(units) });
    return gain !== null && gain.compare(allowance) <= 0;
  };
  if (wanted.isZero || fits(wanted)) return wanted;
  // Whole tradable units, by halving: within a segment the gain grows with the units.
  let [low, high] = [0n, wanted.rounded(row.unitDigits, 'down').unitsAt(row.unitDigits)];
  while (low < high) {
    const middle = (low + high + 1n) / 2n;
    if (fits(Decimal.of(middle, row.unitDigits))) low = middle;
    else high = middle - 1n;
  }
  return Decimal.of(low, row.unitDigits);
}

function noteUnknownCosts(
  rows: readonly Row[],
  { left, reasons, hasBudget }: { left: ReadonlyMap<string, Decimal>; reasons: Reasons; hasBudget: boolean },
): void {
  if (!hasBudget) return;
  for (const row of rows) {
    const isWanted = (left.get(row.sleeveKey) ?? Decimal.zero).sign > 0;
    if (isWanted && row.segments[row.next]?.gainRatio === null) reasons.add(row.sleeveKey, 'cost_unknown');
  }
}

/** The sale of a position, or null when it is below the least trade or its fee eats it. */
function tradeOf(row: Row, options: RebalanceOptions, reasons: Reasons): PlannedTrade | null {
  const { position, sold: quantity, sleeveKey } = row;
  const value = quantity.times(position.unitPrice);
  const charge = chargeOf(value, options);
  if (value.compare(options.minTrade) < 0 || value.compare(charge) <= 0) {
    reasons.add(sleeveKey, 'min_trade');
    return null;
  }
  const gain = gainOf(position, { from: Decimal.zero, to: quantity });
  const { portfolioId, accountId, instrumentId, unitPrice } = position;
  const names = { portfolioId, accountId, instrumentId, sleeveKey };
  return { side: 'sell', ...names, quantity, unitPrice, value, charge, gain: gain && gain.minus(charge) };
}

/** What a trade of this value costs: the fixed part and the share of it. */
export function chargeOf(value: Decimal, { feeFixed, feeBps }: Pick<RebalanceOptions, 'feeFixed' | 'feeBps'>): Decimal {
  return feeFixed.plus(value.times(ratioOfBps(feeBps)));
}
