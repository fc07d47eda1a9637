/**
 * Rows of `webhooks_deliveries` and `webhooks_attempts`. The hot statements (insert, complete, claim) take arrays: one round
 * trip per batch, whatever its size. Instants go in as epoch milliseconds and become timestamptz in SQL.
 */
import { sql } from 'kysely';
import type { Queryable, Transaction } from '#platform/db';
import type { Completion, Shipment } from './delivery.ts';

const TROUBLED_LOOKED_AT_MAX = 200; // Enough to tell one unlucky event from a receiver that is gone.

/** A row to be born: `sending` under a lease, or `waiting` when the sender has no room for it. */
export interface NewDelivery extends Omit<Shipment, 'attempt' | 'leaseUntilMs' | 'lineKey' | 'isReplay'> {
  readonly state: 'sending' | 'waiting';
  readonly attempts: 0 | 1;
  readonly dueAtMs: number;
  /** Its place, when the endpoint asks for order; such rows are born through `line.store.ts`. */
  readonly line?: { readonly key: string; readonly sequence: bigint };
}

export interface ShipmentRow {
  readonly id: string;
  readonly workspace_id: string;
  readonly endpoint_id: string;
  readonly event_id: string;
  readonly event_name: string;
  readonly occurred_at: number;
  readonly body: string;
  readonly attempts: number;
  readonly replay_id: string | null;
}

export const SHIPMENT_COLUMNS = sql.raw(
  'd.id, d.workspace_id, d.endpoint_id, d.event_id, d.event_name, d.occurred_at, d.body, d.attempts, d.replay_id',
);

const INSERT = `
  insert into webhooks_deliveries
    (id, workspace_id, endpoint_id, event_id, event_name, occurred_at, body, state, attempts, due_at)
  select born.id, born.workspace_id, endpoint_id, event_id, event_name, to_timestamp(occurred_at_ms / 1000), body, state,
    attempts, to_timestamp(due_at_ms / 1000)
  from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::double precision[], $7::text[],
    $8::text[], $9::smallint[], $10::double precision[])
    as born (id, workspace_id, endpoint_id, event_id, event_name, occurred_at_ms, body, state, attempts, due_at_ms)
  join webhooks_endpoints e on e.id = born.endpoint_id and e.is_enabled
  returning webhooks_deliveries.id`;

/**
 * Inserts the deliveries of a transaction's events, in that transaction; gives the ids that were born. The list of endpoints
 * in memory may be a moment old, so an endpoint that has just gone is left out here.
 */
export async function insertDeliveries(tx: Transaction, rows: readonly NewDelivery[]): Promise<ReadonlySet<string>> {
  const born = await tx.prepared<{ readonly id: string }>('webhooks.delivery.insert', INSERT, [
    rows.map((row) => row.id),
    rows.map((row) => row.workspaceId),
    rows.map((row) => row.endpointId),
    rows.map((row) => row.eventId),
    rows.map((row) => row.eventName),
    rows.map((row) => row.occurredAtMs),
    rows.map((row) => row.body),
    rows.map((row) => row.state),
    rows.map((row) => row.attempts),
    rows.map((row) => row.dueAtMs),
  ]);
  return new Set(born.map(({ id }) => id));
}

const COMPLETE = `
  with lightly as materialized (
    select set_config('synchronous_commit', 'off', true) as setting
  ), done as (
    select id, attempt, state, due_at_ms, latency_ms, sent_at_ms, signature, status, error, duration_ms, headers, excerpt,
      queue_ms, connect_ms, wait_ms
    from unnest($2::uuid[], $3::smallint[], $4::text[], $5::double precision[], $6::real[], $7::double precision[],
      $8::text[], $9::smallint[], $10::text[], $11::real[], $12::text[], $13::text[], $14::real[], $15::real[],
      $16::real[])
      as ended (id, attempt, state, due_at_ms, latency_ms, sent_at_ms, signature, status, error, duration_ms, headers,
        excerpt, queue_ms, connect_ms, wait_ms), lightly
  ), written as (
    update webhooks_deliveries d
    set state = done.state, due_at = to_timestamp(done.due_at_ms / 1000), last_status = done.status,
      last_error = done.error, last_duration_ms = done.duration_ms, latency_ms = done.latency_ms,
      completed_at = case when done.due_at_ms is null then to_timestamp($1::double precision / 1000) end
    from done
    where d.id = done.id and d.attempts = done.attempt and d.state = 'sending'
    returning d.id, d.workspace_id
  )
  insert into webhooks_attempts
    (delivery_id, attempt, workspace_id, sent_at, signature, duration_ms, status, error, response_headers,
      response_excerpt, queue_ms, connect_ms, wait_ms)
  select done.id, done.attempt, written.workspace_id, to_timestamp(done.sent_at_ms / 1000), done.signature,
    done.duration_ms, done.status, done.error, done.headers::jsonb, done.excerpt, done.queue_ms, done.connect_ms,
    done.wait_ms
  from done join written on written.id = done.id
  on conflict (delivery_id, attempt) do nothing`;

/**
 * Writes the ends of many attempts and their log. An attempt whose lease was taken over by a later one changes nothing.
 * Does not wait for the disk: after a crash of the database the lease of an end that was not yet flushed runs out and the
 * receiver sees the same `webhook-id` once more, which at-least-once allows.
 */
export async function completeDeliveries(
  queryable: Queryable,
  completions: readonly Completion[],
  nowMs: number,
): Promise<void> {
  const column = <Value>(read: (completion: Completion) => Value): Value[] => completions.map(read);
  await queryable.prepared('webhooks.delivery.complete', COMPLETE, [
    nowMs,
    column((end) => end.shipment.id),
    column((end) => end.shipment.attempt),
    column((end) => end.state),
    column((end) => end.dueAtMs),
    column((end) => end.latencyMs),
    column((end) => end.sentAtMs),
    column((end) => end.signature),
    column((end) => end.answer.status),
    column((end) => end.answer.error),
    column((end) => end.answer.durationMs),
    column((end) => (end.answer.headers ? JSON.stringify(end.answer.headers) : null)),
    column((end) => end.answer.excerpt),
    column((end) => end.queueMs),
    column((end) => end.answer.connectMs),
    column((end) => end.answer.waitMs),
  ]);
}

/** Gives leased but unsent rows back: the attempt never happened, anybody may take them at once. */
export async function releaseDeliveries(
  queryable: Queryable,
  shipments: readonly Shipment[],
  nowMs: number,
): Promise<void> {
  await sql`
    update webhooks_deliveries d
    set state = 'waiting', attempts = d.attempts - 1, due_at = to_timestamp(${nowMs}::double precision / 1000)
    from unnest(${shipments.map(({ id }) => id)}::uuid[], ${shipments.map(({ attempt }) => attempt)}::smallint[])
      as held (id, attempt)
    where d.id = held.id and d.attempts = held.attempt and d.state = 'sending'
  `.execute(queryable.tables());
}

/**
 * Takes rows that are due (retries, expired leases, spilled ones), at most `claimCount` per endpoint, oldest due first.
 * Rows that another process is taking are skipped, and the backlog of one endpoint never fills the page of another.
 */
export async function claimDue(
  queryable: Queryable,
  claim: {
    readonly room: readonly { readonly endpointId: string; readonly claimCount: number }[];
    readonly nowMs: number;
    readonly leaseUntilMs: number;
  },
): Promise<Shipment[]> {
  const { rows } = await sql<ShipmentRow>`
    with room as (
      select endpoint_id, claim_count
      from unnest(${claim.room.map(({ endpointId }) => endpointId)}::uuid[],
        ${claim.room.map(({ claimCount }) => claimCount)}::integer[]) as free (endpoint_id, claim_count)
    ), due as (
      select taken.id
      from room cross join lateral (
        select id from webhooks_deliveries
        where endpoint_id = room.endpoint_id and order_key is null and due_at <= to_timestamp(${claim.nowMs}::double precision / 1000)
        order by due_at limit room.claim_count for update skip locked
      ) as taken
    )
    update webhooks_deliveries d
    set state = 'sending', attempts = d.attempts + 1,
      due_at = to_timestamp(${claim.leaseUntilMs}::double precision / 1000)
    from due where d.id = due.id
    returning ${SHIPMENT_COLUMNS}
  `.execute(queryable.tables());
  return rows.map((row) => toShipment(row, claim.leaseUntilMs));
}

/** Takes one row for a replay whatever its state, unless an attempt is under way; null then. */
export async function claimForReplay(
  tx: Transaction,
  replay: {
    readonly workspaceId: string;
    readonly deliveryId: string;
    readonly nowMs: number;
    readonly leaseUntilMs: number;
  },
): Promise<Shipment | null> {
  const { rows } = await sql<ShipmentRow>`
    update webhooks_deliveries d
    set state = 'sending', attempts = d.attempts + 1, completed_at = null, latency_ms = null,
      -- What is over has left its line: should it fail now, it must not hold up what came after it.
      order_key = case when d.due_at is null then null else d.order_key end,
      due_at = to_timestamp(${replay.leaseUntilMs}::double precision / 1000)
    where d.id = ${replay.deliveryId} and d.workspace_id = ${replay.workspaceId}
      and d.body <> '' and (d.state <> 'sending' or d.due_at <= to_timestamp(${replay.nowMs}::double precision / 1000))
    returning ${SHIPMENT_COLUMNS}
  `.execute(tx.tables());
  return rows[0] ? toShipment(rows[0], replay.leaseUntilMs) : null;
}

/** Attempts spent on what has not arrived yet, over the newest troubled deliveries. */
export async function countFailedAttempts(
  queryable: Queryable,
  scope: { readonly workspaceId: string; readonly endpointId: string },
): Promise<number> {
  const { rows } = await sql<{ readonly total: number }>`
    select coalesce(sum(attempts), 0)::integer as total from (
      select attempts from webhooks_deliveries
      where endpoint_id = ${scope.endpointId} and workspace_id = ${scope.workspaceId} and state in ('waiting', 'failed')
      order by id desc limit ${TROUBLED_LOOKED_AT_MAX}
    ) as troubled
  `.execute(queryable.tables());
  return rows[0]?.total ?? 0;
}

/**
 * Deletes one step of what is past keeping, with its attempts, whatever its state: the schedule of retries is far shorter,
 * and rows of an endpoint that was removed end here too.
 */
export async function purgeDeliveries(
  queryable: Queryable,
  purge: { readonly bornBeforeMs: number; readonly rowsMax: number },
): Promise<number> {
  const { rows } = await sql<{ readonly total: number }>`
    with old as (
      select d.id from webhooks_deliveries d
      where d.id < ${firstIdAt(purge.bornBeforeMs)}::uuid order by d.id limit ${purge.rowsMax}
    ), forgotten as (
      delete from webhooks_attempts a using old where a.delivery_id = old.id
    ), deleted as (
      delete from webhooks_deliveries d using old where d.id = old.id returning d.id
    )
    select count(*)::integer as total from deleted
  `.execute(queryable.tables());
  return rows[0]?.total ?? 0;
}

/**
 * Empties one step of what is past the keeping of bodies, with the answers; what is not over yet keeps its body. Gives the
 * last id looked at, where the next step begins; null at the end.
 */
export async function expireBodies(
  queryable: Queryable,
  step: { readonly afterId: string; readonly bornBeforeMs: number; readonly rowsMax: number },
): Promise<string | null> {
  const { rows } = await sql<{ readonly id: string }>`
    with old as (
      select d.id from webhooks_deliveries d
      where d.id > ${step.afterId}::uuid and d.id < ${firstIdAt(step.bornBeforeMs)}::uuid
      order by d.id limit ${step.rowsMax}
    ), emptied as (
      update webhooks_deliveries d set body = '' from old where d.id = old.id and d.due_at is null and d.body <> ''
      returning d.id
    ), forgotten as (
      update webhooks_attempts a set response_headers = null, response_excerpt = null
      from emptied where a.delivery_id = emptied.id
    )
    select id from old order by id desc limit 1
  `.execute(queryable.tables());
  return rows[0]?.id ?? null;
}

/** The smallest UUIDv7 of an instant: ids are ordered by time, so the primary key answers "older than". */
export function firstIdAt(atMs: number): string {
  const hex = Math.max(0, Math.floor(atMs)).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}

export function toShipment(row: ShipmentRow, leaseUntilMs: number): Shipment {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    endpointId: row.endpoint_id,
    eventId: row.event_id,
    eventName: row.event_name,
    occurredAtMs: row.occurred_at,
    body: row.body,
    attempt: row.attempts,
    leaseUntilMs,
    ...(row.replay_id === null ? {} : { isReplay: true }),
  };
}
