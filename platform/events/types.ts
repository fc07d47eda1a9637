/** Events: facts written to the outbox inside the transaction that made them true. */
import type { EventFact, Transaction } from '#platform/db';
import type { EventShape } from '#kernel';

export interface StoredEvent {
  /** UUIDv7; the same id on every webhook attempt and socket message. */
  readonly id: string;
  /** Grows with each event of the installation; the resume point of a live tail. */
  readonly sequence: bigint;
  readonly name: string;
  readonly version: number;
  readonly workspaceId: string;
  readonly subjectId: string;
  readonly payload: unknown;
  readonly occurredAtMs: number;
}

/** A page of the event log of one workspace. */
export interface EventQuery {
  readonly workspaceId: string;
  /** Only these events: the ones the reader may see. */
  readonly names: readonly string[];
  /** With it, what came later in rising order (nothing committed is ever skipped); without it, the newest first. */
  readonly afterSequence?: bigint;
  readonly limit: number;
}

export interface Events {
  readonly catalogue: ReadonlyMap<string, EventShape>;
  /** Adds rows that must live or die with the events (webhook deliveries). Runs inside each emitting transaction. */
  beforeCommit(hook: (tx: Transaction, events: readonly StoredEvent[]) => Promise<void>): void;
  /** Hears each event once in the process that committed it, right after the commit. May be lost on a crash. */
  afterCommit(listener: (events: readonly StoredEvent[]) => void): void;
  /** Hears the events of every process over the same database, in sequence order per process. */
  onPublished(listener: (events: readonly StoredEvent[]) => void): void;
  /** Reads the log, for resuming a live tail and for people. */
  read(query: EventQuery): Promise<readonly StoredEvent[]>;
  /** Publishes one event with group commit: concurrent calls share one transaction. Resolves when it is durable. */
  publish<E extends EventShape>(event: E, fact: EventFact<E>): Promise<StoredEvent>;
}
