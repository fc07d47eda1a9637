/** Units that come and go one position at a time: purchases, sales, short sales and their covers, transfers, income. */
import { assert, Decimal, epochDay, type LocalDate } from '#kernel';
import type { LotPick } from './ledger-event.ts';
import {
  addLot,
  type Lot,
  type LotMethod,
  openLotsOf,
  type OpenLots,
  QUANTITY_RESIDUE,
  spread,
  takeLots,
  takeNamedLots,
} from './lot.ts';
import { addOpenCost, costOf, type Position } from './position.ts';
import type { BookEvent } from './posting.ts';

/** One part of one sale (or cover) matched to the lot it closes. Base figures are null when an exchange rate is missing. */
export interface LotMatch {
  readonly instrumentId: string;
  readonly accountId: string;
  readonly soldBy: string;
  readonly soldOn: LocalDate;
  readonly openedBy: string;
  readonly openedOn: LocalDate;
  /** Units closed, without sign; zero for capital returned beyond cost, which takes no units. */
  readonly quantity: Decimal;
  readonly proceedsBase: Decimal | null;
  readonly costBase: Decimal | null;
  readonly gainBase: Decimal | null;
  /** The two parts of the gain: of the price, and of the exchange rate that the lot's own cost had meanwhile. */
  readonly priceGainBase: Decimal | null;
  readonly fxGainBase: Decimal | null;
  /**
   * Shares of what opening and closing were charged. Of a purchase the fee is inside the cost, of a sale it is taken off the
   * proceeds; taxes are in neither.
   */
  readonly openingFeeBase: Decimal | null;
  readonly openingTaxBase: Decimal | null;
  readonly closingFeeBase: Decimal | null;
  readonly closingTaxBase: Decimal | null;
}

export interface TakeOptions {
  readonly rate: Decimal | null;
  /** Base currency per unit of another currency on the event's day. */
  readonly rateIn: (currency: string) => Decimal | null;
  readonly onMatch: ((match: LotMatch) => void) | undefined;
  readonly method: LotMethod;
}

/** A purchase, an opening or a transfer in: a lot at its cost, purchase fee inside. */
export function addUnits(position: Position, event: BookEvent, rate: Decimal | null): void {
  const cost = (event.amount ?? Decimal.zero).plus(event.fee);
  const tax = rate && event.tax.times(rate);
  const lot = openLot(position, event, { quantity: event.quantity ?? Decimal.zero, cost, rate });
  addCharges(position, event, rate);
  position.figures.invested.add(lot.costBase && tax && lot.costBase.plus(tax));
}

/** A short sale: a lot of units owed, whose negative cost is what it brought in less its fee. */
export function openShort(position: Position, event: BookEvent, rate: Decimal | null): void {
  const cost = event.fee.minus(event.amount ?? Decimal.zero);
  const tax = rate && event.tax.times(rate);
  const quantity = (event.quantity ?? Decimal.zero).negated();
  const lot = openLot(position, event, { quantity, cost, rate });
  addCharges(position, event, rate);
  position.figures.invested.add(lot.costBase && tax && lot.costBase.plus(tax));
}

/** A sale: its proceeds less its fee, against the cost of the lots it takes. */
export function sellUnits(position: Position, event: BookEvent, take: TakeOptions): void {
  const { figures } = position;
  const { rate } = take;
  const taken = takeFrom(position, event.quantity ?? Decimal.zero, event.lots ?? take.method);
  const cost = costOf(taken);
  const tax = rate && event.tax.times(rate);
  const proceeds = rate && (event.amount ?? Decimal.zero).minus(event.fee).times(rate);
  addCharges(position, event, rate);
  figures.realised.add(proceeds && cost && proceeds.minus(cost));
  figures.invested.add(proceeds && tax && tax.minus(proceeds));
  matchLots({ event, taken, money: proceeds, take });
}

/** A cover: what the short lots it closes brought in, less what it paid, fee inside. */
export function closeShort(position: Position, event: BookEvent, take: TakeOptions): void {
  const { figures } = position;
  const { rate } = take;
  const taken = takeFrom(position, event.quantity ?? Decimal.zero, take.method);
  const cost = costOf(taken);
  const tax = rate && event.tax.times(rate);
  const paid = rate && (event.amount ?? Decimal.zero).plus(event.fee).times(rate);
  addCharges(position, event, rate);
  figures.realised.add(paid && cost && cost.plus(paid).negated());
  figures.invested.add(paid && tax && paid.plus(tax));
  matchLots({ event, taken, money: paid, take });
}

/** Units that leave the portfolio: at their stated value, else at their cost. Not a sale. */
export function transferOut(position: Position, event: BookEvent, { rate, method }: TakeOptions): void {
  const { figures } = position;
  const cost = costOf(takeFrom(position, event.quantity ?? Decimal.zero, method));
  const fee = rate && event.fee.times(rate);
  const tax = rate && event.tax.times(rate);
  // Without a stated value the units leave at their cost: what they had gained goes with them.
  const value = event.amount === null ? cost : rate && event.amount.times(rate);
  if (event.amount === null) {
    const day = epochDay(event.date);
    figures.leftAtCost.add(cost);
    position.leftByDay.set(day, (position.leftByDay.get(day) ?? 0) + (cost?.toStatistic() ?? Number.NaN));
  }
  addCharges(position, event, rate);
  figures.feesExpensed.add(fee);
  figures.transferred.add(value && cost && value.minus(cost));
  figures.invested.add(value && fee && tax && fee.plus(tax).minus(value));
}

/** Dividends, interest, fees and taxes that name the instrument. A dividend paid on a short position is negative. */
export function addMoney(position: Position, event: BookEvent, rate: Decimal | null): void {
  const { figures } = position;
  const amount = event.amount ?? Decimal.zero;
  const isIncome = event.type === 'dividend' || event.type === 'interest';
  const gross = isIncome ? amount : Decimal.zero;
  const fee = event.type === 'fee' ? event.fee.plus(amount) : event.fee;
  const tax = event.type === 'tax' ? event.tax.plus(amount) : event.tax;
  figures.income.add(rate && gross.times(rate));
  figures.invested.add(rate && gross.negated().times(rate));
  addExpenses(position, { fee, tax, rate });
}

/** Charges of an event whose fee is in no cost and no proceeds: it lowers profit by itself. */
export function addExpenses(
  { figures }: Position,
  { fee, tax, rate }: { readonly fee: Decimal; readonly tax: Decimal; readonly rate: Decimal | null },
): void {
  figures.fees.add(rate && fee.times(rate));
  figures.feesExpensed.add(rate && fee.times(rate));
  figures.taxes.add(rate && tax.times(rate));
  figures.invested.add(rate && fee.plus(tax).times(rate));
}

/** Takes units out of the lots, the named ones or by method, and keeps the position's quantity and open cost in step. */
export function takeFrom(
  position: Position,
  wanted: Decimal | 'everything',
  order: LotMethod | readonly LotPick[],
): Lot[] {
  const { quantity, openCost, lots } = position;
  const left = wanted === 'everything' ? Decimal.zero : quantity.absolute().minus(wanted);
  const closes = left.compare(QUANTITY_RESIDUE) < 0;
  const units = closes ? 'everything' : wanted;
  // A sale of everything takes every lot, whatever it names.
  const isNamed = typeof order !== 'string';
  const taken = isNamed && !closes ? takeNamedLots(lots, order) : takeLots(lots, units, isNamed ? 'fifo' : order);
  const rest = quantity.sign < 0 ? left.negated() : left;
  position.quantity = closes ? Decimal.zero : rest;
  const unknownBefore = openCost.base.unknownCount;
  for (const lot of taken) {
    openCost.base.takeBack(lot.costBase);
    addOpenCost(openCost, lot.currency, lot.cost.negated());
  }
  // A part of a lot with an unknown rate leaves a rest that is as unknown.
  openCost.base.unknownCount = unknownLotsOf(lots, unknownBefore);
  return taken;
}

function addCharges({ figures }: Position, event: BookEvent, rate: Decimal | null): void {
  figures.fees.add(rate && event.fee.times(rate));
  figures.taxes.add(rate && event.tax.times(rate));
}

function openLot(
  position: Position,
  event: BookEvent,
  { quantity, cost, rate }: { readonly quantity: Decimal; readonly cost: Decimal; readonly rate: Decimal | null },
): Lot {
  const { currency, date: openedOn, id: openedBy } = event;
  const charges = { feeBase: rate && event.fee.times(rate), taxBase: rate && event.tax.times(rate) };
  const lot = { openedBy, openedOn, quantity, currency, cost, costBase: rate && cost.times(rate), ...charges };
  addLot(position.lots, lot);
  position.openCost.base.add(lot.costBase);
  addOpenCost(position.openCost, currency, cost);
  position.quantity = position.quantity.plus(quantity);
  return lot;
}

/**
 * Spreads the money and the charges of a sale or a cover over the lots by quantity; the last part takes what is left, so
 * nothing is made or lost. A short lot's proceeds came first: what the cover paid is the cost.
 */
function matchLots(closing: {
  readonly event: BookEvent;
  readonly taken: readonly Lot[];
  readonly money: Decimal | null;
  readonly take: TakeOptions;
}): void {
  const { event, taken, money, take } = closing;
  const { rate, rateIn, onMatch } = take;
  if (!onMatch) return;
  const units = taken.map((lot) => lot.quantity);
  const shares = money && spread(money, units);
  const fees = rate && spread(event.fee.times(rate), units);
  const taxes = rate && spread(event.tax.times(rate), units);
  for (const [index, lot] of taken.entries()) {
    const share = shares?.[index] ?? null;
    const isShort = lot.quantity.sign < 0;
    const [proceedsBase, costBase] = isShort ? [lot.costBase && lot.costBase.negated(), share] : [share, lot.costBase];
    const charges = { closingFeeBase: fees?.[index] ?? null, closingTaxBase: taxes?.[index] ?? null };
    const gain = gainOf({ proceedsBase, costBase, lot, rateIn });
    onMatch({ ...matchOf(event, lot), quantity: lot.quantity.absolute(), ...gain, ...noCharges(lot), ...charges });
  }
}

/** The names of a match: which event closed which lot. */
export function matchOf(
  event: BookEvent,
  lot: Lot,
): Pick<LotMatch, 'instrumentId' | 'accountId' | 'soldBy' | 'soldOn' | 'openedBy' | 'openedOn'> {
  assert(event.instrumentId, 'match: a sale has an instrument');
  return {
    instrumentId: event.instrumentId,
    accountId: event.accountId,
    soldBy: event.id,
    soldOn: event.date,
    openedBy: lot.openedBy,
    openedOn: lot.openedOn,
  };
}

/**
 * Proceeds, cost and the gain between them, divided: the exchange rate's part is the lot's cost in its own currency at the
 * rate of the closing day less the same cost at the rate it was opened with; the rest is the price's.
 */
export function gainOf(facts: {
  readonly proceedsBase: Decimal | null;
  readonly costBase: Decimal | null;
  readonly lot: Lot;
  readonly rateIn: TakeOptions['rateIn'];
}): Pick<LotMatch, 'proceedsBase' | 'costBase' | 'gainBase' | 'priceGainBase' | 'fxGainBase'> {
  const { proceedsBase, costBase, lot, rateIn } = facts;
  const gainBase = proceedsBase && costBase && proceedsBase.minus(costBase);
  const rate = gainBase && rateIn(lot.currency);
  const fxGainBase = rate && lot.costBase && lot.cost.times(rate).minus(lot.costBase);
  return { proceedsBase, costBase, gainBase, priceGainBase: fxGainBase && gainBase.minus(fxGainBase), fxGainBase };
}

/** What opening the lot was charged, and nothing for closing it. */
export function noCharges(
  lot: Lot,
): Pick<LotMatch, 'openingFeeBase' | 'openingTaxBase' | 'closingFeeBase' | 'closingTaxBase'> {
  const { zero } = Decimal;
  return { openingFeeBase: lot.feeBase, openingTaxBase: lot.taxBase, closingFeeBase: zero, closingTaxBase: zero };
}

/** How many open lots have no base cost; counted again only when some may be. */
function unknownLotsOf(lots: OpenLots, before: number): number {
  return before === 0 ? 0 : openLotsOf(lots).filter((lot) => lot.costBase === null).length;
}
