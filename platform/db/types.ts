/** The database as the rest of the product sees it. SQL lives in `.store.ts` files, each on its own domain's tables. */
import type { EventShape, OutputOf } from '#kernel';
import type { Kysely } from 'kysely';

/** Anything a store can read from: the database itself or an open transaction. */
export interface Queryable {
  /** A Kysely handle typed with the tables of the calling store (`queryable.tables<PortfolioTables>()`). */
  tables<Tables>(): Kysely<Tables>;
}

export interface EventFact<E extends EventShape> {
  readonly workspaceId: string;
  /** The row the event is about; listeners of one subject see its events in order. */
  readonly subjectId: string;
  readonly payload: OutputOf<E['schema']>;
}

export interface JobOptions {
  /** At most one waiting job per key; a newer one replaces it. */
  readonly key?: string;
  readonly runAtMs?: number;
  /** Jobs of one queue run one after another. */
  readonly queue?: string;
}

/** One atomic change: rows, outbox events and jobs commit together or not at all. */
export interface Transaction extends Queryable {
  /** Writes the event to the outbox of this transaction; listeners hear it right after the commit. */
  emit<E extends EventShape>(event: E, fact: EventFact<E>): void;
  addJob(name: string, payload: unknown, options?: JobOptions): Promise<void>;
  /** Runs after a successful commit, in this process only; must not throw. */
  afterCommit(run: () => void): void;
}

export interface Database extends Queryable {
  /** Runs `work` in one READ COMMITTED transaction; a throw rolls back rows, events and jobs alike. */
  transaction<Value>(work: (tx: Transaction) => Promise<Value>): Promise<Value>;
}
