/**
 * Sending again by id, for whoever owns the machine (`cactus events replay`): queued in the database, sent by whichever
 * server runs. The id is a delivery's or an event's.
 */
import type { Platform } from '#platform/domain';
import { type DeliveryById, findDeliveriesById, requeueById } from './delivery-by-id.store.ts';

export interface ReplayedDelivery {
  readonly id: string;
  readonly url: string;
  readonly state: DeliveryById['state'];
  readonly attempts: number;
  readonly lastStatus: number | null;
  readonly lastError: string | null;
  /** Why it was not queued; null when it was. */
  readonly refusal: 'endpoint_disabled' | 'delivery_under_way' | 'body_expired' | null;
  /** Whether the attempt that was asked for has ended. */
  readonly isAnswered: boolean;
}

/** Queues the delivery, or every delivery of the event, again; an unknown id gives none. */
export async function replayDeliveriesOf(platform: Platform, id: string): Promise<readonly ReplayedDelivery[]> {
  const { db, clock } = platform;
  const found = await findDeliveriesById(db, id);
  const queued = new Set(
    await requeueById(
      db,
      found.filter((row) => refusalOf(row, clock()) === null),
      clock(),
    ),
  );
  return found.map((row) => {
    const refusal = refusalOf(row, clock()) ?? (queued.has(row.id) ? null : 'delivery_under_way');
    return viewOf({ ...row, state: refusal === null ? 'waiting' : row.state }, refusal, false);
  });
}

/** How they are now; an attempt counts as answered when it is over and is not the one before. */
export async function statesOf(
  { db }: Platform,
  replayed: readonly ReplayedDelivery[],
): Promise<readonly ReplayedDelivery[]> {
  return Promise.all(
    replayed.map(async (before) => {
      const [row] = await findDeliveriesById(db, before.id);
      if (!row || before.refusal !== null) return before;
      return viewOf(row, null, row.attempts > before.attempts && row.state !== 'sending');
    }),
  );
}

function refusalOf(row: DeliveryById, nowMs: number): ReplayedDelivery['refusal'] {
  if (row.url === null || !row.isEnabled) return 'endpoint_disabled';
  if (!row.hasBody) return 'body_expired';
  return row.state === 'sending' && (row.dueAtMs ?? 0) > nowMs ? 'delivery_under_way' : null;
}

function viewOf(row: DeliveryById, refusal: ReplayedDelivery['refusal'], isAnswered: boolean): ReplayedDelivery {
  const { id, url, state, attempts, lastStatus, lastError } = row;
  return { id, url: url ?? '', state, attempts, lastStatus, lastError, refusal, isAnswered };
}
