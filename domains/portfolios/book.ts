/**
 * Book: a whole portfolio folded from its live events. Units: money in the portfolio's base currency unless a currency is
 * named. Method: positions fold one by one (those that an event links, together) and accounts are sums of postings, so a
 * back-dated event or a reversal redoes its own positions and nothing else. An account with any deposit, withdrawal, cash opening or cash transfer keeps its
 * cash; an account with none is funded from outside: whatever settles there is an external flow on its day.
 */
import { Decimal, epochDay, type LocalDate } from '#kernel';
import type { FxTable } from './fx-table.ts';
import type { LotMethod } from './lot.ts';
import { PartialSum } from './partial-sum.ts';
import { type FoldOptions, foldPositions, linkedGroups, positionKeysOf, type RefusedEvent } from './position-fold.ts';
import type { LotMatch } from './position-units.ts';
import type { Position } from './position.ts';
import { type BookEvent, definesCash, isConverted, type Posting, postingsOf } from './posting.ts';

/** What one account holds in one currency. `settled` is its cash when the account tracks cash. */
export interface CashColumn {
  settled: Decimal;
  /** The same movements, each at its own day's rate: what the cash cost in base currency. */
  readonly settledBase: PartialSum;
  /** Deposits, withdrawals, openings and transfers: what crossed the portfolio's border by itself. Money in is positive. */
  readonly crossedBase: PartialSum;
  /** Floats per epoch day, for charts and returns only. */
  readonly byDay: Map<number, DayMoves>;
}

/** What one day moved in one currency. Each event is money in or money out as a whole: a sale less its fee. */
export interface DayMoves {
  settled: number;
  crossed: number;
  /** External flows of an account that keeps its cash, and of one that is funded from outside. */
  inWhenKept: number;
  outWhenKept: number;
  inWhenNot: number;
  outWhenNot: number;
}

export interface BookAccount {
  readonly accountId: string;
  /** Live events that make the account keep its cash. */
  cashEventCount: number;
  readonly cash: Map<string, CashColumn>;
  /** Income, fees and taxes of events that name no instrument. */
  readonly income: PartialSum;
  readonly fees: PartialSum;
  readonly taxes: PartialSum;
}

export interface Book {
  readonly baseCurrency: string;
  /** Replaced when fresh rates arrive that agree with every rate the book was folded with. */
  fx: FxTable;
  readonly accounts: Map<string, BookAccount>;
  readonly positions: Map<string, Position>;
  eventCount: number;
}

export function emptyBook(baseCurrency: string, fx: FxTable): Book {
  return { baseCurrency, fx, accounts: new Map(), positions: new Map(), eventCount: 0 };
}

/** Builds a book from live events in any order. Refused events are returned and have no effect. */
export function buildBook(
  events: readonly BookEvent[],
  options: {
    readonly baseCurrency: string;
    readonly fx: FxTable;
    readonly onMatch?: (match: LotMatch) => void;
    readonly method?: LotMethod;
  },
): { readonly book: Book; readonly refused: readonly RefusedEvent[] } {
  const book = emptyBook(options.baseCurrency, options.fx);
  const refused: RefusedEvent[] = [];
  const ordered = withDividendSides(events.toSorted(compareEvents));
  for (const group of linkedGroups(ordered)) refused.push(...refoldPositions(book, { events: group, ...options }));
  const refusedIds = new Set(refused.map(({ event }) => event.id));
  for (const event of ordered) if (!refusedIds.has(event.id)) addToAccount(book, event, 'record');
  return { book, refused };
}

/** Events of one portfolio fold by day, then by order of recording. */
export function compareEvents(a: BookEvent, b: BookEvent): number {
  if (a.date !== b.date) return a.date < b.date ? -1 : 1;
  return a.sequence - b.sequence;
}

/**
 * Writes dividends that fall on a short position as paid: their amount turns negative. People write a dividend without
 * sign; which side it is on is known to the position alone. Events come in order.
 */
export function withDividendSides(events: readonly BookEvent[]): readonly BookEvent[] {
  if (!events.some((event) => event.type === 'short')) return events;
  const paid = new Set<BookEvent>();
  const options = { rateOf: () => null, onShortDividend: (event: BookEvent) => void paid.add(event) };
  for (const group of linkedGroups(events)) {
    if (group.some((event) => event.type === 'short')) foldPositions(new Map(), group, options);
  }
  return events.map((event) =>
    paid.has(event) && event.amount ? { ...event, amount: event.amount.negated() } : event,
  );
}

/** Folds positions again from all their live events, in order; their accounts are not touched. `keys` may be left empty. */
export function refoldPositions(
  book: Book,
  input: { readonly keys?: Iterable<string>; readonly events: readonly BookEvent[] } & Pick<
    FoldOptions,
    'onMatch' | 'method'
  >,
): RefusedEvent[] {
  for (const key of input.keys ?? []) book.positions.delete(key);
  for (const event of input.events) for (const key of positionKeysOf(event)) book.positions.delete(key);
  return foldPositions(book.positions, input.events, foldOptionsOf(book, input));
}

/** Folds further events into their positions. None may be dated before the last one of a position it touches. */
export function extendPositions(book: Book, events: readonly BookEvent[]): RefusedEvent[] {
  return foldPositions(book.positions, events, foldOptionsOf(book));
}

/** True when an event comes on a later day than everything its positions know: it can be folded on top. */
export function isAfterAll(book: Book, event: BookEvent): boolean {
  return positionKeysOf(event).every((key) => {
    const last = book.positions.get(key)?.lastDate;
    return !last || event.date > last;
  });
}

/** Adds an event to its account's sums, or takes a reversed one back. */
export function addToAccount(book: Book, event: BookEvent, direction: 'record' | 'reverse'): void {
  const account = accountOf(book, event.accountId);
  const count = direction === 'record' ? 1 : -1;
  book.eventCount += count;
  if (definesCash(event)) account.cashEventCount += count;
  const moves = new Map<string, { settled: number; crossed: number }>();
  for (const posting of postingsOf(event)) addPosting(book, { account, event, posting, direction, moves });
  for (const [currency, { settled, crossed }] of moves) {
    const day = dayOf(columnOf(account, currency), event.date);
    day.settled += settled * count;
    day.crossed += crossed * count;
    const [whenKept, whenNot] = [crossed, crossed - settled];
    if (whenKept > 0) day.inWhenKept += whenKept * count;
    else day.outWhenKept -= whenKept * count;
    if (whenNot > 0) day.inWhenNot += whenNot * count;
    else day.outWhenNot -= whenNot * count;
  }
}

/** Base currency per unit of the event's currency: by its own rate into the account's currency when it has one. */
export function rateOf(book: Pick<Book, 'baseCurrency' | 'fx'>, event: BookEvent): Decimal | null {
  if (!isConverted(event) || !event.fx) return book.fx.rate(event.currency, book.baseCurrency, event.date);
  const rate = book.fx.rate(event.accountCurrency, book.baseCurrency, event.date);
  return rate && rate.times(event.fx);
}

export function tracksCash(account: BookAccount): boolean {
  return account.cashEventCount > 0;
}

/** Net external flow of an account in base currency: what came in less what went out; null while a rate is missing. */
export function netFlowsOf(account: BookAccount): PartialSum {
  const flows = new PartialSum();
  for (const column of account.cash.values()) {
    flows.addSum(column.crossedBase);
    if (tracksCash(account)) continue;
    flows.known = flows.known.minus(column.settledBase.known);
    flows.unknownCount += column.settledBase.unknownCount;
  }
  return flows;
}

function foldOptionsOf(book: Book, { onMatch, method }: Pick<FoldOptions, 'onMatch' | 'method'> = {}): FoldOptions {
  return { rateOf: (event) => rateOf(book, event), onMatch, method };
}

function accountOf(book: Book, accountId: string): BookAccount {
  const known = book.accounts.get(accountId);
  if (known) return known;
  const account: BookAccount = {
    accountId,
    cashEventCount: 0,
    cash: new Map(),
    income: new PartialSum(),
    fees: new PartialSum(),
    taxes: new PartialSum(),
  };
  book.accounts.set(accountId, account);
  return account;
}

function addPosting(
  book: Book,
  entry: {
    readonly account: BookAccount;
    readonly event: BookEvent;
    readonly posting: Posting;
    readonly direction: 'record' | 'reverse';
    /** Adds up what the event moves in each currency. */
    readonly moves: Map<string, { settled: number; crossed: number }>;
  },
): void {
  const { account, event, posting, direction, moves } = entry;
  if (!posting.currency || posting.ledger === 'exchange' || posting.ledger === 'holding') return;
  const rate = postingRate(book, event, posting.currency);
  const base = rate && posting.amount.times(rate);
  const put = (sum: PartialSum, term: Decimal | null): void =>
    direction === 'record' ? sum.add(term) : sum.takeBack(term);
  if (posting.ledger === 'settlement' || posting.ledger === 'external' || posting.ledger === 'equity') {
    const column = columnOf(account, posting.currency);
    const signed = direction === 'record' ? posting.amount : posting.amount.negated();
    const moved = moves.get(posting.currency) ?? { settled: 0, crossed: 0 };
    moves.set(posting.currency, moved);
    if (posting.ledger === 'settlement') {
      column.settled = column.settled.plus(signed);
      put(column.settledBase, base);
      moved.settled += posting.amount.toStatistic();
    } else {
      put(column.crossedBase, base && base.negated());
      moved.crossed -= posting.amount.toStatistic();
    }
  } else if (event.instrumentId === null) {
    if (posting.ledger === 'income') put(account.income, base && base.negated());
    else if (posting.ledger === 'fee') put(account.fees, base);
    else put(account.taxes, base);
  }
}

function postingRate(book: Book, event: BookEvent, currency: string): Decimal | null {
  if (currency === event.currency) return rateOf(book, event);
  return book.fx.rate(currency, book.baseCurrency, event.date);
}

function dayOf(column: CashColumn, date: LocalDate): DayMoves {
  const day = epochDay(date);
  const known = column.byDay.get(day);
  if (known) return known;
  const moves: DayMoves = { settled: 0, crossed: 0, inWhenKept: 0, outWhenKept: 0, inWhenNot: 0, outWhenNot: 0 };
  column.byDay.set(day, moves);
  return moves;
}

function columnOf(account: BookAccount, currency: string): CashColumn {
  const known = account.cash.get(currency);
  if (known) return known;
  const column: CashColumn = {
    settled: Decimal.zero,
    settledBase: new PartialSum(),
    crossedBase: new PartialSum(),
    byDay: new Map(),
  };
  account.cash.set(currency, column);
  return column;
}
