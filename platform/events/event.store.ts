/** The table `platform_events`: one statement stores a batch in commit order and tells the other processes. */
import { assert } from '#kernel';
import type { Queryable } from '#platform/db';
import type { EventPage, EventReach, StoredEvent } from './types.ts';

/** An event on its way into the table. */
export interface NewEvent {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly workspaceId: string;
  readonly subjectId: string;
  readonly payloadJson: string;
  readonly occurredAtMs: number;
}

interface EventRow {
  readonly id: string;
  readonly sequence: bigint;
  readonly name: string;
  readonly version: number;
  readonly workspaceId: string;
  readonly subjectId: string;
  readonly payloadJson: string;
  readonly occurredAtMs: number;
}

export const EVENT_CHANNEL = 'platform_events';
const PAGE_MAX = 1_000; // A page of events is a few hundred KiB at most.
const COLUMNS = `id, sequence, name, version, workspace_id as "workspaceId", subject_id as "subjectId",
  payload::text as "payloadJson", occurred_at as "occurredAtMs"`;

// The lock is taken before the first sequence is drawn and falls with the commit: sequences become visible in order,
// so a reader that has seen N never meets a smaller one later. NOTIFY serialises commits the same way by itself.
const INSERT = `
  with turn as materialized (select pg_advisory_xact_lock(4207003)),
  stored as (
    insert into platform_events (id, name, version, workspace_id, subject_id, payload, occurred_at)
    select e.id, e.name, e.version, e.workspace_id, e.subject_id, e.payload::jsonb, e.occurred_at
    from turn, unnest($1::uuid[], $2::text[], $3::integer[], $4::uuid[], $5::text[], $6::text[], $7::timestamptz[])
      with ordinality as e (id, name, version, workspace_id, subject_id, payload, occurred_at, place)
    order by e.place
    returning sequence
  )
  select min(sequence) as first, max(sequence) as last,
    pg_notify('${EVENT_CHANNEL}', $8::text || ':' || min(sequence) || ':' || max(sequence)) as told
  from stored`;

/** Stores a batch as the transaction's turn in the order of commits; `origin` names this process to the others. */
export async function insertEvents(
  tx: Queryable,
  origin: string,
  events: readonly NewEvent[],
): Promise<readonly StoredEvent[]> {
  const rows = await tx.prepared<{ first: bigint; last: bigint }>('platform.event.insert', INSERT, [
    events.map((event) => event.id),
    events.map((event) => event.name),
    events.map((event) => event.version),
    events.map((event) => event.workspaceId),
    events.map((event) => event.subjectId),
    events.map((event) => event.payloadJson),
    events.map((event) => new Date(event.occurredAtMs).toISOString()),
    origin,
  ]);
  const range = rows[0];
  assert(range && range.last - range.first === BigInt(events.length - 1), 'events: a batch has gapless sequences');
  return events.map((event, index) => stored({ ...event, sequence: range.first + BigInt(index) }));
}

/** Events of every workspace with `first <= sequence <= last`, in order, at most a page. */
export async function eventsInRange(
  queryable: Queryable,
  { first, last }: { readonly first: bigint; readonly last: bigint },
): Promise<readonly StoredEvent[]> {
  const rows = await queryable.prepared<EventRow>(
    'platform.event.range',
    `select ${COLUMNS} from platform_events where sequence between $1 and $2 order by sequence limit ${PAGE_MAX}`,
    [first, last],
  );
  return rows.map(stored);
}

export async function newestSequence(queryable: Queryable): Promise<bigint> {
  const rows = await queryable.prepared<{ newest: bigint }>(
    'platform.event.newest',
    'select coalesce(max(sequence), 0) as newest from platform_events',
    [],
  );
  return rows[0]?.newest ?? 0n;
}

/** The oldest and the newest sequence that the log still holds; null when it is empty. */
export async function logReach(queryable: Queryable): Promise<EventReach | null> {
  const rows = await queryable.prepared<{ first: bigint | null; last: bigint | null }>(
    'platform.event.reach',
    'select min(sequence) as first, max(sequence) as last from platform_events',
    [],
  );
  const [row] = rows;
  return row && row.first !== null && row.last !== null ? { first: row.first, last: row.last } : null;
}

/** Rows of people: `$5` are the names they bind, `$6` the subjects within reach. */
const IN_ROWS = `and ($5::text[] is null or not name = any ($5) or subject_id = any ($6::text[]))`;

function rowValues(rows: EventPage['rows']): [readonly string[] | null, readonly string[] | null] {
  return rows ? [rows.names, rows.subjectIds] : [null, null];
}

export async function eventsAfter(
  queryable: Queryable,
  { workspaceId, sequence, limit, names, rows: kept }: EventPage & { readonly sequence: bigint },
): Promise<readonly StoredEvent[]> {
  const rows = await queryable.prepared<EventRow>(
    'platform.event.after',
    `select ${COLUMNS} from platform_events
     where workspace_id = $1 and sequence > $2 and ($3::text[] is null or name = any ($3))
     ${IN_ROWS} order by sequence limit $4`,
    [workspaceId, sequence, names ?? null, Math.min(limit, PAGE_MAX), ...rowValues(kept)],
  );
  return rows.map(stored);
}

export async function latestEvents(
  queryable: Queryable,
  { workspaceId, beforeSequence, limit, names, rows: kept }: EventPage & { readonly beforeSequence?: bigint },
): Promise<readonly StoredEvent[]> {
  const rows = await queryable.prepared<EventRow>(
    'platform.event.latest',
    `select ${COLUMNS} from platform_events
     where workspace_id = $1 and ($2::bigint is null or sequence < $2) and ($3::text[] is null or name = any ($3))
     ${IN_ROWS} order by sequence desc limit $4`,
    [workspaceId, beforeSequence ?? null, names ?? null, Math.min(limit, PAGE_MAX), ...rowValues(kept)],
  );
  return rows.map(stored);
}

export async function findEvent(queryable: Queryable, id: string): Promise<StoredEvent | null> {
  const rows = await queryable.prepared<EventRow>(
    'platform.event.find',
    `select ${COLUMNS} from platform_events where id = $1`,
    [id],
  );
  return rows[0] ? stored(rows[0]) : null;
}

/** Marks events that no hook of this process has seen, in the transaction that stores them. */
export async function markUnheard(tx: Queryable, events: readonly StoredEvent[]): Promise<void> {
  await tx.prepared(
    'platform.event.mark_unheard',
    'insert into platform_events_unheard (sequence) select unnest($1::bigint[])',
    [events.map(({ sequence }) => sequence)],
  );
}

/** Whether any event is marked as unheard; one look into an index that is nearly always empty. */
export async function hasUnheard(queryable: Queryable): Promise<boolean> {
  const rows = await queryable.prepared<{ found: number }>(
    'platform.event.has_unheard',
    'select 1 as found from platform_events_unheard limit 1',
    [],
  );
  return rows.length > 0;
}

/** Takes the oldest unheard events, each by one transaction of all processes; a rollback gives them back. */
export async function takeUnheard(tx: Queryable, limit: number): Promise<readonly StoredEvent[]> {
  const rows = await tx.prepared<EventRow>(
    'platform.event.take_unheard',
    `with taken as (
       delete from platform_events_unheard where sequence in (
         select sequence from platform_events_unheard order by sequence limit $1 for update skip locked)
       returning sequence
     )
     select ${COLUMNS} from platform_events where sequence in (select sequence from taken) order by sequence`,
    [Math.min(limit, PAGE_MAX)],
  );
  return rows.map(stored);
}

/** Removes up to `limit` of the oldest events that happened before an instant; returns how many went. */
export async function deleteEventsBefore(
  queryable: Queryable,
  { atMs, limit }: { readonly atMs: number; readonly limit: number },
): Promise<number> {
  const rows = await queryable.prepared<{ count: bigint }>(
    'platform.event.prune',
    `with oldest as (select sequence, occurred_at from platform_events order by sequence limit $2),
     gone as (
       delete from platform_events where sequence in (select sequence from oldest where occurred_at < $1)
       returning sequence
     ), forgotten as (
       delete from platform_events_unheard where sequence in (select sequence from gone)
     )
     select count(*) as count from gone`,
    [new Date(atMs), limit],
  );
  return Number(rows[0]?.count ?? 0n);
}

function stored(row: EventRow): StoredEvent {
  const { id, sequence, name, version, workspaceId, subjectId, payloadJson, occurredAtMs } = row;
  const payload: unknown = JSON.parse(payloadJson);
  return { id, sequence, name, version, workspaceId, subjectId, payload, payloadJson, occurredAtMs };
}
