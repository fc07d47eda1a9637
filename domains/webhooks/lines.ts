/** Lines: moves the deliveries of endpoints that ask for order, a step at a time, as fast as their receiver answers. */
import type { Clock } from '#kernel';
import type { Database } from '#platform/db';
import type { Log } from '#platform/telemetry';
import type { Directory } from './directory.ts';
import type { Dispatcher } from './dispatcher.ts';
import { claimLines } from './line.store.ts';

const RUN_LENGTH_MAX = 100; // Taken together by one process; few enough that a slow receiver lets no lease run out.

export interface Lines {
  /** Takes what may leave now of one endpoint; calls that arrive meanwhile share one more look. Never throws. */
  pull(endpointId: string): Promise<void>;
  /** The same for every endpoint that asks for order. */
  pullAll(): Promise<void>;
  isIdle(): boolean;
  /** Waits for the looks under way. */
  idle(): Promise<void>;
}

export function createLines(options: {
  readonly db: Database;
  readonly directory: Directory;
  readonly dispatcher: Pick<Dispatcher, 'lineRoom' | 'sendClaimed' | 'leaseMs'>;
  readonly clock: Clock;
  readonly log: Log;
}): Lines {
  const { db, directory, dispatcher, clock, log } = options;
  const running = new Map<string, { isAsked: boolean; done: Promise<void> }>();

  async function takeOnce(endpointId: string): Promise<void> {
    const endpoint = directory.find(endpointId);
    if (!endpoint || endpoint.ordering === 'none') return;
    const roomCount = dispatcher.lineRoom(endpoint);
    if (roomCount <= 0) return;
    const nowMs = clock();
    const shipments = await claimLines(db, {
      endpointId,
      // Lines of several subjects leave side by side, so only their heads may be in the air.
      perLineMax: endpoint.ordering === 'endpoint' ? Math.min(roomCount, RUN_LENGTH_MAX) : 1,
      linesMax: endpoint.ordering === 'endpoint' ? RUN_LENGTH_MAX : Math.min(roomCount, RUN_LENGTH_MAX),
      nowMs,
      leaseUntilMs: nowMs + dispatcher.leaseMs,
    });
    dispatcher.sendClaimed(shipments);
  }

  async function run(endpointId: string, state: { isAsked: boolean }): Promise<void> {
    do {
      state.isAsked = false;
      await takeOnce(endpointId).catch((error: unknown) =>
        log.warn('A line of webhooks waits for the next sweep', { endpointId, error: String(error) }),
      );
    } while (state.isAsked);
    running.delete(endpointId);
  }

  function pull(endpointId: string): Promise<void> {
    const known = running.get(endpointId);
    if (known) {
      known.isAsked = true;
      return known.done;
    }
    const state = { isAsked: false, done: Promise.resolve() };
    running.set(endpointId, state);
    state.done = run(endpointId, state);
    return state.done;
  }

  return {
    pull,
    isIdle: () => running.size === 0,
    async idle() {
      await Promise.all([...running.values()].map(({ done }) => done));
    },
    async pullAll() {
      const ordered = [...directory.all()].filter(({ ordering }) => ordering !== 'none');
      await Promise.all(ordered.map(({ id }) => pull(id)));
    },
  };
}
