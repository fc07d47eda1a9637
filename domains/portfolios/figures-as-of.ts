/**
 * Figures as of a past day, as the ledger was known then: what was recorded later is not there, what was reversed later
 * still stands. Units: exact decimal text in the base currency; null is unknown.
 * Method: the ledger at a sequence, its events up to the day, at the last daily close on or before the day. Prices and
 * rates are today's knowledge of that day: only operations are rewound.
 */
import { dateInZone, type LocalDate, ok, parseLocalDate, refuse, type Result } from '#kernel';
import { findInstruments, pricesBetween } from '#markets';
import { type FiguresSource, textOf } from './figures.ts';
import { sequenceAt } from './ledger.store.ts';
import type { Portfolio } from './portfolio.store.ts';
import { valueBook, type Valuation, type ValuationPrice } from './valuation.ts';

export interface AsOfQuery {
  /** Last day that counts; today when left out. */
  readonly asOf?: string | undefined;
  /** A day (to its end) or an instant: what was recorded after it is not known. */
  readonly knownAt?: string | undefined;
}

export type AsOfRefusal = 'day_not_valid' | 'day_in_future';

/** Values a portfolio at the end of a day. Refuses days that do not exist or have not come. */
export async function figuresAsOf(source: FiguresSource, portfolio: Portfolio, query: AsOfQuery) {
  const { queryable, clock, timeZone, shelf } = source;
  const today = dateInZone(clock(), timeZone);
  const asOf = query.asOf === undefined ? today : parseLocalDate(query.asOf);
  if (!asOf) return refuse('day_not_valid', { field: 'asOf', day: query.asOf });
  if (asOf > today) return refuse('day_in_future', { field: 'asOf', day: asOf });
  const known = await sequenceKnown(source, portfolio, query.knownAt);
  if (!known.ok) return known;
  const { workspaceId, baseCurrency } = portfolio;
  const at = { upTo: known.value, asOf };
  const ids = await shelf.bookAt(queryable, portfolio, { ...at, extra: [] });
  const instrumentIds = [...new Set([...ids.book.positions.values()].map((position) => position.instrumentId))];
  const [quotes, instruments] = await Promise.all([
    quotesOn(source, { workspaceId, instrumentIds, asOf }),
    findInstruments(queryable, workspaceId, instrumentIds),
  ]);
  const currencies = [...quotes.values()].map((quote) => quote.currency);
  const isKnown = currencies.every((currency) => ids.currencies.has(currency));
  const { book } = isKnown ? ids : await shelf.bookAt(queryable, portfolio, { ...at, extra: currencies });
  const valuation = valueBook(book, { date: asOf, prices: quotes });
  const nameOf = (id: string): { name: string; symbol: string | null } => ({
    name: instruments.get(id)?.name ?? '',
    symbol: instruments.get(id)?.symbol ?? null,
  });
  return ok({
    currency: baseCurrency,
    asOf,
    ledgerVersion: known.value,
    figures: totalsText(valuation),
    positions: valuation.holdings
      .filter((holding) => !holding.quantity.isZero)
      .map((holding) => ({
        instrumentId: holding.instrumentId,
        ...nameOf(holding.instrumentId),
        quantity: holding.quantity.toString(),
        price: quoteText(quotes.get(holding.instrumentId)),
        value: textOf(holding.value),
        cost: textOf(holding.cost),
        unrealised: textOf(holding.unrealised),
        realised: textOf(holding.realised),
        income: textOf(holding.income),
        profit: textOf(holding.profit),
      })),
    missing: valuation.missing.map((fact) =>
      fact.kind === 'price' ? { ...fact, name: nameOf(fact.instrumentId).name } : fact,
    ),
  });
}

async function sequenceKnown(
  { queryable, timeZone }: FiguresSource,
  portfolio: Portfolio,
  knownAt: string | undefined,
): Promise<Result<number, AsOfRefusal>> {
  if (knownAt === undefined) return ok(portfolio.lastSequence);
  const day = parseLocalDate(knownAt);
  const atMs = Date.parse(knownAt);
  const isInstant = /^\d{4}-\d{2}-\d{2}T/.test(knownAt) && !Number.isNaN(atMs);
  if (!day && !isInstant) return refuse('day_not_valid', { field: 'knownAt', day: knownAt });
  const limit = day ? { endOf: day, timeZone } : { atMs };
  const sequence = await sequenceAt(queryable, portfolio.id, limit);
  // What was recorded since this portfolio was read is not shown half.
  return ok(Math.min(sequence, portfolio.lastSequence));
}

/** The last close on or before the day. */
async function quotesOn(
  { queryable }: FiguresSource,
  wanted: { readonly workspaceId: string; readonly instrumentIds: readonly string[]; readonly asOf: LocalDate },
): Promise<Map<string, ValuationPrice>> {
  const { workspaceId, instrumentIds, asOf } = wanted;
  if (instrumentIds.length === 0) return new Map();
  const daily = await pricesBetween(queryable, { workspaceId, instrumentIds, from: asOf, to: asOf });
  const quotes = new Map<string, ValuationPrice>();
  for (const [id, prices] of daily) {
    const last = prices.at(-1);
    if (last) quotes.set(id, { price: last.price, currency: last.currency, date: last.on });
  }
  return quotes;
}

function quoteText(quote: ValuationPrice | undefined) {
  return quote ? { price: quote.price.toString(), currency: quote.currency, on: quote.date } : null;
}

function totalsText({ totals }: Valuation) {
  return {
    value: textOf(totals.value),
    valueKnown: totals.valueKnown.toString(),
    cost: textOf(totals.cost),
    unrealised: textOf(totals.unrealised),
    realised: textOf(totals.realised),
    income: textOf(totals.income),
    fees: textOf(totals.fees),
    taxes: textOf(totals.taxes),
    transferred: textOf(totals.transferred),
    cashFxGain: textOf(totals.cashFxGain),
    netFlows: textOf(totals.netFlows),
    profit: textOf(totals.profit),
  };
}
