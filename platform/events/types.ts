/** Events: facts written to the outbox inside the transaction that made them true. */
import type { EventFact, Queryable, Transaction } from '#platform/db';
import type { EventShape } from '#kernel';

export interface StoredEvent {
  /** UUIDv7; the same id on every webhook attempt and socket message. */
  readonly id: string;
  /** Grows with each event of the installation in the order of commits; the resume point of a live tail. */
  readonly sequence: bigint;
  readonly name: string;
  readonly version: number;
  readonly workspaceId: string;
  readonly subjectId: string;
  /** The JSON form: decimals and bigints are text. */
  readonly payload: unknown;
  /** The same as JSON text, so that senders need not write it again. */
  readonly payloadJson: string;
  readonly occurredAtMs: number;
}

/** One page of a workspace's log. `names` keeps only these events (those the reader may see). */
export interface EventPage {
  readonly workspaceId: string;
  readonly limit: number;
  readonly names?: readonly string[];
  /** Of the events with these names only those about these subjects (`createRowGuard` makes it). */
  readonly rows?: { readonly names: readonly string[]; readonly subjectIds: readonly string[] } | undefined;
}

/** How far the log reaches: the oldest and the newest sequence in it. */
export interface EventReach {
  readonly first: bigint;
  readonly last: bigint;
}

export interface Events {
  readonly catalogue: ReadonlyMap<string, EventShape>;
  /**
   * Adds rows that must live or die with the events (webhook deliveries). Runs inside each emitting transaction, which
   * holds the outbox lock: be quick, and do not wait for rows that other transactions change.
   */
  beforeCommit(hook: (tx: Transaction, events: readonly StoredEvent[]) => Promise<void>): void;
  /** Hears each event once in the process that committed it, right after the commit. May be lost on a crash. */
  afterCommit(listener: (events: readonly StoredEvent[]) => void): void;
  /** Hears the events of every process over the same database, in sequence order per process. */
  onPublished(listener: (events: readonly StoredEvent[]) => void): void;
  /**
   * The same, strictly in the order of sequences over all processes, so that the last sequence heard is a place to resume
   * from. Our own events come about a millisecond later than in `onPublished`: their turn is known when the channel says so.
   */
  onPublishedInOrder(listener: (events: readonly StoredEvent[]) => void): void;
  /** Publishes one event with group commit: concurrent calls share one transaction. Resolves when it is durable. */
  publish<E extends EventShape>(event: E, fact: EventFact<E>): Promise<StoredEvent>;
  /** Events after a sequence, oldest first: how a live tail resumes without a gap. */
  after(page: EventPage & { readonly sequence: bigint }): Promise<readonly StoredEvent[]>;
  /** The newest events, newest first, below `beforeSequence` when given. */
  latest(page: EventPage & { readonly beforeSequence?: bigint }): Promise<readonly StoredEvent[]>;
  /** How far the log of the installation reaches; null while it is empty. A place outside of it cannot be resumed from. */
  reach(): Promise<EventReach | null>;
  /** One event by its id; null when it is unknown or past its retention. */
  find(queryable: Queryable, id: string): Promise<StoredEvent | null>;
  /** Whether events wait that were committed by a process without hooks (an offline command). */
  hasUnheard(): Promise<boolean>;
  /** Takes the oldest of them inside a transaction: each is taken once over all processes, and back after a rollback. */
  takeUnheard(tx: Transaction, limit: number): Promise<readonly StoredEvent[]>;
  /** Deletes events that happened before an instant, in bounded steps; returns how many went. */
  prune(beforeMs: number): Promise<number>;
}
