/** The database as the rest of the product sees it. SQL lives in `.store.ts` files, each on its own domain's tables. */
import type { EventShape, OutputOf } from '#kernel';
import type { ColumnType, Kysely } from 'kysely';
import type { SessionLock } from './session-lock.ts';

/** Anything a store can read from: the database itself or an open transaction. */
export interface Queryable {
  /** A Kysely handle typed with the tables of the calling store (`queryable.tables<PortfolioTables>()`). */
  tables<Tables>(): Kysely<Tables>;
  /**
   * Runs one statement as a named prepared statement, for hot paths: planned once per connection. `name` is unique per
   * text (`portfolios.position.list`) and is what the slow-query figures show.
   */
  prepared<Row extends object>(name: string, text: string, values: readonly unknown[]): Promise<readonly Row[]>;
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
  /**
   * A statement already sent whose answer nobody needs before the commit: it saves a round trip by travelling with it.
   * When it fails, so does the whole transaction.
   */
  withCommit(write: Promise<void>): void;
  /** Runs after a successful commit, in this process only; must not throw. */
  afterCommit(run: () => void): void;
}

export interface Database extends Queryable {
  /** Runs `work` in one READ COMMITTED transaction; a throw rolls back rows, events and jobs alike. */
  transaction<Value>(work: (tx: Transaction) => Promise<Value>): Promise<Value>;
  /**
   * Takes a named lock among all processes for as long as this one lives, for loops that must run once; null when
   * another holds it: ask again later to take over. Holds one connection.
   */
  tryLock(name: string): Promise<SessionLock | null>;
}

/** `timestamptz`: read as epoch milliseconds, written as `new Date(atMs)`. */
export type InstantColumn = ColumnType<number, Date, Date>;
export type NullableInstantColumn = ColumnType<number | null, Date | null | undefined, Date | null>;
/** `numeric`: exact decimal text both ways (`Decimal.from(row.amount)`, `amount.toString()`). */
export type NumericColumn = ColumnType<string, string, string>;
/** `bigint`. */
export type BigintColumn = ColumnType<bigint, bigint, bigint>;
/** `jsonb`: read parsed, written as text with `toJson`. */
export type JsonColumn<Value> = ColumnType<Value, string, string>;

/** An event as `tx.emit` received it, before it is stored. */
export interface EmittedEvent {
  readonly event: EventShape;
  readonly fact: EventFact<EventShape>;
}

/** Filled by platform/events: stores what a transaction emitted, as its last statement before the commit. */
export interface Outbox {
  /** Checks an emission at once, so that a bad payload fails where it was written. */
  check(emitted: EmittedEvent): EmittedEvent;
  /** Returns what to call with the outcome of the commit. */
  record(tx: Transaction, emitted: readonly EmittedEvent[]): Promise<(outcome: CommitOutcome) => void>;
}

/** `unknown` when the connection died during the commit. */
export type CommitOutcome = 'committed' | 'rolled_back' | 'unknown';

/** Filled by platform/jobs: stores a job inside the transaction. */
export interface JobQueue {
  add(tx: Transaction, name: string, payload: unknown, options: JobOptions): Promise<void>;
}

/** A folder of numbered `.sql` files and who owns it. */
export interface MigrationOwner {
  readonly name: string;
  /** Every table it creates starts with it. */
  readonly tablePrefix: string;
  readonly directory: URL;
}

export interface QueryFacts {
  /** Name of the prepared statement, or verb and table. Never holds values. */
  readonly sqlName: string;
  /** SQL text with placeholders. */
  readonly statement: string;
  readonly durationMs: number;
}
