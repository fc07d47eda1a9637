/**
 * Figures of a portfolio for a page: its book at the newest prices and rates, with what is stale, simulated or missing.
 * Units: exact decimal text in the base currency; null is unknown. Nothing is stored.
 */
import { addDays, type Clock, dateInZone, Decimal, type LocalDate } from '#kernel';
import { type Instrument, findInstruments, type LatestPrice, latestPrices } from '#markets';
import type { Database, Queryable } from '#platform/db';
import type { BookShelf, ShelvedBook } from './book-shelf.ts';
import type { CloseColumns } from './close-columns.ts';
import type { Valuations } from './engine/valuations.ts';
import { type Book, rateOf } from './book.ts';
import { readDayEvents } from './ledger.store.ts';
import type { Portfolio } from './portfolio.store.ts';
import type { BookEvent } from './posting.ts';
import { ratioOf, type ValuedHolding, valueBook, type Valuation, type ValuationPrice } from './valuation.ts';

export interface FiguresSource {
  readonly queryable: Queryable;
  readonly shelf: BookShelf;
  readonly closes: CloseColumns;
  readonly valuations: Valuations;
  /** For what is computed once and stored. */
  readonly transaction: Database['transaction'];
  readonly clock: Clock;
  /** Zone whose calendar day is today. */
  readonly timeZone: string;
}

/** A portfolio valued now, with everything its pages show. */
export interface ValuedPortfolio {
  readonly portfolio: Portfolio;
  readonly shelved: ShelvedBook;
  readonly today: LocalDate;
  readonly valuation: Valuation;
  readonly prices: ReadonlyMap<string, LatestPrice>;
  readonly instruments: ReadonlyMap<string, Instrument>;
  /** Change since the last close by instrument, without today's own money; null when it cannot be known. */
  readonly dayChanges: ReadonlyMap<string, Decimal | null>;
}

/** Values a portfolio at the newest known prices. */
export async function valuePortfolio(source: FiguresSource, portfolio: Portfolio): Promise<ValuedPortfolio> {
  const { queryable, shelf, clock, timeZone } = source;
  const atMs = clock();
  const today = dateInZone(atMs, timeZone);
  const { workspaceId } = portfolio;
  const found = await shelf.bookOf(queryable, portfolio);
  const instrumentIds = [...new Set([...found.book.positions.values()].map((position) => position.instrumentId))];
  const [prices, instruments, todays] = await Promise.all([
    latestPrices(queryable, { workspaceId, instrumentIds, atMs }),
    findInstruments(queryable, workspaceId, instrumentIds),
    readDayEvents(queryable, { portfolioId: portfolio.id, upTo: portfolio.lastSequence, date: today }),
  ]);
  const quotes = new Map<string, ValuationPrice>();
  for (const price of prices.values()) {
    if (price.state !== 'priced') continue;
    const date = dateInZone(price.marketAtMs, timeZone);
    quotes.set(price.instrumentId, { price: price.price, currency: price.currency, date });
  }
  const currencies = [...quotes.values()].map((quote) => quote.currency);
  const shelved = await shelf.requireCurrencies(queryable, portfolio, currencies);
  const valuation = valueBook(shelved.book, { date: today, prices: quotes });
  const dayChanges = dayChangesOf({ book: shelved.book, holdings: valuation.holdings, prices, todays, today });
  return { portfolio, shelved, today, valuation, prices, instruments, dayChanges };
}

interface DayChangeInput {
  readonly book: Book;
  readonly holdings: readonly ValuedHolding[];
  readonly prices: ReadonlyMap<string, LatestPrice>;
  readonly todays: readonly BookEvent[];
  readonly today: LocalDate;
}

/** Value now, less value at the last close of what was held then, less the money today's own operations moved. */
function dayChangesOf(input: DayChangeInput): Map<string, Decimal | null> {
  const touches = (event: BookEvent, id: string): boolean => event.instrumentId === id || event.toInstrumentId === id;
  return new Map(
    input.holdings.map((holding) => {
      const todays = input.todays.filter((event) => touches(event, holding.instrumentId));
      return [holding.instrumentId, dayChangeOf(input, holding, todays)];
    }),
  );
}

function dayChangeOf(input: DayChangeInput, holding: ValuedHolding, todays: readonly BookEvent[]): Decimal | null {
  const { book, today } = input;
  if (holding.quantity.isZero && todays.length === 0) return Decimal.zero;
  const price = input.prices.get(holding.instrumentId);
  const isIncomparable = todays.some((event) => unitsAddedBy(event) === null);
  if (!holding.value || price?.state !== 'priced' || !price.previousClose || isIncomparable) return null;
  const rate = book.fx.peek(price.currency, book.baseCurrency, addDays(today, -1));
  if (!rate) return null;
  let held = holding.quantity;
  let moneyIn = Decimal.zero;
  for (const event of todays) {
    const eventRate = rateOf(book, event);
    if (!eventRate) return null;
    held = held.minus(unitsAddedBy(event) ?? Decimal.zero);
    moneyIn = moneyIn.plus(moneyInOf(event).times(eventRate));
  }
  return holding.value.minus(held.times(price.previousClose).times(rate)).minus(moneyIn);
}

/**
 * Units an event added, negative when it took some. Null when yesterday's close cannot be compared: a split or another
 * corporate action makes it another kind of price, and units that leave at cost have no value.
 */
function unitsAddedBy(event: BookEvent): Decimal | null {
  const quantity = event.quantity ?? Decimal.zero;
  switch (event.type) {
    case 'buy':
    case 'cover':
    case 'transfer_in':
    case 'opening':
      return quantity;
    case 'sell':
    case 'short':
      return quantity.negated();
    case 'transfer_out':
      return event.amount === null ? null : quantity.negated();
    case 'split':
    case 'bonus':
    case 'spinoff':
    case 'merger':
    case 'return_of_capital':
    case 'traspaso':
      return null;
    default:
      return Decimal.zero;
  }
}

/** What an event of a holding put into it, in the event's currency: purchase money in, sale money and dividends out. */
function moneyInOf(event: BookEvent): Decimal {
  const amount = event.amount ?? Decimal.zero;
  const givesBack = ['sell', 'short', 'transfer_out', 'dividend', 'interest'].includes(event.type);
  return (givesBack ? amount.negated() : amount).plus(event.fee).plus(event.tax);
}

/** A fact that is missing, with the name a person knows. */
export type NamedMissingFact =
  | { readonly kind: 'price'; readonly instrumentId: string; readonly name: string }
  | { readonly kind: 'fx'; readonly from: string; readonly to: string; readonly date: LocalDate };

export interface FiguresText {
  readonly currency: string;
  readonly value: string | null;
  readonly valueKnown: string;
  readonly dayChange: string | null;
  readonly dayChangeRatio: number | null;
  readonly isDayChangePartial: boolean;
  readonly profit: string | null;
  /** Unrealised gain against the cost of what is held. */
  readonly gainRatio: number | null;
  readonly cost: string | null;
  readonly unrealised: string | null;
  readonly realised: string | null;
  readonly income: string | null;
  readonly fees: string | null;
  readonly taxes: string | null;
  readonly netFlows: string | null;
  readonly missing: NamedMissingFact[];
  readonly staleCount: number;
  readonly simulatedCount: number;
}

/** The figures of a valued portfolio as the API answers them. */
export function figuresOf(valued: ValuedPortfolio): FiguresText {
  const { totals, holdings, currency } = valued.valuation;
  const day = dayTotalOf([valued]);
  const open = holdings.filter((holding) => !holding.quantity.isZero);
  const openPrices = open.map((holding) => valued.prices.get(holding.instrumentId));
  return {
    currency,
    value: textOf(totals.value),
    valueKnown: totals.valueKnown.toString(),
    ...day,
    dayChangeRatio: dayRatioOf(day.dayChange, totals.value),
    profit: textOf(totals.profit),
    gainRatio: ratioOf(totals.unrealised, totals.cost),
    cost: textOf(totals.cost),
    unrealised: textOf(totals.unrealised),
    realised: textOf(totals.realised),
    income: textOf(totals.income),
    fees: textOf(totals.fees),
    taxes: textOf(totals.taxes),
    netFlows: textOf(totals.netFlows),
    missing: missingOf(valued),
    staleCount: openPrices.filter((price) => price?.state === 'priced' && price.isStale).length,
    simulatedCount: openPrices.filter((price) => price?.state === 'priced' && price.isSimulated).length,
  };
}

/** Sums the day's change over portfolios of one currency; holdings without a previous close are left out and said so. */
export function dayTotalOf(all: readonly ValuedPortfolio[]): { dayChange: string | null; isDayChangePartial: boolean } {
  let total: Decimal | null = null;
  let isDayChangePartial = false;
  for (const { valuation, dayChanges } of all) {
    for (const holding of valuation.holdings) {
      const change = dayChanges.get(holding.instrumentId) ?? null;
      if (change?.isZero && holding.quantity.isZero) continue;
      if (change) total = (total ?? Decimal.zero).plus(change);
      else if (!holding.quantity.isZero) isDayChangePartial = true;
    }
  }
  return { dayChange: textOf(total), isDayChangePartial };
}

/** The day's change against the value it started from. */
export function dayRatioOf(dayChange: string | null, value: Decimal | null): number | null {
  const change = dayChange === null ? null : Decimal.from(dayChange);
  return change && value && ratioOf(change, value.minus(change));
}

export function missingOf({
  valuation,
  instruments,
}: Pick<ValuedPortfolio, 'valuation' | 'instruments'>): NamedMissingFact[] {
  return valuation.missing.map((fact) =>
    fact.kind === 'price' ? { ...fact, name: instruments.get(fact.instrumentId)?.name ?? '' } : fact,
  );
}

/** Text of a figure that may be unknown. */
export function textOf(figure: Decimal | null): string | null {
  return figure === null ? null : figure.toString();
}
