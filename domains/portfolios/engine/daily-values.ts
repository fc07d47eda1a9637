/**
 * Daily values of portfolios until yesterday, stored and brought forward: a day is added a day, and what a back-dated operation,
 * a late close or a corrected rate changes is computed again from its own day on, nothing before it. Units: floats in the
 * portfolio's base currency; statistics only. A group is the sum of its members.
 * Method: events act on their day and later ones only; the few facts that no day bounds (an account that begins to keep its
 * cash, prices of one instrument in another currency) are the `basis`: when one of them changes, all days are computed again.
 */
import { dateInZone, dateOfEpochDay, epochDay } from '#kernel';
import { type MarketChanges, marketChangesSince } from '#markets';
import type { ShelvedBook } from '../book-shelf.ts';
import { tracksCash } from '../book.ts';
import type { FiguresSource } from '../figures.ts';
import { readFirstChange } from '../ledger.store.ts';
import type { Portfolio } from '../portfolio.store.ts';
import type { CloseColumn } from '../value-series.ts';
import {
  type DailyHead,
  readDailyHeads,
  readDailyValues,
  replaceDailyValues,
  touchDailyHeads,
} from './daily-values.store.ts';
import type { DailyValues } from './day-columns.ts';
import { engineInput } from './engine-market.ts';

const MARKET_LAG_MS = 10 * 60_000; // Closes and rates are kept a few minutes, and a fetch is stored after its instant.
const TOUCH_AFTER_MS = 30 * 60_000; // A head found true is marked so at most this often: reading a page rarely writes.

/** The days of each portfolio until yesterday, stored ones where they still hold; one that never had an operation is left out. */
export async function dailyValuesOf(
  source: FiguresSource,
  portfolios: readonly Portfolio[],
): Promise<Map<string, DailyValues>> {
  const { queryable, clock, timeZone } = source;
  const atMs = clock();
  const lastDay = epochDay(dateInZone(atMs, timeZone)) - 1;
  const used = portfolios.filter((portfolio) => portfolio.lastSequence > 0);
  const heads = await readDailyHeads(
    queryable,
    used.map(({ id }) => id),
  );
  const changesAt = rememberedChanges(source);
  const current: DailyHead[] = [];
  const found = new Map<string, DailyValues>();
  for (const portfolio of used) {
    const head = heads.get(portfolio.id) ?? null;
    const changes = await changesAt(portfolio.workspaceId, head?.computedAtMs ?? atMs);
    const staleDay = head ? await firstStaleDay(source, { portfolio, head, changes }) : Number.NEGATIVE_INFINITY;
    if (head && staleDay > Math.min(head.lastDay, lastDay) && head.lastDay >= lastDay) current.push(head);
    else {
      const wish = { portfolio, known: head, staleDay, lastDay, atMs, changes };
      const daily = await bringForward(source, wish);
      if (daily) found.set(portfolio.id, daily);
    }
  }
  for (const [id, daily] of await readDailyValues(queryable, current)) found.set(id, daily);
  const old = current.filter((head) => atMs - head.computedAtMs > TOUCH_AFTER_MS).map((head) => head.portfolioId);
  if (old.length > 0) await touchDailyHeads(queryable, old, atMs);
  return found;
}

/** What changed since an instant; asked once for all portfolios that were computed together. */
function rememberedChanges({ queryable }: FiguresSource) {
  const known = new Map<string, Promise<MarketChanges>>();
  return (workspaceId: string, computedAtMs: number): Promise<MarketChanges> => {
    const sinceMs = computedAtMs - MARKET_LAG_MS;
    const key = `${workspaceId} ${sinceMs}`;
    const found = known.get(key) ?? marketChangesSince(queryable, { workspaceId, sinceMs });
    known.set(key, found);
    return found;
  };
}

interface Checked {
  readonly portfolio: Portfolio;
  readonly head: DailyHead;
  readonly changes: MarketChanges;
}

/** The first day that may be another than it was stored; infinite for none. */
async function firstStaleDay(source: FiguresSource, { portfolio, head, changes }: Checked): Promise<number> {
  if (head.basis['rates'] !== changes.rateOwner || head.sequence > portfolio.lastSequence)
    return Number.NEGATIVE_INFINITY;
  const days = [
    ...head.instrumentIds.map((id) => changes.closes.get(id)),
    ...(head.currencies.length > 1 ? head.currencies.map((currency) => changes.rates.get(currency)) : []),
  ];
  if (head.sequence < portfolio.lastSequence) {
    const span = { portfolioId: portfolio.id, afterSequence: head.sequence, upTo: portfolio.lastSequence };
    const changed = await readFirstChange(source.queryable, span);
    if (changed) days.push(epochDay(changed));
  }
  return Math.min(Number.POSITIVE_INFINITY, ...days.filter((day) => day !== undefined));
}

interface ForwardWish {
  readonly portfolio: Portfolio;
  readonly known: DailyHead | null;
  readonly staleDay: number;
  readonly lastDay: number;
  readonly atMs: number;
  readonly changes: MarketChanges;
}

/** Computes the days that are missing or stale, stores them, and gives all. Null when nothing happened until yesterday. */
async function bringForward(source: FiguresSource, wish: ForwardWish): Promise<DailyValues | null> {
  const { queryable, shelf, closes, valuations } = source;
  const { portfolio, known, lastDay, atMs, changes } = wish;
  const { workspaceId } = portfolio;
  const first = await shelf.bookOf(queryable, portfolio);
  // Days once stored stay, empty when their events were taken back: every process then agrees where the days begin.
  const starts = [first.firstDate && epochDay(first.firstDate), known?.firstDay].filter(
    (day) => typeof day === 'number',
  );
  const firstDay = Math.min(...starts);
  if (firstDay > lastDay) return null;
  const [from, to] = [dateOfEpochDay(firstDay), dateOfEpochDay(lastDay)];
  const instrumentIds = [...new Set([...first.book.positions.values()].map((position) => position.instrumentId))];
  const closesOf = await closes.read(queryable, { workspaceId, instrumentIds, from, to: dateOfEpochDay(lastDay + 1) });
  const quoted = [...closesOf.values()].map((column) => column.currency).filter((currency) => currency !== '');
  const shelved = await shelf.requireCurrencies(queryable, portfolio, quoted);
  const basis = basisOf(shelved, closesOf, changes.rateOwner);
  const head: DailyHead = {
    portfolioId: portfolio.id,
    workspaceId,
    sequence: shelved.sequence,
    firstDay,
    lastDay,
    basis,
    instrumentIds,
    currencies: [...shelved.currencies],
    computedAtMs: atMs,
  };
  const isWhole = !known || known.firstDay !== firstDay || known.lastDay > lastDay || !basisHolds(known.basis, basis);
  const since = isWhole ? firstDay : Math.max(firstDay, Math.min(wish.staleDay, known.lastDay + 1));
  const input = await engineInput(shelved, { closesOf, from, to });
  const fresh = await valuations.compute({ kind: 'daily', ...input, firstDay: since, dayCount: lastDay - since + 1 });
  await source.transaction((tx) => replaceDailyValues(tx, { head, fresh, known }));
  if (since === firstDay) return fresh;
  // What was stored before the first stale day holds; it is read back, so that both readings are the same bytes.
  const stored = await readDailyValues(queryable, [{ ...head, lastDay: since - 1 }]);
  return joinDays(stored.get(portfolio.id) ?? fresh, fresh);
}

function joinDays(before: DailyValues, after: DailyValues): DailyValues {
  const join = (left: Float64Array, right: Float64Array): Float64Array => {
    const all = new Float64Array(left.length + right.length);
    all.set(left);
    all.set(right, left.length);
    return all;
  };
  const flags = new Uint8Array(before.flags.length + after.flags.length);
  flags.set(before.flags);
  flags.set(after.flags, before.flags.length);
  return {
    firstDay: before.firstDay,
    values: join(before.values, after.values),
    inflows: join(before.inflows, after.inflows),
    outflows: join(before.outflows, after.outflows),
    flags,
  };
}

/** The facts that no day bounds, by name. An empty one says nothing yet, so that its first value changes no earlier day. */
function basisOf(
  { book }: Pick<ShelvedBook, 'book'>,
  closesOf: ReadonlyMap<string, CloseColumn>,
  rateOwner: string,
): Record<string, string> {
  const basis: Record<string, string> = { rates: rateOwner, base: book.baseCurrency };
  for (const account of book.accounts.values())
    basis[`cash ${account.accountId}`] = tracksCash(account) ? 'kept' : 'outside';
  for (const [key, { trades }] of book.positions) {
    // A trade in another currency drops the earlier ones: then the column begins on another day.
    basis[`trades ${key}`] = trades.days.length === 0 ? '' : `${trades.currency} ${trades.days[0]}`;
  }
  for (const [id, column] of closesOf) basis[`closes ${id}`] = column.currency;
  return basis;
}

function basisHolds(known: Readonly<Record<string, string>>, fresh: Readonly<Record<string, string>>): boolean {
  return Object.entries(known).every(
    ([name, fact]) => fact === '' || fresh[name] === undefined || fresh[name] === fact,
  );
}
