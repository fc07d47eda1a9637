/**
 * Contributions of a stored portfolio: its book as of the day before a period and as of its end, both valued exactly. A book of
 * the past is folded from the ledger, giving the event loop back between pages, and what a period needs of it is kept a while.
 */
import { addDays, dateInZone, type LocalDate, ok, refuse } from '#kernel';
import { pricesBetween } from '#markets';
import { LRUCache } from 'lru-cache';
import { emptyBook } from '../book.ts';
import { currenciesOf, foldInTurns } from '../book-shelf.ts';
import { type FiguresSource, textOf, valuePortfolio, type ValuedPortfolio } from '../figures.ts';
import { loadFxTable } from '../fx-loading.ts';
import { readLiveEvents } from '../ledger.store.ts';
import { listAccounts, type Portfolio } from '../portfolio.store.ts';
import type { BookEvent } from '../posting.ts';
import { ratioOf, valueBook, type ValuationPrice } from '../valuation.ts';
import {
  type Contribution,
  contributionsOf,
  edgeOf,
  NOTHING_YET,
  type PeriodEdge,
  shareOf,
  totalOf,
} from './contribution.ts';
import { type Period, periodOf, type PeriodWish } from './period.ts';

/** Edges of periods that were computed, by portfolio, ledger, currency and day. */
export type PeriodEdges = LRUCache<string, Promise<PeriodEdge | null>>;

const EDGES_KEPT_MAX = 2_000; // A few figures for each holding: below 20 MB with fifty holdings each.
const EDGE_FRESH_MS = 5 * 60_000; // How late a corrected close or rate of a past day may show.

/** Opens an empty store of edges; one per process. */
export function openPeriodEdges(): PeriodEdges {
  return new LRUCache({ max: EDGES_KEPT_MAX, ttl: EDGE_FRESH_MS });
}

export interface ContributionsQuery extends PeriodWish {
  readonly currency?: string | undefined;
  readonly edges: PeriodEdges;
}

/** What each holding and the cash added to the profit of a period. Refuses a period or currency that means nothing here. */
export async function readContributions(source: FiguresSource, portfolio: Portfolio, query: ContributionsQuery) {
  const currency = query.currency ?? portfolio.baseCurrency;
  const accounts = await listAccounts(source.queryable, portfolio.id);
  const currencies = new Map(accounts.map((account) => [account.id, account.currency]));
  const currencyOf = (accountId: string): string => currencies.get(accountId) ?? portfolio.baseCurrency;
  const valued = await valuePortfolio(source, portfolio);
  const { today, shelved, valuation } = valued;
  // Read before the next wait: another request may move the shared book forward meanwhile.
  const now = edgeOf(shelved.book, valuation, currencyOf);
  const firstDate = shelved.firstDate ?? today;
  const period = periodOf(query, { today, firstDate: firstDate < today ? firstDate : today });
  if (!period.ok) return period;
  const { from, to } = period.value;
  const past: PastQuery = { source, valued, currency, currencyOf, edges: query.edges };
  const isNow = to === today && currency === portfolio.baseCurrency;
  const end = isNow ? now : await keptEdge(past, to);
  const start = from <= firstDate ? NOTHING_YET : await keptEdge(past, addDays(from, -1));
  if (!end || !start) return refuse('currency_not_known', { currency });
  return ok(contributionsText(contributionsOf(start, end), { valued, currency, period: period.value }));
}

interface PastQuery {
  readonly source: FiguresSource;
  readonly valued: ValuedPortfolio;
  readonly currency: string;
  readonly currencyOf: (accountId: string) => string;
  readonly edges: PeriodEdges;
}

/** The edge of a day, computed once for everybody who asks; today's moves with its prices and is not kept. */
async function keptEdge(past: PastQuery, date: LocalDate): Promise<PeriodEdge | null> {
  const { valued, currency, edges } = past;
  if (date === valued.today) return edgeAt(past, date);
  const key = `${valued.portfolio.id} ${valued.portfolio.lastSequence} ${currency} ${date}`;
  const known = edges.get(key);
  if (known) return known;
  const computed = edgeAt(past, date);
  edges.set(key, computed);
  computed.catch(() => edges.delete(key));
  return computed;
}

/** Folds the ledger until a day in a currency and values it; null when no rate reaches the currency. */
async function edgeAt(past: PastQuery, date: LocalDate): Promise<PeriodEdge | null> {
  const { source, valued, currency, currencyOf } = past;
  const { queryable } = source;
  const { portfolio, today, shelved } = valued;
  const { workspaceId, baseCurrency } = portfolio;
  const events: BookEvent[] = [];
  const scope = { portfolioId: portfolio.id, afterSequence: 0, upTo: portfolio.lastSequence };
  for await (const page of readLiveEvents(queryable, scope)) {
    for (const event of page) if (event.date <= date) events.push(event);
  }
  const held = [...new Set(events.map((event) => event.instrumentId).filter((id) => id !== null))];
  const prices = date === today ? liveQuotes(valued, source.timeZone) : await closesAt(past, { held, date });
  const currencies = new Set([baseCurrency, currency, ...shelved.currencies, ...currenciesOf(events)]);
  for (const price of prices.values()) currencies.add(price.currency);
  const from = shelved.firstDate ?? date;
  const fx = await loadFxTable(queryable, { workspaceId, currencies, from, to: today });
  if (!fx.peek(baseCurrency, currency, today)) return null;
  const book = emptyBook(currency, fx);
  await foldInTurns(book, events);
  return edgeOf(book, valueBook(book, { date, prices }), currencyOf);
}

function liveQuotes({ prices }: ValuedPortfolio, timeZone: string): Map<string, ValuationPrice> {
  const quotes = new Map<string, ValuationPrice>();
  for (const price of prices.values()) {
    if (price.state !== 'priced') continue;
    const { currency } = price;
    quotes.set(price.instrumentId, { price: price.price, currency, date: dateInZone(price.marketAtMs, timeZone) });
  }
  return quotes;
}

async function closesAt(
  { source, valued }: PastQuery,
  { held, date }: { readonly held: readonly string[]; readonly date: LocalDate },
): Promise<Map<string, ValuationPrice>> {
  const { workspaceId } = valued.portfolio;
  const daily = await pricesBetween(source.queryable, { workspaceId, instrumentIds: held, from: date, to: date });
  const quotes = new Map<string, ValuationPrice>();
  for (const [instrumentId, closes] of daily) {
    const last = closes.at(-1);
    if (last) quotes.set(instrumentId, { price: last.price, currency: last.currency, date: last.on });
  }
  return quotes;
}

interface Asked {
  readonly valued: ValuedPortfolio;
  readonly currency: string;
  readonly period: Period;
}

function contributionsText(rows: readonly Contribution[], { valued, currency, period }: Asked) {
  const profit = totalOf(rows.map((row) => row.profit));
  const value = totalOf(rows.map((row) => row.endValue));
  const named = rows.map((row) => ({ ...row, ...nameOf(row, valued) }));
  const shares = <Key extends 'class' | 'currency'>(key: Key) =>
    [...Map.groupBy(named, (row) => row[key])].map(([name, group]) => {
      const part = totalOf(group.map((row) => row.profit));
      const worth = totalOf(group.map((row) => row.endValue));
      const figures = { endValue: textOf(worth), weightRatio: ratioOf(worth, value) };
      return { name, ...figures, profit: textOf(part), shareRatio: shareOf(part, profit) };
    });
  return {
    currency,
    ...period,
    profit: textOf(profit),
    items: named.toSorted(byProfit).map(({ cashCurrency: _cash, ...row }) => ({
      ...row,
      openingValue: textOf(row.openingValue),
      endValue: textOf(row.endValue),
      netInvested: textOf(row.netInvested),
      income: textOf(row.income),
      profit: textOf(row.profit),
      shareRatio: shareOf(row.profit, profit),
    })),
    byClass: shares('class'),
    byCurrency: shares('currency'),
  };
}

/** Largest gain first, largest loss last, the unknown ones after. */
function byProfit(left: Contribution, right: Contribution): number {
  if (!left.profit || !right.profit) return left.profit === right.profit ? 0 : left.profit ? -1 : 1;
  return right.profit.compare(left.profit);
}

function nameOf({ instrumentId, cashCurrency }: Contribution, { instruments }: ValuedPortfolio) {
  if (instrumentId === null) return { name: '', symbol: null, class: 'cash', currency: cashCurrency ?? '' };
  const found = instruments.get(instrumentId);
  return {
    name: found?.name ?? '',
    symbol: found?.symbol ?? null,
    class: found?.kind ?? 'other',
    currency: found?.currency ?? '',
  };
}
