/**
 * Book shelf: the computed book of each portfolio, kept in memory and moved forward by what was recorded since.
 * Method: a book is read as the ledger stood at the portfolio's sequence, so several processes agree without talking.
 * New events extend their positions; a back-dated one or a reversal folds its own again, with those linked to them. Exchange rates are read
 * again after a while; if one that the book stands on changed, the book is built anew.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { assert, dateInZone, type LocalDate } from '#kernel';
import type { Queryable } from '#platform/db';
import type { Platform } from '#platform/domain';
import { LRUCache } from 'lru-cache';
import {
  addToAccount,
  type Book,
  compareEvents,
  emptyBook,
  extendPositions,
  isAfterAll,
  refoldPositions,
} from './book.ts';
import { loadFxTable } from './fx-loading.ts';
import { readLinkedEvents, readLiveEvents, readReversedSince } from './ledger.store.ts';
import type { Portfolio } from './portfolio.store.ts';
import { linkedGroups, positionKeysOf, type RefusedEvent } from './position-fold.ts';
import type { BookEvent } from './posting.ts';

export interface ShelvedBook {
  readonly book: Book;
  /** Sequence of the newest event inside. */
  sequence: number;
  firstDate: LocalDate | null;
  /** Currencies of its events and accounts, and of the prices it was valued with. */
  readonly currencies: Set<string>;
  fxReadAtMs: number;
}

export interface BookShelf {
  /** The book of a portfolio as of `portfolio.lastSequence`. */
  bookOf(queryable: Queryable, portfolio: Portfolio): Promise<ShelvedBook>;
  /** Makes sure that rates for these currencies are in the book's table. */
  requireCurrencies(queryable: Queryable, portfolio: Portfolio, currencies: Iterable<string>): Promise<ShelvedBook>;
  /** The book of a past day as an earlier ledger knew it; built for the asker and kept by nobody. */
  bookAt(queryable: Queryable, portfolio: Portfolio, past: PastBook): Promise<ShelvedBook>;
}

export interface PastBook {
  /** Sequence of the last event that is known. */
  readonly upTo: number;
  readonly asOf: LocalDate;
  /** Currencies whose rates are needed too. */
  readonly extra: Iterable<string>;
}

const EVENTS_KEPT_MAX = 1_000_000; // Open lots and daily columns of this many events stay below 300 MB.
const BOOKS_KEPT_MAX = 500;
const EVENTS_PER_TURN_MAX = 1_000; // A cold build gives the event loop back every few milliseconds.
const FX_FRESH_MS = 5 * 60_000; // The ECB publishes once a day; five minutes is how late a correction may show.
const FX_RETRY_MS = 30_000; // A missing rate may be on its way.

/** Opens an empty shelf; one per process. */
export function openBookShelf(platform: Pick<Platform, 'clock'>): BookShelf {
  const shelf = new LRUCache<string, ShelvedBook>({
    max: BOOKS_KEPT_MAX,
    maxSize: EVENTS_KEPT_MAX,
    sizeCalculation: ({ book }) => Math.min(EVENTS_KEPT_MAX, 100 + book.eventCount),
  });
  const queues = new Map<string, Promise<unknown>>();
  /** One reader at a time moves a book forward; the others wait for it. */
  const inTurn = async <Value>(portfolioId: string, work: () => Promise<Value>): Promise<Value> => {
    const turn = (queues.get(portfolioId) ?? Promise.resolve()).then(work, work);
    queues.set(portfolioId, turn);
    try {
      return await turn;
    } catch (error) {
      // A book that was being moved forward may be half way: nobody may see it.
      shelf.delete(portfolioId);
      throw error;
    } finally {
      if (queues.get(portfolioId) === turn) queues.delete(portfolioId);
    }
  };
  const build = async (queryable: Queryable, portfolio: Portfolio, extra: Iterable<string>): Promise<ShelvedBook> => {
    const built = await buildShelved(queryable, { portfolio, extra, atMs: platform.clock() });
    shelf.set(portfolio.id, built);
    return built;
  };
  const current = async (queryable: Queryable, portfolio: Portfolio): Promise<ShelvedBook> => {
    const known = shelf.get(portfolio.id);
    if (!known || known.sequence > portfolio.lastSequence) return build(queryable, portfolio, known?.currencies ?? []);
    const moved =
      known.sequence === portfolio.lastSequence || (await catchUp(queryable, portfolio, known)) ? known : null;
    if (!moved) return build(queryable, portfolio, known.currencies);
    const stands = await refreshFx(queryable, portfolio, { shelved: moved, atMs: platform.clock() });
    return stands ? moved : build(queryable, portfolio, moved.currencies);
  };
  return {
    bookAt: (queryable, portfolio, { upTo, asOf, extra }) => {
      const past = { ...portfolio, lastSequence: upTo };
      return buildShelved(queryable, { portfolio: past, extra, atMs: platform.clock(), asOf });
    },
    bookOf: (queryable, portfolio) => inTurn(portfolio.id, () => current(queryable, portfolio)),
    requireCurrencies: (queryable, portfolio, currencies) =>
      inTurn(portfolio.id, async () => {
        const shelved = await current(queryable, portfolio);
        const unseen = [...currencies].filter((currency) => !shelved.currencies.has(currency));
        if (unseen.length === 0) return shelved;
        for (const currency of unseen) shelved.currencies.add(currency);
        shelved.fxReadAtMs = Number.NEGATIVE_INFINITY;
        const stands = await refreshFx(queryable, portfolio, { shelved, atMs: platform.clock() });
        return stands ? shelved : build(queryable, portfolio, shelved.currencies);
      }),
  };
}

async function buildShelved(
  queryable: Queryable,
  input: {
    readonly portfolio: Portfolio;
    readonly extra: Iterable<string>;
    readonly atMs: number;
    /** Leaves out what happened later. */
    readonly asOf?: LocalDate;
  },
): Promise<ShelvedBook> {
  const { portfolio, extra, atMs, asOf } = input;
  const events: BookEvent[] = [];
  const scope = { portfolioId: portfolio.id, afterSequence: 0, upTo: portfolio.lastSequence };
  for await (const page of readLiveEvents(queryable, scope))
    events.push(...page.filter((event) => !asOf || event.date <= asOf));
  const currencies = new Set([portfolio.baseCurrency, ...extra, ...currenciesOf(events)]);
  const firstDate = firstDateOf(events, null);
  const fx = await fxTableFor(queryable, portfolio, { currencies, firstDate, atMs });
  const book = emptyBook(portfolio.baseCurrency, fx);
  await foldInTurns(book, events);
  return { book, sequence: portfolio.lastSequence, firstDate, currencies, fxReadAtMs: atMs };
}

/** Folds stored events, in any order, into an empty book that nobody else sees yet; gives the event loop back in between. */
export async function foldInTurns(book: Book, events: readonly BookEvent[]): Promise<void> {
  for (const group of linkedGroups(events.toSorted(compareEvents))) {
    requireFits(refoldPositions(book, { events: group }));
    if (group.length > EVENTS_PER_TURN_MAX / 10) await nextTurn();
  }
  for (const [index, event] of events.entries()) {
    addToAccount(book, event, 'record');
    if (index % EVENTS_PER_TURN_MAX === EVENTS_PER_TURN_MAX - 1) await nextTurn();
  }
}

/** Applies what was recorded since; false when a new currency came in and the book must be built anew. */
async function catchUp(queryable: Queryable, portfolio: Portfolio, shelved: ShelvedBook): Promise<boolean> {
  const { book } = shelved;
  const span = { portfolioId: portfolio.id, afterSequence: shelved.sequence, upTo: portfolio.lastSequence };
  const fresh: BookEvent[] = [];
  for await (const page of readLiveEvents(queryable, span)) fresh.push(...page);
  const reversed = await readReversedSince(queryable, span);
  const isNewCurrency = [...currenciesOf(fresh)].some((currency) => !shelved.currencies.has(currency));
  const firstDate = firstDateOf(fresh, shelved.firstDate);
  // Rates were read since the first day; an earlier one needs older rates.
  if (isNewCurrency || (firstDate !== shelved.firstDate && shelved.currencies.size > 1)) return false;

  const stale = [...reversed];
  const reversedKeys = new Set(reversed.flatMap(positionKeysOf));
  for (const group of linkedGroups(fresh.toSorted(compareEvents))) {
    const isTouched = group.some((event) => positionKeysOf(event).some((key) => reversedKeys.has(key)));
    if (isTouched || !group.every((event) => isAfterAll(book, event))) stale.push(...group);
    else requireFits(extendPositions(book, group));
  }
  await refoldStored(queryable, portfolio, { book, stale });
  for (const event of fresh) addToAccount(book, event, 'record');
  for (const event of reversed) addToAccount(book, event, 'reverse');
  shelved.firstDate = firstDate;
  shelved.sequence = portfolio.lastSequence;
  return true;
}

/** Folds what these events touch again from the stored ledger, with all that is linked to it, account by account. */
async function refoldStored(
  queryable: Queryable,
  portfolio: Portfolio,
  { book, stale }: { readonly book: Book; readonly stale: readonly BookEvent[] },
): Promise<void> {
  for (const [accountId, own] of Map.groupBy(stale, (event) => event.accountId)) {
    const touched = new Set(own.flatMap(({ instrumentId, toInstrumentId }) => [instrumentId, toInstrumentId]));
    const instrumentIds = [...touched].filter((id) => id !== null);
    if (instrumentIds.length === 0) continue;
    const scope = { portfolioId: portfolio.id, upTo: portfolio.lastSequence, accountId, instrumentIds };
    const events = await readLinkedEvents(queryable, scope);
    requireFits(refoldPositions(book, { keys: own.flatMap(positionKeysOf), events }));
  }
}

/** Reads the rates again when they are old; false when a rate that the book stands on is another now. */
async function refreshFx(
  queryable: Queryable,
  portfolio: Portfolio,
  { shelved, atMs }: { readonly shelved: ShelvedBook; readonly atMs: number },
): Promise<boolean> {
  const freshMs = shelved.book.fx.missing.length > 0 ? FX_RETRY_MS : FX_FRESH_MS;
  if (shelved.currencies.size <= 1 || atMs - shelved.fxReadAtMs < freshMs) return true;
  const fx = await fxTableFor(queryable, portfolio, { ...shelved, atMs });
  if (!shelved.book.fx.agreesWith(fx)) return false;
  shelved.book.fx = fx;
  shelved.fxReadAtMs = atMs;
  return true;
}

function fxTableFor(
  queryable: Queryable,
  portfolio: Portfolio,
  needs: { readonly currencies: ReadonlySet<string>; readonly firstDate: LocalDate | null; readonly atMs: number },
): ReturnType<typeof loadFxTable> {
  // A day ahead: wherever the portfolio's day already is, its rates are in.
  const to = dateInZone(needs.atMs, 'Pacific/Kiritimati');
  const { currencies } = needs;
  return loadFxTable(queryable, { workspaceId: portfolio.workspaceId, currencies, from: needs.firstDate ?? to, to });
}

export function currenciesOf(events: readonly BookEvent[]): Set<string> {
  const currencies = new Set<string>();
  for (const event of events) currencies.add(event.currency).add(event.accountCurrency);
  return currencies;
}

function firstDateOf(events: readonly BookEvent[], known: LocalDate | null): LocalDate | null {
  let first = known;
  for (const { date } of events) if (!first || date < first) first = date;
  return first;
}

/** Recording refused whatever does not fit, so a stored event that does not is a bug: no figure is better than a wrong one. */
function requireFits(refused: readonly RefusedEvent[]): void {
  const [first] = refused;
  assert(!first, `shelf: stored event ${first?.event.id} does not fit its position: ${first?.code}`);
}
