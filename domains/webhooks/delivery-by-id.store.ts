/** Deliveries found by their own id or by their event's, in every workspace: for the owner of the machine only. */
import { sql } from 'kysely';
import type { Queryable } from '#platform/db';
import type { DeliveryState } from './delivery.ts';
import { firstIdAt } from './delivery.store.ts';

const FOUND_MAX = 200; // Four times as many endpoints as a workspace may have.
const AROUND_MS = 60_000; // A delivery is born with its event, or carries its time: a minute covers every clock.

export interface DeliveryById {
  readonly id: string;
  /** Null when its endpoint is gone. */
  readonly url: string | null;
  readonly isEnabled: boolean;
  readonly hasBody: boolean;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly dueAtMs: number | null;
  readonly lastStatus: number | null;
  readonly lastError: string | null;
}

export async function findDeliveriesById(queryable: Queryable, id: string): Promise<readonly DeliveryById[]> {
  const bornAtMs = Number.parseInt(id.replace('-', '').slice(0, 12), 16); // The time inside a UUIDv7.
  const { rows } = await sql<DeliveryById>`
    select d.id, e.url, coalesce(e.is_enabled, false) as "isEnabled", d.body <> '' as "hasBody", d.state, d.attempts,
      d.due_at as "dueAtMs", d.last_status as "lastStatus", d.last_error as "lastError"
    from webhooks_deliveries d left join webhooks_endpoints e on e.id = d.endpoint_id
    where d.id = ${id}::uuid or (d.event_id = ${id}::uuid
      and d.id >= ${firstIdAt(bornAtMs - AROUND_MS)}::uuid and d.id < ${firstIdAt(bornAtMs + AROUND_MS)}::uuid)
    order by d.id limit ${FOUND_MAX}
  `.execute(queryable.tables());
  return rows;
}

/** Makes them due now, unless somebody has just taken one; gives the ids that are. */
export async function requeueById(
  queryable: Queryable,
  deliveries: readonly DeliveryById[],
  nowMs: number,
): Promise<readonly string[]> {
  const { rows } = await sql<{ readonly id: string }>`
    update webhooks_deliveries d
    set state = 'waiting', due_at = to_timestamp(${nowMs}::double precision / 1000), completed_at = null,
      latency_ms = null, order_key = case when d.due_at is null then null else d.order_key end
    from unnest(${deliveries.map(({ id }) => id)}::uuid[], ${deliveries.map(({ attempts }) => attempts)}::smallint[])
      as asked (id, attempts)
    where d.id = asked.id and d.attempts = asked.attempts
    returning d.id
  `.execute(queryable.tables());
  return rows.map(({ id }) => id);
}
