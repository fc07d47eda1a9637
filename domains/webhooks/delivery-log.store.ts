/** Reads of deliveries for people: pages, one with its attempts, and the figures of the last hour. */
import { sql } from 'kysely';
import type { Queryable } from '#platform/db';
import type { Delivery, DeliveryState } from './delivery.ts';
import { firstIdAt } from './delivery.store.ts';

const FIGURE_ROWS_MAX = 20_000; // Enough for steady percentiles; at 1,000 a second the last twenty seconds speak for the hour.

const RECENT_LOOKED_AT_MAX = 5000; // Where an event of a moment ago must be.

interface DeliveryRow {
  readonly id: string;
  readonly workspace_id: string;
  readonly endpoint_id: string;
  readonly event_id: string;
  readonly event_name: string;
  readonly occurred_at: number;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly due_at: number | null;
  readonly last_status: number | null;
  readonly last_error: string | null;
  readonly last_duration_ms: number | null;
  readonly latency_ms: number | null;
}

const COLUMNS =
  sql.raw(`d.id, d.workspace_id, d.endpoint_id, d.event_id, d.event_name, d.occurred_at, d.state, d.attempts,
  d.due_at, d.last_status, d.last_error, d.last_duration_ms, d.latency_ms`);

export interface DeliveryQuery {
  readonly workspaceId: string;
  readonly endpointIds: readonly string[];
  readonly state: DeliveryState | undefined;
  /** Only older ids. */
  readonly beforeId: string | undefined;
  readonly limit: number;
}

/** One page, newest first. Each endpoint gives its newest rows from its own index; the page is their merge. */
export async function listDeliveries(queryable: Queryable, query: DeliveryQuery): Promise<Delivery[]> {
  const isOlder = query.beforeId === undefined ? sql`true` : sql`id < ${query.beforeId}::uuid`;
  const hasState = query.state === undefined ? sql`true` : sql`state = ${sql.lit(query.state)}`;
  const { rows } = await sql<DeliveryRow>`
    select ${COLUMNS}
    from unnest(${[...query.endpointIds]}::uuid[]) as wanted (endpoint_id) cross join lateral (
      select id, workspace_id, endpoint_id, event_id, event_name, occurred_at, state, attempts, due_at, last_status,
        last_error, last_duration_ms, latency_ms
      from webhooks_deliveries
      where endpoint_id = wanted.endpoint_id and workspace_id = ${query.workspaceId} and ${isOlder} and ${hasState}
      order by id desc limit ${query.limit}
    ) as d
    order by d.id desc limit ${query.limit}
  `.execute(queryable.tables());
  return rows.map(toDelivery);
}

export interface DeliveryScope {
  readonly workspaceId: string;
  readonly deliveryId: string;
}

export async function findDelivery(
  queryable: Queryable,
  scope: DeliveryScope,
): Promise<{ readonly delivery: Delivery; readonly body: string } | null> {
  const { rows } = await sql<DeliveryRow & { readonly body: string }>`
    select ${COLUMNS}, d.body from webhooks_deliveries d
    where d.id = ${scope.deliveryId} and d.workspace_id = ${scope.workspaceId}
  `.execute(queryable.tables());
  return rows[0] ? { delivery: toDelivery(rows[0]), body: rows[0].body } : null;
}

/** The newest delivery of an event to an endpoint; null when there is none. */
export async function findDeliveryOfEvent(
  queryable: Queryable,
  scope: { readonly endpointId: string; readonly eventId: string },
): Promise<string | null> {
  const { rows } = await sql<{ readonly id: string }>`
    select id from (
      select id, event_id from webhooks_deliveries where endpoint_id = ${scope.endpointId}
      order by id desc limit ${RECENT_LOOKED_AT_MAX}
    ) as recent where event_id = ${scope.eventId} limit 1
  `.execute(queryable.tables());
  return rows[0]?.id ?? null;
}

export interface Attempt {
  readonly attempt: number;
  readonly sentAtMs: number;
  readonly signature: string;
  readonly durationMs: number;
  readonly status: number | null;
  readonly error: string | null;
  readonly responseHeaders: Record<string, string> | null;
  readonly responseExcerpt: string | null;
  readonly queueMs: number | null;
  readonly connectMs: number | null;
  readonly waitMs: number | null;
}

export async function listAttempts(queryable: Queryable, scope: DeliveryScope): Promise<Attempt[]> {
  const { rows } = await sql<Attempt>`
    select attempt, sent_at as "sentAtMs", signature, duration_ms as "durationMs", status, error,
      response_headers as "responseHeaders", response_excerpt as "responseExcerpt",
      queue_ms as "queueMs", connect_ms as "connectMs", wait_ms as "waitMs"
    from webhooks_attempts
    where delivery_id = ${scope.deliveryId} and workspace_id = ${scope.workspaceId}
    order by attempt limit 100
  `.execute(queryable.tables());
  return rows;
}

export interface Figures {
  readonly deliveries: number;
  readonly delivered: number;
  readonly failed: number;
  readonly waiting: number;
  readonly latencyMsP50: number | null;
  readonly latencyMsP95: number | null;
  readonly series: readonly { readonly atMs: number; readonly latencyMsP50: number; readonly latencyMsP95: number }[];
}

/** Figures of the deliveries born since an instant, over at most the newest twenty thousand of them. */
export async function readFigures(
  queryable: Queryable,
  query: {
    readonly workspaceId: string;
    readonly endpointIds: readonly string[];
    readonly sinceMs: number;
    readonly stepMs: number;
  },
): Promise<Figures> {
  const recent = sql`
    select d.id, d.state, d.attempts, d.latency_ms, d.occurred_at
    from unnest(${[...query.endpointIds]}::uuid[]) as wanted (endpoint_id) cross join lateral (
      select id, state, attempts, latency_ms, occurred_at from webhooks_deliveries
      where endpoint_id = wanted.endpoint_id and workspace_id = ${query.workspaceId}
        and id >= ${firstIdAt(query.sinceMs)}::uuid
      order by id desc limit ${FIGURE_ROWS_MAX}
    ) as d order by d.id desc limit ${FIGURE_ROWS_MAX}`;
  const totals = await sql<Omit<Figures, 'series'>>`
    select count(*)::integer as deliveries,
      count(*) filter (where state = 'delivered')::integer as delivered,
      count(*) filter (where state = 'failed')::integer as failed,
      count(*) filter (where state = 'waiting')::integer as waiting,
      percentile_cont(0.5) within group (order by latency_ms) as "latencyMsP50",
      percentile_cont(0.95) within group (order by latency_ms) as "latencyMsP95"
    from (${recent}) as recent
  `.execute(queryable.tables());
  const series = await sql<Figures['series'][number]>`
    select floor(extract(epoch from (occurred_at)) * 1000 / ${query.stepMs}::integer)::double precision * ${query.stepMs}::integer
        as "atMs",
      percentile_cont(0.5) within group (order by latency_ms) as "latencyMsP50",
      percentile_cont(0.95) within group (order by latency_ms) as "latencyMsP95"
    from (${recent}) as recent where latency_ms is not null group by 1 order by 1 limit 100
  `.execute(queryable.tables());
  const none = { deliveries: 0, delivered: 0, failed: 0, waiting: 0, latencyMsP50: null, latencyMsP95: null };
  return { ...(totals.rows[0] ?? none), series: series.rows };
}

function toDelivery(row: DeliveryRow): Delivery {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    endpointId: row.endpoint_id,
    eventId: row.event_id,
    eventName: row.event_name,
    occurredAtMs: row.occurred_at,
    state: row.state,
    attempts: row.attempts,
    nextAttemptAtMs: row.state === 'waiting' ? row.due_at : null,
    lastStatus: row.last_status,
    lastError: row.last_error,
    lastDurationMs: row.last_duration_ms,
    latencyMs: row.latency_ms,
  };
}
