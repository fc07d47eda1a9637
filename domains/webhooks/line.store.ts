/**
 * Deliveries of endpoints that ask for order. They wait in line in the database and are claimed by their place in it, never
 * by their due time: the head of a line that failed, or that a dead process still holds, keeps everything behind it waiting.
 */
import { sql } from 'kysely';
import type { Database, Queryable, Transaction } from '#platform/db';
import type { Shipment } from './delivery.ts';
import { type NewDelivery, SHIPMENT_COLUMNS, type ShipmentRow, toShipment } from './delivery.store.ts';

const INSERT = `
  insert into webhooks_deliveries
    (id, workspace_id, endpoint_id, event_id, event_name, occurred_at, body, state, attempts, due_at, order_key,
      event_sequence)
  select born.id, born.workspace_id, endpoint_id, event_id, event_name, to_timestamp(occurred_at_ms / 1000), body, 'waiting',
    0, to_timestamp(due_at_ms / 1000), order_key, event_sequence
  from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::double precision[], $7::text[],
    $8::double precision[], $9::text[], $10::bigint[])
    as born (id, workspace_id, endpoint_id, event_id, event_name, occurred_at_ms, body, due_at_ms, order_key, event_sequence)
  join webhooks_endpoints e on e.id = born.endpoint_id and e.is_enabled
  on conflict (id) do nothing`;

/** Puts the deliveries of a transaction's events at the end of their lines, in that transaction. */
export async function insertInLine(tx: Transaction, rows: readonly NewDelivery[]): Promise<void> {
  await tx.prepared('webhooks.delivery.insert_in_line', INSERT, [
    rows.map((row) => row.id),
    rows.map((row) => row.workspaceId),
    rows.map((row) => row.endpointId),
    rows.map((row) => row.eventId),
    rows.map((row) => row.eventName),
    rows.map((row) => row.occurredAtMs),
    rows.map((row) => row.body),
    rows.map((row) => row.dueAtMs),
    rows.map((row) => row.line?.key ?? ''),
    rows.map((row) => row.line?.sequence ?? 0n),
  ]);
}

export interface LineClaim {
  readonly endpointId: string;
  /** How many of one line may be taken together: the process that takes them sends one after another. */
  readonly perLineMax: number;
  /** How many rows in all. */
  readonly linesMax: number;
  readonly nowMs: number;
  readonly leaseUntilMs: number;
}

/**
 * Takes the head of each line of an endpoint, and up to `perLineMax` behind it, when the head is due. One process at a time:
 * the endpoint's row is the turn, and the claim reads after it has it, so it sees what the last one took.
 */
export async function claimLines(db: Database, claim: LineClaim): Promise<Shipment[]> {
  return db.transaction(async (tx) => {
    const turn = await sql<{ readonly id: string }>`
      select id from webhooks_endpoints where id = ${claim.endpointId} for no key update skip locked
    `.execute(tx.tables());
    if (turn.rows.length === 0) return [];
    const { rows } = await sql<ShipmentRow & { readonly event_sequence: bigint; readonly order_key: string }>`
      with recursive lines as (
        (select order_key from webhooks_deliveries
          where endpoint_id = ${claim.endpointId} and order_key is not null and due_at is not null
          order by order_key limit 1)
        union all
        select (select d.order_key from webhooks_deliveries d
          where d.endpoint_id = ${claim.endpointId} and d.order_key > lines.order_key and d.due_at is not null
          order by d.order_key limit 1)
        from lines where lines.order_key is not null
      ), ready as (
        select run.id from lines cross join lateral (
          select front.id, bool_and(front.due_at <= to_timestamp(${claim.nowMs}::double precision / 1000))
            over (order by front.event_sequence) as is_due
          from (
            select id, due_at, event_sequence from webhooks_deliveries
            where endpoint_id = ${claim.endpointId} and order_key = lines.order_key and due_at is not null
            order by event_sequence limit ${claim.perLineMax}
          ) as front
        ) as run
        where lines.order_key is not null and run.is_due limit ${claim.linesMax}
      )
      update webhooks_deliveries d
      set state = 'sending', attempts = d.attempts + 1,
        due_at = to_timestamp(${claim.leaseUntilMs}::double precision / 1000)
      from ready where d.id = ready.id
      returning ${SHIPMENT_COLUMNS}, d.event_sequence, d.order_key
    `.execute(tx.tables());
    return rows
      .toSorted((left, right) => Number(left.event_sequence - right.event_sequence))
      .map((row) => ({ ...toShipment(row, claim.leaseUntilMs), lineKey: row.order_key }));
  });
}

/** Lets everything of an endpoint leave its line, when the endpoint no longer asks for order. */
export async function dissolveLines(tx: Queryable, endpointId: string): Promise<void> {
  await sql`
    update webhooks_deliveries set order_key = null
    where endpoint_id = ${endpointId} and order_key is not null and due_at is not null
  `.execute(tx.tables());
}
