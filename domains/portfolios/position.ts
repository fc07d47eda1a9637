/**
 * Position: one instrument in one account, as its events leave it. Units: money figures are in the portfolio's base
 * currency at each event's own rate; lots keep their own currency too. A short position has negative units, lots and cost
 * (what it brought in), so that value less cost is its gain like that of any other.
 * Method: purchase fees are part of cost, sale fees reduce proceeds, taxes are never either: they are counted apart.
 * For every position, exactly: realised + unrealised + income + transferred - expensed fees - taxes == value - invested.
 * `position-fold.ts` applies events; what each kind does is in `position-units.ts`, `position-moves.ts` and
 * `position-capital.ts`.
 */
import { Decimal, type LocalDate } from '#kernel';
import { type Lot, noLots, openLotsOf, type OpenLots } from './lot.ts';
import { PartialSum } from './partial-sum.ts';

export interface PositionFigures {
  /** Gain of sales: proceeds less sale fees, less cost. */
  readonly realised: PartialSum;
  readonly income: PartialSum;
  /** Every fee, those inside cost and proceeds included. */
  readonly fees: PartialSum;
  /** Fees that are in no cost and no proceeds: they lower profit by themselves. */
  readonly feesExpensed: PartialSum;
  readonly taxes: PartialSum;
  /** Stated value of units transferred out, less their cost: a gain that left, not a sale. */
  readonly transferred: PartialSum;
  /** Cost of units that left without a stated value: an outflow no posting carries, because only the lots know it. */
  readonly leftAtCost: PartialSum;
  /** Money put in less money taken out, as the position sees it. */
  readonly invested: PartialSum;
}

/** Quantity held at the end of each day that changed it; floats, for the chart only. */
export interface QuantitySteps {
  readonly days: number[];
  readonly quantities: number[];
}

/** Unit price of the position's own purchases, sales and transfers by day; floats, for the chart only. */
export interface TradeSteps {
  readonly days: number[];
  readonly closes: number[];
  currency: string;
}

/** What each day put into a position and took out of it, both positive, in base currency; NaN while a rate is unknown. */
export interface MoneySteps {
  readonly days: number[];
  readonly in: number[];
  readonly out: number[];
  /** `figures.invested` as far as it is noted. */
  noted: Decimal;
  notedUnknownCount: number;
}

/** Cost of the open lots, kept as they change, so that a page never walks the lots. */
export interface OpenCost {
  readonly base: PartialSum;
  readonly byCurrency: Map<string, Decimal>;
}

export interface Position {
  readonly instrumentId: string;
  readonly accountId: string;
  quantity: Decimal;
  readonly lots: OpenLots;
  readonly figures: PositionFigures;
  readonly openCost: OpenCost;
  readonly steps: QuantitySteps;
  readonly trades: TradeSteps;
  /** Cost of units that left without a stated value, by epoch day; floats, for the chart only (NaN is unknown). */
  readonly leftByDay: Map<number, number>;
  /** Money put in and taken out by day, as the position sees it; floats, for statistics only. */
  readonly money: MoneySteps;
  lastDate: LocalDate | null;
  eventCount: number;
}

export function emptyPosition(accountId: string, instrumentId: string): Position {
  return {
    instrumentId,
    accountId,
    quantity: Decimal.zero,
    lots: noLots(),
    figures: emptyFigures(),
    openCost: { base: new PartialSum(), byCurrency: new Map() },
    steps: { days: [], quantities: [] },
    trades: { days: [], closes: [], currency: '' },
    leftByDay: new Map(),
    money: { days: [], in: [], out: [], noted: Decimal.zero, notedUnknownCount: 0 },
    lastDate: null,
    eventCount: 0,
  };
}

export function emptyFigures(): PositionFigures {
  return {
    realised: new PartialSum(),
    income: new PartialSum(),
    fees: new PartialSum(),
    feesExpensed: new PartialSum(),
    taxes: new PartialSum(),
    transferred: new PartialSum(),
    leftAtCost: new PartialSum(),
    invested: new PartialSum(),
  };
}

/** Total base cost of some lots; null while the rate of any of them is unknown. */
export function costOf(lots: readonly Lot[]): Decimal | null {
  let total = Decimal.zero;
  for (const lot of lots) {
    if (!lot.costBase) return null;
    total = total.plus(lot.costBase);
  }
  return total;
}

export function addOpenCost({ byCurrency }: OpenCost, currency: string, cost: Decimal): void {
  byCurrency.set(currency, (byCurrency.get(currency) ?? Decimal.zero).plus(cost));
}

/** Adds up the cost of the open lots again, after something changed many of them at once. */
export function recountOpenCost({ lots, openCost }: Position): void {
  openCost.base.known = Decimal.zero;
  openCost.base.unknownCount = 0;
  openCost.byCurrency.clear();
  for (const lot of openLotsOf(lots)) {
    openCost.base.add(lot.costBase);
    addOpenCost(openCost, lot.currency, lot.cost);
  }
}
