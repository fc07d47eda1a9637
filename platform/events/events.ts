/** Puts the outbox together: checks, stores, orders, tells. One instance per process and database. */
import { assert, type Clock, type EventShape } from '#kernel';
import { type DatabaseHandle, type EmittedEvent, newId, type Outbox, type Transaction } from '#platform/db';
import type { Log } from '#platform/telemetry';
import { CommitOrder } from './commit-order.ts';
import {
  deleteEventsBefore,
  eventsAfter,
  findEvent,
  hasUnheard,
  insertEvents,
  latestEvents,
  logReach,
  markUnheard,
  type NewEvent,
  takeUnheard,
} from './event.store.ts';
import { payloadJsonOf } from './payload.ts';
import { Publisher } from './publisher.ts';
import { RemoteEvents } from './remote-events.ts';
import type { Events, StoredEvent } from './types.ts';

export interface EventsHandle extends Events {
  /** Waits for what is being published. */
  close(): Promise<void>;
}

type Hook = (tx: Transaction, events: readonly StoredEvent[]) => Promise<void>;
type Listener = (events: readonly StoredEvent[]) => void;

const PRUNE_STEP = 5_000; // Keeps each delete well below a second.
const PRUNE_STEPS_MAX = 400;

/** Attaches the outbox to the database and starts hearing the other processes. */
export async function createEvents(input: {
  readonly db: DatabaseHandle;
  readonly catalogue: readonly EventShape[];
  readonly clock: Clock;
  readonly log: Log;
}): Promise<EventsHandle> {
  const { db, clock } = input;
  const log = input.log.child({ part: 'events' });
  const catalogue = new Map(input.catalogue.map((event) => [event.name as string, event]));
  assert(catalogue.size === input.catalogue.length, 'events: two events of the catalogue share a name');
  const hooks: Hook[] = [];
  const local: Listener[] = [];
  const published: Listener[] = [];
  const inOrder: Listener[] = [];
  const origin = newId();
  const remote = new RemoteEvents({
    db,
    log,
    origin,
    deliver: (events) => tell(published, events, log),
    deliverInOrder: (events) => tell(inOrder, events, log),
  });
  const order = new CommitOrder((events) => {
    remote.delivered(events);
    tell(local, events, log);
    tell(published, events, log);
  });
  const outbox = createOutbox({ catalogue, clock, origin, hooks, order });
  db.attachOutbox(outbox);
  const publisher = new Publisher((batch) => commitBatch(db, outbox, batch));
  await remote.start();
  return {
    catalogue,
    beforeCommit: (hook) => void hooks.push(hook),
    afterCommit: (listener) => void local.push(listener),
    onPublished: (listener) => void published.push(listener),
    onPublishedInOrder: (listener) => void inOrder.push(listener),
    publish: async (event, fact) => publisher.add(outbox.prepare({ event, fact })),
    after: (page) => eventsAfter(db, page),
    latest: (page) => latestEvents(db, page),
    reach: () => logReach(db),
    find: findEvent,
    hasUnheard: () => hasUnheard(db),
    takeUnheard,
    prune: (beforeMs) => prune(db, beforeMs),
    close: async () => {
      await publisher.idle();
      await remote.idle();
    },
  };
}

interface ReadyEvent extends EmittedEvent {
  readonly row: NewEvent;
}

interface StoringOutbox extends Outbox {
  /** Checks now and remembers the result, so that emitting the returned event checks nothing again. */
  prepare(emitted: EmittedEvent): EmittedEvent;
  /** What a transaction has stored. */
  storedBy(tx: Transaction): readonly StoredEvent[];
}

function createOutbox(input: {
  readonly catalogue: ReadonlyMap<string, EventShape>;
  readonly clock: Clock;
  readonly origin: string;
  readonly hooks: readonly Hook[];
  readonly order: CommitOrder;
}): StoringOutbox {
  const storedByTx = new WeakMap<Transaction, readonly StoredEvent[]>();
  const preparedByFact = new WeakMap<object, ReadyEvent>();
  return {
    storedBy: (tx) => storedByTx.get(tx) ?? [],
    check: (emitted) => preparedByFact.get(emitted.fact) ?? ready(input, emitted),
    prepare: ({ event, fact }) => {
      const prepared = ready(input, { event, fact: { ...fact } }); // A copy of ours: the caller may emit its own again.
      preparedByFact.set(prepared.fact, prepared);
      return prepared;
    },
    record: async (tx, emitted) => {
      const rows = emitted.map((one) => (isReady(one) ? one.row : ready(input, one).row));
      const events = await insertEvents(tx, input.origin, rows);
      storedByTx.set(tx, events);
      const settle = input.order.enter(events);
      try {
        // Nobody adds rows here: an offline command, or a process that is still starting. The marks tell those who do.
        if (input.hooks.length === 0) tx.withCommit(markUnheard(tx, events));
        for (const hook of input.hooks) await hook(tx, events);
      } catch (error) {
        settle('rolled_back');
        throw error;
      }
      return settle;
    },
  };
}

function ready(
  { catalogue, clock }: { readonly catalogue: ReadonlyMap<string, EventShape>; readonly clock: Clock },
  { event, fact }: EmittedEvent,
): ReadyEvent {
  assert(catalogue.get(event.name) === event, `events: ${event.name} is not in the catalogue; list it in domain.ts`);
  const row: NewEvent = {
    id: newId(),
    name: event.name,
    version: event.version,
    workspaceId: fact.workspaceId,
    subjectId: fact.subjectId,
    payloadJson: payloadJsonOf(event, fact.payload),
    occurredAtMs: clock(),
  };
  return { event, fact, row };
}

function isReady(emitted: EmittedEvent): emitted is ReadyEvent {
  return 'row' in emitted;
}

async function commitBatch(
  db: DatabaseHandle,
  outbox: StoringOutbox,
  batch: readonly EmittedEvent[],
): Promise<readonly StoredEvent[]> {
  let open: Transaction | null = null;
  await db.transaction(async (tx) => {
    open = tx;
    for (const { event, fact } of batch) tx.emit(event, fact);
  });
  assert(open, 'events: the transaction ran');
  return outbox.storedBy(open);
}

function tell(listeners: readonly Listener[], events: readonly StoredEvent[], log: Log): void {
  for (const listener of listeners) {
    try {
      listener(events);
    } catch (error) {
      log.error('A listener of events threw; the events themselves are saved', { error: String(error) });
    }
  }
}

async function prune(db: DatabaseHandle, beforeMs: number): Promise<number> {
  let total = 0;
  for (let step = 0; step < PRUNE_STEPS_MAX; step += 1) {
    const count = await deleteEventsBefore(db, { atMs: beforeMs, limit: PRUNE_STEP });
    total += count;
    if (count < PRUNE_STEP) break;
  }
  return total;
}
