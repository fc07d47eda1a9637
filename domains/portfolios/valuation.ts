/**
 * Valuation: a book at the prices and rates of one day. Units: base currency, exact; `weightRatio` and `gainRatio` are floats.
 * Method: value = quantity x price x rate. A holding without a price, or whose price has no rate, has no value: the total
 * that needs it is null, the sum of what is known is given apart, and `missing` names what is needed. Nothing unknown is 0.
 * The identity profit == value - net flows is the definition; the parts add up to it exactly (property-tested).
 */
import { Decimal, type LocalDate } from '#kernel';
import { type Book, netFlowsOf, tracksCash } from './book.ts';
import { PartialSum } from './partial-sum.ts';
import { emptyFigures, type Position, type PositionFigures } from './position.ts';

/** A price as valuation needs it; where it comes from is the caller's to keep. */
export interface ValuationPrice {
  readonly price: Decimal;
  readonly currency: string;
  readonly date: LocalDate;
}

export type MissingFact =
  | { readonly kind: 'price'; readonly instrumentId: string }
  | { readonly kind: 'fx'; readonly from: string; readonly to: string; readonly date: LocalDate };

/** All accounts' holding of one instrument. Null is unknown. */
export interface ValuedHolding {
  readonly instrumentId: string;
  readonly positions: readonly Position[];
  readonly quantity: Decimal;
  readonly cost: Decimal | null;
  readonly value: Decimal | null;
  readonly unrealised: Decimal | null;
  /** The part of `unrealised` that comes from exchange rates since each lot was opened. */
  readonly fxGain: Decimal | null;
  readonly realised: Decimal | null;
  readonly income: Decimal | null;
  readonly fees: Decimal | null;
  readonly taxes: Decimal | null;
  readonly profit: Decimal | null;
  readonly weightRatio: number | null;
  readonly gainRatio: number | null;
}

export interface CashBalance {
  readonly accountId: string;
  readonly currency: string;
  readonly amount: Decimal;
  readonly value: Decimal | null;
}

export interface ValuationTotals {
  readonly value: Decimal | null;
  /** Sum of what has a value, for a page that says it is partial. */
  readonly valueKnown: Decimal;
  readonly cost: Decimal | null;
  readonly realised: Decimal | null;
  readonly unrealised: Decimal | null;
  readonly income: Decimal | null;
  readonly fees: Decimal | null;
  readonly feesExpensed: Decimal | null;
  readonly taxes: Decimal | null;
  readonly transferred: Decimal | null;
  /** Gain of the cash itself from exchange rates. */
  readonly cashFxGain: Decimal | null;
  readonly netFlows: Decimal | null;
  readonly profit: Decimal | null;
}

export interface Valuation {
  readonly date: LocalDate;
  readonly currency: string;
  readonly holdings: readonly ValuedHolding[];
  readonly cash: readonly CashBalance[];
  readonly totals: ValuationTotals;
  readonly missing: readonly MissingFact[];
}

/** Values the book on `date`. Prices must be of that day or earlier; a closed position needs none. */
export function valueBook(
  book: Book,
  at: { readonly date: LocalDate; readonly prices: ReadonlyMap<string, ValuationPrice> },
): Valuation {
  const groups = Map.groupBy(book.positions.values(), (position) => position.instrumentId);
  const plain = [...groups].map(([instrumentId, positions]) => valueHolding(book, { instrumentId, positions, at }));
  const cash = cashBalancesOf(book, at.date);
  const totals = totalsOf(book, { date: at.date, holdings: plain, cash });
  const holdings = plain.map((holding) => ({ ...holding, weightRatio: ratioOf(holding.value, totals.value) }));
  return {
    date: at.date,
    currency: book.baseCurrency,
    holdings,
    cash,
    totals,
    missing: missingFacts(book, holdings, at),
  };
}

/** `part / whole` as a float; null when either is unknown or the whole is not positive. */
export function ratioOf(part: Decimal | null, whole: Decimal | null): number | null {
  if (!part || !whole || whole.sign <= 0) return null;
  return part.toStatistic() / whole.toStatistic();
}

interface HoldingInput {
  readonly instrumentId: string;
  readonly positions: readonly Position[];
  readonly at: { readonly date: LocalDate; readonly prices: ReadonlyMap<string, ValuationPrice> };
}

function valueHolding(book: Book, { instrumentId, positions, at }: HoldingInput): ValuedHolding {
  const quantity = Decimal.sum(positions.map((position) => position.quantity));
  const openCost = new PartialSum();
  for (const position of positions) openCost.addSum(position.openCost.base);
  const cost = openCost.total;
  const quote = at.prices.get(instrumentId);
  const rate = quote && book.fx.rate(quote.currency, book.baseCurrency, at.date);
  const value = quantity.isZero ? Decimal.zero : quote && rate ? quantity.times(quote.price).times(rate) : null;
  const figures = sumFigures(positions.map((position) => position.figures));
  const unrealised = minus(value, cost);
  return {
    instrumentId,
    positions,
    quantity,
    cost,
    value,
    unrealised,
    fxGain: value && fxGainOf(book, { positions, cost, date: at.date }),
    realised: figures.realised.total,
    income: figures.income.total,
    fees: figures.fees.total,
    taxes: figures.taxes.total,
    profit: minus(value, figures.invested.total),
    weightRatio: null,
    gainRatio: ratioOf(unrealised, cost),
  };
}

/** The open cost at today's rates less the same cost at the rates of its days. */
function fxGainOf(
  book: Book,
  input: { readonly positions: readonly Position[]; readonly cost: Decimal | null; readonly date: LocalDate },
): Decimal | null {
  const today = new PartialSum();
  for (const { openCost } of input.positions) {
    for (const [from, cost] of openCost.byCurrency) {
      if (!cost.isZero) today.add(book.fx.convert(cost, { from, to: book.baseCurrency, date: input.date }));
    }
  }
  return minus(today.total, input.cost);
}

function cashBalancesOf(book: Book, date: LocalDate): CashBalance[] {
  return [...book.accounts.values()].filter(tracksCash).flatMap((account) =>
    [...account.cash].map(([currency, column]) => ({
      accountId: account.accountId,
      currency,
      amount: column.settled,
      value: column.settled.isZero
        ? Decimal.zero
        : book.fx.convert(column.settled, { from: currency, to: book.baseCurrency, date }),
    })),
  );
}

function totalsOf(
  book: Book,
  input: {
    readonly date: LocalDate;
    readonly holdings: readonly ValuedHolding[];
    readonly cash: readonly CashBalance[];
  },
): ValuationTotals {
  const { holdings, cash } = input;
  const figures = sumFigures([...book.positions.values()].map((position) => position.figures));
  const value = sumOf([...holdings.map((holding) => holding.value), ...cash.map((balance) => balance.value)]);
  const netFlows = new PartialSum();
  const cashBase = new PartialSum();
  for (const account of book.accounts.values()) {
    netFlows.addSum(netFlowsOf(account));
    figures.income.addSum(account.income);
    figures.fees.addSum(account.fees);
    figures.feesExpensed.addSum(account.fees);
    figures.taxes.addSum(account.taxes);
    if (tracksCash(account)) for (const column of account.cash.values()) cashBase.addSum(column.settledBase);
  }
  netFlows.known = netFlows.known.minus(figures.leftAtCost.known);
  netFlows.unknownCount += figures.leftAtCost.unknownCount;
  return {
    value: value.total,
    valueKnown: value.known,
    cost: sumOf(holdings.map((holding) => holding.cost)).total,
    realised: figures.realised.total,
    unrealised: sumOf(holdings.map((holding) => holding.unrealised)).total,
    income: figures.income.total,
    fees: figures.fees.total,
    feesExpensed: figures.feesExpensed.total,
    taxes: figures.taxes.total,
    transferred: figures.transferred.total,
    cashFxGain: minus(sumOf(cash.map((balance) => balance.value)).total, cashBase.total),
    netFlows: netFlows.total,
    profit: minus(value.total, netFlows.total),
  };
}

function missingFacts(book: Book, holdings: readonly ValuedHolding[], at: HoldingInput['at']): MissingFact[] {
  const prices = holdings
    .filter((holding) => !holding.quantity.isZero && !at.prices.has(holding.instrumentId))
    .map((holding) => ({ kind: 'price' as const, instrumentId: holding.instrumentId }));
  return [...prices, ...book.fx.missing.map((missing) => ({ kind: 'fx' as const, ...missing }))];
}

function sumFigures(all: readonly PositionFigures[]): PositionFigures {
  const sum = emptyFigures();
  for (const figures of all) {
    for (const name of Object.keys(sum) as (keyof PositionFigures)[]) sum[name].addSum(figures[name]);
  }
  return sum;
}

function sumOf(terms: readonly (Decimal | null)[]): PartialSum {
  const sum = new PartialSum();
  for (const term of terms) sum.add(term);
  return sum;
}

function minus(left: Decimal | null, right: Decimal | null): Decimal | null {
  return left && right && left.minus(right);
}
