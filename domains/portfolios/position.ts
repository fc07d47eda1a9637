/**
 * Position: one instrument in one account, folded from its events in order. Units: money figures are in the portfolio's
 * base currency at each event's own rate; lots keep their own currency too.
 * Method: purchase fees are part of cost, sale fees reduce proceeds, taxes are never either: they are counted apart.
 * For every position, exactly: realised + unrealised + income + transferred - expensed fees - taxes == value - invested.
 */
import { assert, Decimal, epochDay, type LocalDate, ok, refuse, type Result } from '#kernel';
import {
  addLot,
  type Lot,
  type LotMethod,
  noLots,
  openLotsOf,
  type OpenLots,
  QUANTITY_RESIDUE,
  splitLots,
  takeLots,
} from './lot.ts';
import { PartialSum } from './partial-sum.ts';
import type { BookEvent } from './posting.ts';

/** One part of one sale matched to the lot it came from. Base figures are null when an exchange rate is missing. */
export interface LotMatch {
  readonly instrumentId: string;
  readonly accountId: string;
  readonly soldBy: string;
  readonly soldOn: LocalDate;
  readonly openedBy: string;
  readonly openedOn: LocalDate;
  readonly quantity: Decimal;
  readonly proceedsBase: Decimal | null;
  readonly costBase: Decimal | null;
  readonly gainBase: Decimal | null;
}

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
  lastDate: LocalDate | null;
  eventCount: number;
}

export type PositionRefusal = 'sells_more_than_held' | 'splits_nothing_held';

/** An event the position could not take, with the fact that explains it. The event has no effect on any figure. */
export interface RefusedEvent {
  readonly event: BookEvent;
  readonly code: PositionRefusal;
  readonly held: Decimal;
}

export interface FoldOptions {
  /** Base currency per unit of the event's currency, null when unknown. */
  readonly rateOf: (event: BookEvent) => Decimal | null;
  readonly onMatch?: ((match: LotMatch) => void) | undefined;
  /** First in, first out when left out. */
  readonly method?: LotMethod | undefined;
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

/**
 * Folds events (by day, then by order of recording) into the position. A sale that its file lists before that day's
 * purchase waits for it; what is still not covered at the end of its day is returned as refused.
 */
export function foldPosition(position: Position, events: readonly BookEvent[], options: FoldOptions): RefusedEvent[] {
  const refused: RefusedEvent[] = [];
  let waiting: BookEvent[] = [];
  const settleDay = (): void => {
    for (const event of waiting) {
      const result = applyToPosition(position, event, options);
      if (!result.ok) refused.push({ event, code: result.code, held: position.quantity });
    }
    waiting = [];
  };
  for (const event of events) {
    assert(!position.lastDate || event.date >= position.lastDate, 'position: events must come in order');
    if (waiting[0] && waiting[0].date !== event.date) settleDay();
    if (!applyToPosition(position, event, options).ok) waiting.push(event);
  }
  settleDay();
  return refused;
}

/** Applies one event; a refusal leaves the position untouched. */
export function applyToPosition(
  position: Position,
  event: BookEvent,
  options: FoldOptions,
): Result<null, PositionRefusal> {
  const rate = options.rateOf(event);
  if (takesUnits(event)) {
    const wanted = event.quantity ?? Decimal.zero;
    if (wanted.minus(position.quantity).compare(QUANTITY_RESIDUE) >= 0)
      return refuse('sells_more_than_held', { held: position.quantity.toString(), wanted: wanted.toString() });
    takeUnits(position, event, { rate, onMatch: options.onMatch, method: options.method ?? 'fifo' });
  } else if (event.type === 'split') {
    if (position.quantity.isZero) return refuse('splits_nothing_held');
    assert(event.splitRatio, 'position: a split has a ratio');
    position.quantity = splitLots(position.lots, event.splitRatio);
    addMoney(position, event, rate); // A custodian may charge for it; the split itself moves no money.
  } else if (addsUnits(event)) {
    addUnits(position, event, rate);
  } else {
    addMoney(position, event, rate);
  }
  noteStep(position, event.date);
  noteTrade(position, event);
  position.lastDate = event.date;
  position.eventCount += 1;
  return ok(null);
}

/** True for events that need units to be there. */
export function takesUnits(event: Pick<BookEvent, 'type' | 'instrumentId'>): boolean {
  return event.instrumentId !== null && (event.type === 'sell' || event.type === 'transfer_out');
}

export function addsUnits(event: Pick<BookEvent, 'type' | 'instrumentId'>): boolean {
  return event.instrumentId !== null && ['buy', 'transfer_in', 'opening'].includes(event.type);
}

function addUnits(position: Position, event: BookEvent, rate: Decimal | null): void {
  const { figures } = position;
  const quantity = event.quantity ?? Decimal.zero;
  const cost = (event.amount ?? Decimal.zero).plus(event.fee);
  const costBase = rate && cost.times(rate);
  const tax = rate && event.tax.times(rate);
  const { currency, date: openedOn, id: openedBy } = event;
  const lot = { openedBy, openedOn, quantity, currency, cost, costBase };
  addLot(position.lots, lot);
  position.openCost.base.add(costBase);
  addOpenCost(position.openCost, currency, cost);
  position.quantity = position.quantity.plus(quantity);
  figures.fees.add(rate && event.fee.times(rate));
  figures.taxes.add(tax);
  figures.invested.add(costBase && tax && costBase.plus(tax));
}

interface TakeOptions {
  readonly rate: Decimal | null;
  readonly onMatch: FoldOptions['onMatch'];
  readonly method: LotMethod;
}

function takeUnits(position: Position, event: BookEvent, { rate, onMatch, method }: TakeOptions): void {
  const { figures } = position;
  const wanted = event.quantity ?? Decimal.zero;
  const left = position.quantity.minus(wanted);
  const closes = left.compare(QUANTITY_RESIDUE) < 0;
  const taken = takeLots(position.lots, closes ? 'everything' : wanted, method);
  position.quantity = closes ? Decimal.zero : left;
  const cost = costOf(taken);
  const unknownBefore = position.openCost.base.unknownCount;
  for (const lot of taken) {
    position.openCost.base.takeBack(lot.costBase);
    addOpenCost(position.openCost, lot.currency, lot.cost.negated());
  }
  // A part of a lot with an unknown rate leaves a rest that is as unknown.
  position.openCost.base.unknownCount = unknownLotsOf(position.lots, unknownBefore);
  const fee = rate && event.fee.times(rate);
  const tax = rate && event.tax.times(rate);
  figures.fees.add(fee);
  figures.taxes.add(tax);
  if (event.type === 'sell') {
    const proceeds = rate && (event.amount ?? Decimal.zero).minus(event.fee).times(rate);
    figures.realised.add(proceeds && cost && proceeds.minus(cost));
    figures.invested.add(proceeds && tax && tax.minus(proceeds));
    if (onMatch) matchLots({ event, taken, proceeds, onMatch });
    return;
  }
  // Without a stated value the units leave at their cost: what they had gained goes with them.
  const value = event.amount === null ? cost : rate && event.amount.times(rate);
  if (event.amount === null) {
    const day = epochDay(event.date);
    figures.leftAtCost.add(cost);
    position.leftByDay.set(day, (position.leftByDay.get(day) ?? 0) + (cost?.toStatistic() ?? Number.NaN));
  }
  figures.feesExpensed.add(fee);
  figures.transferred.add(value && cost && value.minus(cost));
  figures.invested.add(value && fee && tax && fee.plus(tax).minus(value));
}

/** Spreads the proceeds over the lots by quantity; the last part takes what is left, so nothing is made or lost. */
function matchLots(sale: {
  readonly event: BookEvent;
  readonly taken: readonly Lot[];
  readonly proceeds: Decimal | null;
  readonly onMatch: (match: LotMatch) => void;
}): void {
  const { event, taken, proceeds, onMatch } = sale;
  const total = Decimal.sum(taken.map((lot) => lot.quantity));
  let left = proceeds;
  for (const [index, lot] of taken.entries()) {
    const isLast = index === taken.length - 1;
    const share = isLast ? left : proceeds && proceeds.times(lot.quantity).dividedBy(total, 18, 'half-even');
    left = left && share && left.minus(share);
    onMatch({
      instrumentId: event.instrumentId ?? '',
      accountId: event.accountId,
      soldBy: event.id,
      soldOn: event.date,
      openedBy: lot.openedBy,
      openedOn: lot.openedOn,
      quantity: lot.quantity,
      proceedsBase: share,
      costBase: lot.costBase,
      gainBase: share && lot.costBase && share.minus(lot.costBase),
    });
  }
}

/** Dividends, interest, fees and taxes that name the instrument. */
function addMoney(position: Position, event: BookEvent, rate: Decimal | null): void {
  const { figures } = position;
  const amount = event.amount ?? Decimal.zero;
  const isIncome = event.type === 'dividend' || event.type === 'interest';
  const gross = isIncome ? amount : Decimal.zero;
  const fee = event.type === 'fee' ? event.fee.plus(amount) : event.fee;
  const tax = event.type === 'tax' ? event.tax.plus(amount) : event.tax;
  figures.income.add(rate && gross.times(rate));
  figures.fees.add(rate && fee.times(rate));
  figures.feesExpensed.add(rate && fee.times(rate));
  figures.taxes.add(rate && tax.times(rate));
  figures.invested.add(rate && fee.plus(tax).minus(gross).times(rate));
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

function addOpenCost({ byCurrency }: OpenCost, currency: string, cost: Decimal): void {
  byCurrency.set(currency, (byCurrency.get(currency) ?? Decimal.zero).plus(cost));
}

/** How many open lots have no base cost; counted again only when some may be. */
function unknownLotsOf(lots: OpenLots, before: number): number {
  return before === 0 ? 0 : openLotsOf(lots).filter((lot) => lot.costBase === null).length;
}

function noteTrade({ trades }: Position, event: BookEvent): void {
  const { amount, quantity, splitRatio } = event;
  const last = trades.closes.at(-1);
  if (splitRatio && last !== undefined) {
    // After a split one unit is worth its share of the last price, not that price.
    trades.days.push(epochDay(event.date));
    trades.closes.push((last * splitRatio.oldUnits.toStatistic()) / splitRatio.newUnits.toStatistic());
  }
  if (!amount || !quantity || amount.isZero || !(addsUnits(event) || takesUnits(event))) return;
  if (trades.currency !== event.currency) {
    // Prices in another currency are another column; the newest currency is the one kept.
    trades.days.length = 0;
    trades.closes.length = 0;
    trades.currency = event.currency;
  }
  const day = epochDay(event.date);
  const close = amount.toStatistic() / quantity.toStatistic();
  if (trades.days.at(-1) === day) trades.closes[trades.closes.length - 1] = close;
  else {
    trades.days.push(day);
    trades.closes.push(close);
  }
}

function noteStep(position: Position, date: LocalDate): void {
  const { days, quantities } = position.steps;
  const day = epochDay(date);
  const quantity = position.quantity.toStatistic();
  if (days.at(-1) === day) quantities[quantities.length - 1] = quantity;
  else if (quantities.at(-1) !== quantity) {
    days.push(day);
    quantities.push(quantity);
  }
}
