/** Rows of `webhooks_replays`, and the deliveries they pick: always by id, so that each step goes on where the last ended. */
import { sql } from 'kysely';
import type { Queryable, Transaction } from '#platform/db';
import { firstIdAt, type NewDelivery } from './delivery.store.ts';
import type { ReplayFilter } from './replay-shapes.ts';

const COUNT_MAX = 1_000_000; // Beyond it the exact figure changes no decision.

export interface Replay {
  readonly id: string;
  readonly workspaceId: string;
  readonly kind: 'replay' | 'recover';
  readonly filter: ReplayFilter;
  readonly state: 'running' | 'done' | 'cancelled';
  readonly total: number;
  readonly queued: number;
  /** `delivery:<id>` while deliveries are queued again, then `event:<sequence>` while a recovery looks for missed events. */
  readonly position: string;
  readonly requestedBy: string | null;
  readonly createdAtMs: number;
  readonly finishedAtMs: number | null;
}

export interface ReplayCounts {
  readonly delivered: number;
  readonly failed: number;
}

export interface ReplayScope {
  readonly workspaceId: string;
  readonly replayId: string;
}

const COLUMNS = sql.raw(`id, workspace_id as "workspaceId", kind, filter, state, total, queued, position,
  requested_by as "requestedBy", created_at as "createdAtMs", finished_at as "finishedAtMs"`);

export async function insertReplay(tx: Transaction, replay: Replay): Promise<void> {
  await sql`
    insert into webhooks_replays
      (id, workspace_id, kind, filter, state, total, queued, position, requested_by, created_at)
    values (${replay.id}, ${replay.workspaceId}, ${replay.kind}, ${JSON.stringify(replay.filter)}, ${replay.state},
      ${replay.total}, ${replay.queued}, ${replay.position}, ${replay.requestedBy}, ${new Date(replay.createdAtMs)})
  `.execute(tx.tables());
}

export async function listReplays(queryable: Queryable, workspaceId: string, countMax: number): Promise<Replay[]> {
  const { rows } = await sql<Replay>`
    select ${COLUMNS} from webhooks_replays where workspace_id = ${workspaceId} order by id desc limit ${countMax}
  `.execute(queryable.tables());
  return rows;
}

/** Reads a replay and holds it until the transaction ends, so that a step and a cancellation cannot cross. */
export async function lockReplay(tx: Transaction, scope: ReplayScope): Promise<Replay | null> {
  const { rows } = await sql<Replay>`
    select ${COLUMNS} from webhooks_replays
    where id = ${scope.replayId} and workspace_id = ${scope.workspaceId} for update
  `.execute(tx.tables());
  return rows[0] ?? null;
}

/** Writes how far it is. */
export async function updateReplay(tx: Transaction, replay: Replay): Promise<void> {
  await sql`
    update webhooks_replays
    set state = ${replay.state}, total = ${replay.total}, queued = ${replay.queued}, position = ${replay.position},
      finished_at = ${replay.finishedAtMs === null ? null : new Date(replay.finishedAtMs)}
    where id = ${replay.id}
  `.execute(tx.tables());
}

/** What became of what these replays queued. */
export async function countOutcomes(
  queryable: Queryable,
  replayIds: readonly string[],
): Promise<ReadonlyMap<string, ReplayCounts>> {
  const { rows } = await sql<ReplayCounts & { readonly replayId: string }>`
    select replay_id as "replayId", count(*) filter (where state = 'delivered')::integer as delivered,
      count(*) filter (where state = 'failed')::integer as failed
    from webhooks_deliveries where replay_id = any(${[...replayIds]}::uuid[]) group by replay_id
  `.execute(queryable.tables());
  return new Map(rows.map(({ replayId, ...counts }) => [replayId, counts]));
}

/** How many of a replay are due and have not been taken yet: what the next step waits for. */
export async function countUnsent(queryable: Queryable, replayId: string, nowMs: number): Promise<number> {
  const { rows } = await sql<{ readonly total: number }>`
    select count(*)::integer as total from webhooks_deliveries
    where replay_id = ${replayId} and (state = 'sending'
      or (state = 'waiting' and due_at <= to_timestamp(${nowMs}::double precision / 1000)))
  `.execute(queryable.tables());
  return rows[0]?.total ?? 0;
}

export interface Pick {
  readonly workspaceId: string;
  readonly endpointIds: readonly string[];
  readonly filter: ReplayFilter;
  /** Only older than this: what is born while it runs is not part of it. */
  readonly bornBeforeMs: number;
}

/** How many deliveries a filter picks, by endpoint. */
export async function countPicked(queryable: Queryable, pick: Pick): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql<{ readonly endpointId: string; readonly total: number }>`
    select "endpointId", count(*)::integer as total from (
      select d.endpoint_id as "endpointId" from webhooks_deliveries d where ${picked(pick)} limit ${COUNT_MAX}
    ) as found group by "endpointId"
  `.execute(queryable.tables());
  return new Map(rows.map(({ endpointId, total }) => [endpointId, total]));
}

/**
 * Queues one step of them again: due now, counted for the replay. Those under way, or without a body any more, are left.
 * Gives the ids, oldest first.
 */
export async function requeue(
  tx: Transaction,
  pick: Pick & { readonly replayId: string; readonly afterId: string | null; readonly nowMs: number },
  rowsMax: number,
): Promise<readonly string[]> {
  const isAfter = pick.afterId === null ? sql`true` : sql`d.id > ${pick.afterId}::uuid`;
  const { rows } = await sql<{ readonly id: string }>`
    with step as (
      select d.id from webhooks_deliveries d where ${picked(pick)} and ${isAfter}
      order by d.id limit ${rowsMax} for update skip locked
    )
    update webhooks_deliveries d
    set state = 'waiting', due_at = to_timestamp(${pick.nowMs}::double precision / 1000), completed_at = null,
      latency_ms = null, replay_id = ${pick.replayId},
      order_key = case when d.due_at is null then null else d.order_key end
    from step where d.id = step.id
    returning d.id
  `.execute(tx.tables());
  return rows.map(({ id }) => id).toSorted();
}

function picked({ workspaceId, endpointIds, filter, bornBeforeMs }: Pick) {
  const untilMs = Math.min(bornBeforeMs, filter.untilMs ?? bornBeforeMs);
  const nameLike = filter.eventName?.replaceAll('*', '%') ?? '%'; // Names hold neither `_` nor `%`.
  return sql`d.workspace_id = ${workspaceId} and d.endpoint_id = any(${[...endpointIds]}::uuid[])
    and d.id >= ${firstIdAt(filter.sinceMs ?? 0)}::uuid and d.id < ${firstIdAt(untilMs + 1)}::uuid
    and d.state = any(${[...filter.states]}::text[]) and d.event_name like ${nameLike} and d.body <> ''`;
}

/** Which of these events an endpoint has a delivery of, looked for around their time. */
export async function eventsWithDelivery(
  queryable: Queryable,
  look: {
    readonly endpointId: string;
    readonly eventIds: readonly string[];
    readonly fromMs: number;
    readonly toMs: number;
  },
): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ readonly eventId: string }>`
    select event_id as "eventId" from webhooks_deliveries
    where endpoint_id = ${look.endpointId} and id >= ${firstIdAt(look.fromMs)}::uuid
      and id < ${firstIdAt(look.toMs)}::uuid and event_id = any(${[...look.eventIds]}::uuid[])
  `.execute(queryable.tables());
  return new Set(rows.map(({ eventId }) => eventId));
}

/** Adds deliveries of events that were never sent; one that is there already stays as it is. Gives how many are new. */
export async function insertMissed(tx: Transaction, replayId: string, rows: readonly NewDelivery[]): Promise<number> {
  const added = await tx.prepared<{ readonly id: string }>(
    'webhooks.replay.insert_missed',
    `insert into webhooks_deliveries
       (id, workspace_id, endpoint_id, event_id, event_name, occurred_at, body, state, attempts, due_at, order_key,
         event_sequence, replay_id)
     select id, workspace_id, endpoint_id, event_id, event_name, to_timestamp(occurred_at_ms / 1000), body, 'waiting', 0,
       to_timestamp(due_at_ms / 1000), order_key, event_sequence, $11::uuid
     from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::double precision[], $7::text[],
       $8::double precision[], $9::text[], $10::bigint[])
       as missed (id, workspace_id, endpoint_id, event_id, event_name, occurred_at_ms, body, due_at_ms, order_key,
         event_sequence)
     on conflict (id) do nothing returning id`,
    [
      rows.map((row) => row.id),
      rows.map((row) => row.workspaceId),
      rows.map((row) => row.endpointId),
      rows.map((row) => row.eventId),
      rows.map((row) => row.eventName),
      rows.map((row) => row.occurredAtMs),
      rows.map((row) => row.body),
      rows.map((row) => row.dueAtMs),
      rows.map((row) => row.line?.key ?? null),
      rows.map((row) => row.line?.sequence ?? null),
      replayId,
    ],
  );
  return added.length;
}
