/** Rows of `webhooks_endpoints`. Every read and write names the workspace; a write names the version it replaces. */
import { type Kysely, sql } from 'kysely';
import type { Queryable, Transaction } from '#platform/db';
import type { Condition } from './condition.ts';
import type { DisabledReason, Endpoint, Ordering, StoredKeyPair, StoredSecret } from './endpoint.ts';

const LIVE_ENDPOINTS_MAX = 100_000; // What a process can reasonably keep in memory; ten thousand workspaces are far below.

interface EndpointRow {
  readonly id: string;
  readonly workspace_id: string;
  readonly url: string;
  readonly description: string;
  readonly filters: string[];
  readonly secrets: StoredSecret[];
  readonly is_enabled: boolean;
  readonly disabled_reason: DisabledReason | null;
  readonly conditions: Condition[];
  readonly retry_delays_seconds: number[] | null;
  readonly rate_limit_per_second: number | null;
  readonly ordering: Ordering;
  readonly key_pairs: StoredKeyPair[];
  readonly failing_since: number | null;
  readonly version: number;
  readonly created_at: number;
  readonly updated_at: number;
}

export interface EndpointScope {
  readonly workspaceId: string;
  readonly endpointId: string;
}

const COLUMNS = sql.raw(`id, workspace_id, url, description, filters, secrets, is_enabled, disabled_reason, conditions,
  retry_delays_seconds, rate_limit_per_second, ordering, key_pairs, failing_since, version, created_at, updated_at`);

export async function listEndpoints(queryable: Queryable, workspaceId: string): Promise<Endpoint[]> {
  const { rows } = await sql<EndpointRow>`
    select ${COLUMNS} from webhooks_endpoints where workspace_id = ${workspaceId} order by id limit 1000
  `.execute(queryable.tables());
  return rows.map(toEndpoint);
}

/** The enabled endpoints of one workspace, or of all of them, for the in-memory directory. */
export async function listEnabledEndpoints(queryable: Queryable, workspaceId: string | null): Promise<Endpoint[]> {
  const scope = workspaceId === null ? sql`true` : sql`workspace_id = ${workspaceId}`;
  const { rows } = await sql<EndpointRow>`
    select ${COLUMNS} from webhooks_endpoints where is_enabled and ${scope} order by id limit ${LIVE_ENDPOINTS_MAX}
  `.execute(queryable.tables());
  return rows.map(toEndpoint);
}

export async function findEndpoint(queryable: Queryable, scope: EndpointScope): Promise<Endpoint | null> {
  const { rows } = await sql<EndpointRow>`
    select ${COLUMNS} from webhooks_endpoints where id = ${scope.endpointId} and workspace_id = ${scope.workspaceId}
  `.execute(queryable.tables());
  return rows[0] ? toEndpoint(rows[0]) : null;
}

/** Reads the endpoint and holds it until the transaction ends, so that two edits cannot cross. */
export async function lockEndpoint(tx: Transaction, scope: EndpointScope): Promise<Endpoint | null> {
  const { rows } = await sql<EndpointRow>`
    select ${COLUMNS} from webhooks_endpoints
    where id = ${scope.endpointId} and workspace_id = ${scope.workspaceId} for update
  `.execute(tx.tables());
  return rows[0] ? toEndpoint(rows[0]) : null;
}

export async function countEndpoints(queryable: Queryable, workspaceId: string): Promise<number> {
  const { rows } = await sql<{ readonly total: number }>`
    select count(*)::integer as total from webhooks_endpoints where workspace_id = ${workspaceId}
  `.execute(queryable.tables());
  return rows[0]?.total ?? 0;
}

export async function insertEndpoint(tx: Transaction, endpoint: Endpoint): Promise<void> {
  await sql`
    insert into webhooks_endpoints (${COLUMNS})
    values (${endpoint.id}, ${endpoint.workspaceId}, ${endpoint.url}, ${endpoint.description},
      ${[...endpoint.filters]}, ${JSON.stringify(endpoint.secrets)}, ${endpoint.isEnabled}, ${endpoint.disabledReason},
      ${JSON.stringify(endpoint.conditions)}, ${mutable(endpoint.retryDelaysSeconds)}, ${endpoint.rateLimitPerSecond},
      ${endpoint.ordering}, ${JSON.stringify(endpoint.keyPairs)}, ${instant(endpoint.failingSinceMs)},
      ${endpoint.version}, ${instant(endpoint.createdAtMs)}, ${instant(endpoint.updatedAtMs)})
  `.execute(tx.tables());
}

/** Writes every changeable column; call it on a locked endpoint whose version was already raised. */
export async function updateEndpoint(tx: Transaction, endpoint: Endpoint): Promise<void> {
  await sql`
    update webhooks_endpoints
    set url = ${endpoint.url}, description = ${endpoint.description}, filters = ${[...endpoint.filters]},
      secrets = ${JSON.stringify(endpoint.secrets)}, is_enabled = ${endpoint.isEnabled},
      disabled_reason = ${endpoint.disabledReason}, conditions = ${JSON.stringify(endpoint.conditions)},
      retry_delays_seconds = ${mutable(endpoint.retryDelaysSeconds)},
      rate_limit_per_second = ${endpoint.rateLimitPerSecond}, ordering = ${endpoint.ordering},
      key_pairs = ${JSON.stringify(endpoint.keyPairs)}, failing_since = ${instant(endpoint.failingSinceMs)},
      version = ${endpoint.version},
      updated_at = ${instant(endpoint.updatedAtMs)}
    where id = ${endpoint.id} and workspace_id = ${endpoint.workspaceId}
  `.execute(tx.tables());
}

/** Deletes the endpoint only; its deliveries are inert from then on and the purge job removes them in small steps. */
export async function deleteEndpoint(tx: Transaction, scope: EndpointScope): Promise<void> {
  await sql`
    delete from webhooks_endpoints where id = ${scope.endpointId} and workspace_id = ${scope.workspaceId}
  `.execute(tx.tables());
}

/** Removes everything of a workspace. */
export async function deleteWorkspaceRows(tx: Transaction, workspaceId: string): Promise<void> {
  const db: Kysely<unknown> = tx.tables();
  await sql`delete from webhooks_attempts where workspace_id = ${workspaceId}`.execute(db);
  await sql`delete from webhooks_deliveries where workspace_id = ${workspaceId}`.execute(db);
  await sql`delete from webhooks_replays where workspace_id = ${workspaceId}`.execute(db);
  await sql`delete from webhooks_endpoints where workspace_id = ${workspaceId}`.execute(db);
}

/** Remembers since when an endpoint fails (the earliest instant wins), or that it answers again. True when that is news. */
export async function recordFailingSince(
  queryable: Queryable,
  scope: EndpointScope,
  failingSinceMs: number | null,
): Promise<boolean> {
  const news = failingSinceMs === null ? sql`is not null` : sql`is null`;
  const { rows } = await sql<{ readonly id: string }>`
    update webhooks_endpoints set failing_since = ${instant(failingSinceMs)}
    where id = ${scope.endpointId} and workspace_id = ${scope.workspaceId} and failing_since ${news}
    returning id
  `.execute(queryable.tables());
  return rows.length > 0;
}

function instant(atMs: number | null) {
  return sql`to_timestamp(${atMs}::double precision / 1000)`;
}

function mutable(delays: readonly number[] | null): number[] | null {
  return delays && [...delays];
}

function toEndpoint(row: EndpointRow): Endpoint {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    url: row.url,
    description: row.description,
    filters: row.filters,
    secrets: row.secrets,
    isEnabled: row.is_enabled,
    disabledReason: row.disabled_reason,
    conditions: row.conditions,
    retryDelaysSeconds: row.retry_delays_seconds,
    rateLimitPerSecond: row.rate_limit_per_second,
    ordering: row.ordering,
    keyPairs: row.key_pairs,
    failingSinceMs: row.failing_since,
    version: row.version,
    createdAtMs: row.created_at,
    updatedAtMs: row.updated_at,
  };
}
