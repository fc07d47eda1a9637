/**
 * Group commit: while one transaction is on its way, further `publish` calls gather and share the next one. One insert
 * and one disk flush then serve many events, which is what keeps the median at some milliseconds under load.
 */
import { Fault } from '#kernel';
import type { EmittedEvent } from '#platform/db';
import type { StoredEvent } from './types.ts';

interface Waiting {
  readonly emitted: EmittedEvent;
  resolve(event: StoredEvent): void;
  reject(error: unknown): void;
}

const BATCH_MAX = 500; // One statement of some 200 KiB; more would make everybody in the batch wait.
const QUEUE_MAX = 20_000; // Four seconds at the measured 5,000 a second; beyond that the caller must slow down.

export class Publisher {
  readonly #commit: (batch: readonly EmittedEvent[]) => Promise<readonly StoredEvent[]>;
  #queue: Waiting[] = [];
  #running: Promise<void> | null = null;

  constructor(commit: (batch: readonly EmittedEvent[]) => Promise<readonly StoredEvent[]>) {
    this.#commit = commit;
  }

  add(emitted: EmittedEvent): Promise<StoredEvent> {
    if (this.#queue.length >= QUEUE_MAX) {
      throw new Fault('events_overloaded', `More than ${QUEUE_MAX} events wait for the database.`, { retryable: true });
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ emitted, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running;
  }

  async #run(): Promise<void> {
    // Calls of the same turn of the event loop join the first batch.
    await Promise.resolve();
    while (this.#queue.length > 0) {
      const batch = this.#queue.slice(0, BATCH_MAX);
      this.#queue = this.#queue.slice(BATCH_MAX);
      try {
        const stored = await this.#commit(batch.map(({ emitted }) => emitted));
        for (const [index, waiting] of batch.entries()) settle(waiting, stored[index]);
      } catch (error) {
        for (const waiting of batch) waiting.reject(error);
      }
    }
    // In the same turn as the empty queue: a call that arrives later must start a new run.
    this.#running = null;
  }
}

function settle(waiting: Waiting, event: StoredEvent | undefined): void {
  if (event) waiting.resolve(event);
  else waiting.reject(new Fault('events_lost', 'A stored event did not come back.', { retryable: false }));
}
