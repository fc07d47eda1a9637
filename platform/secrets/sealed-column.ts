/**
 * Sealed columns: every place of the database that holds sealed texts, declared by the part that owns the table, so that a
 * new master key reaches all of them. Re-wrapping goes in small transactions over what the newest key has not wrapped yet:
 * killed at any instant it loses nothing, and run again it goes on with the rest.
 */
import { Fault } from '#kernel';
import type { Database, Queryable, Transaction } from '#platform/db';
import type { Rewrap } from './types.ts';

const ROWS_PER_STEP_MAX = 200; // A step of some milliseconds: nobody who edits one of its rows waits noticeably.
const UNREADABLE_NAMED_MAX = 20; // Enough to act on; the rest is counted.

export interface StalePage {
  /** Rows wrapped by another key than this one are stale. */
  readonly keyId: string;
  /** Rows up to this id were looked at; null at the beginning. */
  readonly afterId: string | null;
  readonly countMax: number;
}

interface Step {
  readonly lastId: string | null;
  readonly rewrappedCount: number;
  readonly unreadableIds: readonly string[];
}

/** One declared column, whatever its rows look like. */
export interface SealedColumn {
  /** `<table>.<column>`. */
  readonly name: string;
  countStale(queryable: Queryable, keyId: string): Promise<number>;
  step(tx: Transaction, page: StalePage, rewrap: Rewrap): Promise<Step>;
}

interface Definition<Row> {
  readonly name: string;
  countStale(queryable: Queryable, keyId: string): Promise<number>;
  /** Stale rows by ascending id, held until the commit. */
  lockStale(tx: Transaction, page: StalePage): Promise<readonly Row[]>;
  /** The row with its sealed texts re-wrapped. Lets `secret_not_readable` pass. */
  rewrapped(row: Row, rewrap: Rewrap): Row;
  save(tx: Transaction, row: Row): Promise<void>;
}

/** Declares a column; keeps the type of its rows to itself. */
export function sealedColumn<Row extends { readonly id: string }>(column: Definition<Row>): SealedColumn {
  return {
    name: column.name,
    countStale: (queryable, keyId) => column.countStale(queryable, keyId),
    step: async (tx, page, rewrap) => {
      const rows = await column.lockStale(tx, page);
      const unreadableIds: string[] = [];
      for (const row of rows) {
        const next = readable(() => column.rewrapped(row, rewrap));
        if (next === null) unreadableIds.push(row.id);
        else await column.save(tx, next);
      }
      return { lastId: rows.at(-1)?.id ?? null, rewrappedCount: rows.length - unreadableIds.length, unreadableIds };
    },
  };
}

export interface RewrapReport {
  readonly keyId: string;
  readonly rewrappedCount: number;
  readonly unreadableCount: number;
  /** `<table>.<column> <id>` of the first ones: sealed with a key that is no longer here. They were left as they are. */
  readonly unreadable: readonly string[];
}

/**
 * Wraps every stale text of these columns with the newest key. What cannot be opened is left alone and named. Stops between
 * two steps when the signal says so; what is done stays done.
 */
export async function rewrapColumns(input: {
  readonly db: Database;
  readonly columns: readonly SealedColumn[];
  readonly keyId: string;
  readonly rewrap: Rewrap;
  readonly signal: AbortSignal;
  readonly progress: (doneRatio: number, message: string) => Promise<void>;
}): Promise<RewrapReport> {
  const { db, columns, keyId, rewrap, signal, progress } = input;
  const counts = await staleCounts(db, columns, keyId);
  const total = counts.reduce((sum, { staleCount }) => sum + staleCount, 0);
  let seenCount = 0;
  let rewrappedCount = 0;
  const unreadable: string[] = [];
  for (const column of columns) {
    let afterId: string | null = null;
    for (;;) {
      signal.throwIfAborted();
      const page: StalePage = { keyId, afterId, countMax: ROWS_PER_STEP_MAX };
      const done: Step = await db.transaction((tx) => column.step(tx, page, rewrap));
      if (done.lastId === null) break;
      afterId = done.lastId;
      seenCount += done.rewrappedCount + done.unreadableIds.length;
      rewrappedCount += done.rewrappedCount;
      unreadable.push(...done.unreadableIds.map((id) => `${column.name} ${id}`));
      await progress(Math.min(1, seenCount / Math.max(1, total)), `${column.name}: ${seenCount} of ${total}`);
    }
  }
  return {
    keyId,
    rewrappedCount,
    unreadableCount: unreadable.length,
    unreadable: unreadable.slice(0, UNREADABLE_NAMED_MAX),
  };
}

/** How many texts of each column the newest key has not wrapped, leaving out columns where that is none. */
export async function staleCounts(
  db: Queryable,
  columns: readonly SealedColumn[],
  keyId: string,
): Promise<readonly { readonly column: string; readonly staleCount: number }[]> {
  const counts = [];
  for (const column of columns) {
    counts.push({ column: column.name, staleCount: await column.countStale(db, keyId) });
  }
  return counts.filter(({ staleCount }) => staleCount > 0);
}

function readable<Value>(open: () => Value): Value | null {
  try {
    return open();
  } catch (error) {
    if (error instanceof Fault && error.code === 'secret_not_readable') return null;
    throw error;
  }
}
