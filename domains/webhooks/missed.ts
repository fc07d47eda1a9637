/**
 * Missed events: committed by a process without webhooks (an offline command), or before an endpoint listened. Their
 * deliveries are made later, with an id that follows from event and endpoint: however often somebody tries, there is one.
 */
import { createHash } from 'node:crypto';
import { uuidV7 } from '#kernel';
import type { Platform } from '#platform/domain';
import type { StoredEvent } from '#platform/events';
import type { NewDelivery } from './delivery.store.ts';
import { insertDeliveries } from './delivery.store.ts';
import type { Directory } from './directory.ts';
import type { LiveEndpoint } from './endpoint.ts';
import { insertInLine } from './line.store.ts';
import { planDeliveries } from './plan.ts';

const EVENTS_PER_STEP_MAX = 500;
const STEPS_PER_SWEEP_MAX = 20; // Ten thousand a second; what is left goes with the next sweep.

/** Plans the deliveries of what processes without webhooks committed. Events and rows move in one transaction. */
export async function adoptMissed(
  { db, events, clock }: Pick<Platform, 'db' | 'events' | 'clock'>,
  directory: Directory,
): Promise<void> {
  for (let step = 0; step < STEPS_PER_SWEEP_MAX; step += 1) {
    if (!(await events.hasUnheard())) return;
    await db.transaction(async (tx) => {
      const missed = await events.takeUnheard(tx, EVENTS_PER_STEP_MAX);
      const rows = planMissed(missed, (workspaceId) => directory.ofWorkspace(workspaceId), clock());
      const inLine = rows.filter(({ line }) => line !== undefined);
      const direct = rows.filter(({ line }) => line === undefined);
      if (inLine.length > 0) await insertInLine(tx, inLine);
      if (direct.length > 0) await insertDeliveries(tx, direct);
    });
  }
}

/** Rows for events of the past: all waiting, due now, with the ids that follow from event and endpoint. */
export function planMissed(
  events: readonly StoredEvent[],
  endpointsOf: (workspaceId: string) => readonly LiveEndpoint[],
  nowMs: number,
): NewDelivery[] {
  const planned = planDeliveries({ events, endpointsOf, hasRoom: () => false, newId: () => '', nowMs, leaseMs: 0 });
  return planned.map((row) => ({ ...row, id: missedId(row), state: 'waiting', attempts: 0, dueAtMs: nowMs }));
}

/** As old as its event, so that pages and retention see it where it belongs. */
function missedId({ eventId, endpointId, occurredAtMs }: NewDelivery): string {
  return uuidV7(occurredAtMs, createHash('sha256').update(`${endpointId}:${eventId}`).digest());
}
