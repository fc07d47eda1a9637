/**
 * The events of other processes over the same database: NOTIFY brings a range of sequences, we read those rows. After
 * the listening connection was lost, everything since the last heard sequence is read, minus what we committed ourselves.
 */
import type { DatabaseHandle } from '#platform/db';
import type { Log } from '#platform/telemetry';
import { EVENT_CHANNEL, eventsInRange, newestSequence } from './event.store.ts';
import type { StoredEvent } from './types.ts';

interface Range {
  readonly first: bigint;
  readonly last: bigint;
}

const OWN_MAX = 100_000; // Sequences of ours that the channel has not confirmed yet; far above any burst.

export class RemoteEvents {
  readonly #db: DatabaseHandle;
  readonly #log: Log;
  readonly #origin: string;
  readonly #deliver: (events: readonly StoredEvent[]) => void;
  readonly #deliverInOrder: (events: readonly StoredEvent[]) => void;
  /** Our own events that the channel has not told us about yet. */
  readonly #own = new Map<bigint, StoredEvent>();
  #toldInOrderUpTo = 0n;
  #heardUpTo = 0n;
  /** Where a failed reading has to begin again. */
  #failedFrom: bigint | null = null;
  #work: Promise<void> = Promise.resolve();

  constructor(input: {
    readonly db: DatabaseHandle;
    readonly log: Log;
    readonly origin: string;
    readonly deliver: (events: readonly StoredEvent[]) => void;
    readonly deliverInOrder: (events: readonly StoredEvent[]) => void;
  }) {
    this.#db = input.db;
    this.#log = input.log;
    this.#origin = input.origin;
    this.#deliver = input.deliver;
    this.#deliverInOrder = input.deliverInOrder;
  }

  async start(): Promise<void> {
    await this.#db.listen({
      channel: EVENT_CHANNEL,
      onMessage: (message) => this.#heard(message),
      onReconnect: () => this.#enqueue(() => this.#catchUp()),
    });
    this.#heardUpTo = await newestSequence(this.#db);
    this.#toldInOrderUpTo = this.#heardUpTo;
  }

  /** Remembers events that this process delivers itself. */
  delivered(events: readonly StoredEvent[]): void {
    if (this.#own.size > OWN_MAX) this.#own.clear();
    for (const event of events) if (event.sequence > this.#heardUpTo) this.#own.set(event.sequence, event);
  }

  /** Resolves when everything heard so far has been read and delivered. */
  async idle(): Promise<void> {
    await this.#work;
  }

  #heard(message: string): void {
    const [origin, first = '0', last = '0'] = message.split(':');
    const range = { first: BigInt(first), last: BigInt(last) };
    if (origin === this.#origin) {
      const own: StoredEvent[] = [];
      for (let sequence = range.first; sequence <= range.last; sequence += 1n) {
        const event = this.#own.get(sequence);
        if (event) own.push(event);
        this.#own.delete(sequence);
      }
      if (range.last > this.#heardUpTo) this.#heardUpTo = range.last;
      this.#enqueue(() => this.#tellOwnInOrder(range, own));
      return;
    }
    this.#enqueue(() => this.#load(range));
  }

  async #catchUp(): Promise<void> {
    await this.#load({ first: this.#heardUpTo + 1n, last: await newestSequence(this.#db) });
  }

  async #load({ first, last }: Range): Promise<void> {
    let from = this.#failedFrom !== null && this.#failedFrom < first ? this.#failedFrom : first;
    this.#failedFrom = from;
    while (from <= last) {
      const events = await eventsInRange(this.#db, { first: from, last });
      const newest = events.at(-1);
      if (!newest) break;
      const foreign = events.filter(({ sequence }) => !this.#own.delete(sequence));
      if (foreign.length > 0) this.#deliver(foreign);
      this.#tellInOrder(events);
      from = newest.sequence + 1n;
      this.#failedFrom = from;
    }
    this.#failedFrom = null;
    if (last > this.#heardUpTo) this.#heardUpTo = last;
  }

  /** Our own batch in its turn among those of the others. The channel may be faster than the answer to our commit. */
  async #tellOwnInOrder({ first, last }: Range, own: readonly StoredEvent[]): Promise<void> {
    if (BigInt(own.length) === last - first + 1n) return this.#tellInOrder(own);
    for (let from = first; from <= last;) {
      const events = await eventsInRange(this.#db, { first: from, last });
      const newest = events.at(-1);
      if (!newest) return;
      this.#tellInOrder(events);
      from = newest.sequence + 1n;
    }
  }

  #tellInOrder(events: readonly StoredEvent[]): void {
    const fresh = events.filter(({ sequence }) => sequence > this.#toldInOrderUpTo);
    const newest = fresh.at(-1);
    if (!newest) return;
    this.#toldInOrderUpTo = newest.sequence;
    this.#deliverInOrder(fresh);
  }

  #enqueue(task: () => Promise<void>): void {
    // One after the other, so that events keep their order.
    this.#work = this.#work.then(task).catch((error: unknown) => {
      this.#log.error('Events of other processes could not be read; the next reading starts there again', {
        error: String(error),
      });
    });
  }
}
