/**
 * Hands committed batches on in the order of their sequences. The outbox lock makes a batch's insert answer arrive
 * before the next batch can be inserted, so the order of `enter` is the order of sequences; commits may be answered on
 * different connections in another order, and wait here for the ones before them.
 */
import type { CommitOutcome } from '#platform/db';
import type { StoredEvent } from './types.ts';

interface Turn {
  readonly events: readonly StoredEvent[];
  outcome: CommitOutcome | null;
}

export class CommitOrder {
  readonly #turns: Turn[] = [];
  readonly #deliver: (events: readonly StoredEvent[]) => void;

  constructor(deliver: (events: readonly StoredEvent[]) => void) {
    this.#deliver = deliver;
  }

  /** Takes a place for an inserted batch; call the result once with how its transaction ended. */
  enter(events: readonly StoredEvent[]): (outcome: CommitOutcome) => void {
    const turn: Turn = { events, outcome: null };
    this.#turns.push(turn);
    return (outcome) => {
      turn.outcome = outcome;
      this.#drain();
    };
  }

  #drain(): void {
    for (let head = this.#turns[0]; head && head.outcome !== null; head = this.#turns[0]) {
      this.#turns.shift();
      // A batch whose commit nobody answered is found again, if it exists, by the reading side.
      if (head.outcome === 'committed') this.#deliver(head.events);
    }
  }
}
