/**
 * The tables of graphile-worker (schema `graphile_worker`, https://worker.graphile.org/docs): adding a job inside a
 * transaction, the list for people, retry, run now, discard, and giving back the jobs of processes that are gone.
 * Its SQL functions are its interface; its `_private_` tables are read because the public view hides the payload, and
 * the version is pinned.
 */
import type { JobOptions, Queryable } from '#platform/db';
import { toJson } from '#platform/db';

export type JobState = 'waiting' | 'running' | 'failed' | 'dead';

export interface JobRow {
  readonly id: bigint;
  readonly name: string;
  readonly state: JobState;
  readonly attempts: number;
  readonly attemptsMax: number;
  readonly lastError: string | null;
  readonly createdAtMs: number;
  readonly runAtMs: number;
  readonly startedAtMs: number | null;
  readonly doneRatio: number | null;
  readonly message: string | null;
  readonly isCancelling: boolean;
}

export interface FoundJob {
  readonly state: JobState;
  readonly name: string;
  readonly attemptsMax: number;
}

/** Whose jobs: those of the workspace and those of the installation (without a `workspaceId` in the payload). */
export interface JobScope {
  readonly workspaceId: string;
}

const STATE = `case when jobs.locked_at is not null then 'running'
  when jobs.attempts >= jobs.max_attempts then 'dead'
  when jobs.last_error is not null then 'failed' else 'waiting' end`;
const IN_SCOPE = `(jobs.payload->>'workspaceId' is null or jobs.payload->>'workspaceId' = $1)`;
const CRASHES_FORGIVEN_MAX = 3; // A job that takes its process down each time must end as a dead letter.

/** Adds a job; inside a transaction it exists only after the commit. */
export async function addJob(
  queryable: Queryable,
  job: { readonly name: string; readonly payload: unknown; readonly attemptsMax: number; readonly options: JobOptions },
): Promise<void> {
  const { key, queue, runAtMs } = job.options;
  await queryable.prepared(
    'platform.job.add',
    `select from graphile_worker.add_job($1, payload => $2::json, queue_name => $3, run_at => $4::timestamptz,
       max_attempts => $5, job_key => $6)`,
    [
      job.name,
      toJson(job.payload ?? {}),
      queue ?? null,
      runAtMs === undefined ? null : new Date(runAtMs),
      job.attemptsMax,
      key ?? null,
    ],
  );
}

export async function listJobs(
  queryable: Queryable,
  { workspaceId }: JobScope,
  page: { readonly state: JobState | null; readonly beforeId: bigint | null; readonly countMax: number },
): Promise<readonly JobRow[]> {
  return queryable.prepared<JobRow>(
    'platform.job.list',
    `select jobs.id, tasks.identifier as name, ${STATE} as state, jobs.attempts::integer as attempts,
       jobs.max_attempts::integer as "attemptsMax", jobs.last_error as "lastError", jobs.created_at as "createdAtMs",
       jobs.run_at as "runAtMs", jobs.locked_at as "startedAtMs", progress.done_ratio as "doneRatio", progress.message,
       jobs.locked_at is not null and coalesce(progress.cancel_asked_at >= jobs.locked_at, false) as "isCancelling"
     from graphile_worker._private_jobs jobs
     join graphile_worker._private_tasks tasks on tasks.id = jobs.task_id
     left join platform_job_progress progress on progress.job_id = jobs.id
     where ${IN_SCOPE} and ($2::text is null or ${STATE} = $2) and ($3::bigint is null or jobs.id < $3)
     order by jobs.id desc limit $4`,
    [workspaceId, page.state, page.beforeId, page.countMax],
  );
}

export async function countJobs(
  queryable: Queryable,
  { workspaceId }: JobScope,
): Promise<Readonly<Record<JobState, number>>> {
  const rows = await queryable.prepared<{ state: JobState; count: number }>(
    'platform.job.count',
    `select ${STATE} as state, count(*)::integer as count from graphile_worker._private_jobs jobs
     where ${IN_SCOPE} group by 1`,
    [workspaceId],
  );
  const counts: Record<JobState, number> = { waiting: 0, running: 0, failed: 0, dead: 0 };
  for (const { state, count } of rows) counts[state] = count;
  return counts;
}

export async function findJob(
  queryable: Queryable,
  { workspaceId }: JobScope,
  jobId: bigint,
): Promise<FoundJob | null> {
  const rows = await queryable.prepared<FoundJob>(
    'platform.job.find',
    `select ${STATE} as state, tasks.identifier as name, jobs.max_attempts::integer as "attemptsMax"
     from graphile_worker._private_jobs jobs
     join graphile_worker._private_tasks tasks on tasks.id = jobs.task_id
     where ${IN_SCOPE} and jobs.id = $2`,
    [workspaceId, jobId],
  );
  return rows[0] ?? null;
}

/** Makes a job due now with all its attempts again; false when it runs or is gone. */
export async function retryJob(queryable: Queryable, jobId: bigint, attemptsMax: number): Promise<boolean> {
  const rows = await queryable.prepared(
    'platform.job.retry',
    `select id, pg_notify('jobs:insert', '')
     from graphile_worker.reschedule_jobs(array[$1]::bigint[], run_at => now(), attempts => 0, max_attempts => $2)`,
    [jobId, attemptsMax],
  );
  return rows.length > 0;
}

/** Deletes a job that does not run; false when it does or is gone. */
export async function discardJob(queryable: Queryable, jobId: bigint): Promise<boolean> {
  const rows = await queryable.prepared('platform.job.discard', DISCARD, [jobId]);
  return rows.length > 0;
}

const DISCARD = `with gone as (select id from graphile_worker.complete_jobs(array[$1]::bigint[])),
  forgotten as (delete from platform_job_progress where job_id in (select id from gone))
  select id from gone`;

/** Of these jobs, those asked to stop since they began: an older wish was about an earlier attempt. */
export async function findCancels(queryable: Queryable, jobIds: readonly bigint[]): Promise<readonly bigint[]> {
  const rows = await queryable.prepared<{ id: bigint }>(
    'platform.job.cancels',
    `select jobs.id from graphile_worker._private_jobs jobs
     join platform_job_progress progress on progress.job_id = jobs.id
     where jobs.id = any ($1::bigint[]) and progress.cancel_asked_at >= jobs.locked_at`,
    [jobIds],
  );
  return rows.map(({ id }) => id);
}

/** A cancelled job is not tried again by itself: this attempt becomes its last. */
export async function endAttempts(queryable: Queryable, jobId: bigint): Promise<void> {
  await queryable.prepared(
    'platform.job.end',
    `update graphile_worker._private_jobs set max_attempts = greatest(attempts, 1) where id = $1`,
    [jobId],
  );
}

/** Worker pools that hold jobs although no living process holds their lock (`holdLock`). */
export async function findGonePools(queryable: Queryable): Promise<readonly string[]> {
  const rows = await queryable.prepared<{ pool: string }>(
    'platform.job.gone',
    `with held as (
       select locked_by as pool from graphile_worker._private_jobs where locked_by is not null
       union select locked_by from graphile_worker._private_job_queues where locked_by is not null
     ),
     keyed as (select pool, hashtextextended(pool, 0) as key from held)
     select pool from keyed where not exists (
       select from pg_locks
       where locktype = 'advisory' and objsubid = 1 and database = (select oid from pg_database where datname = current_database())
         and classid = ((key >> 32) & 4294967295)::oid and objid = (key & 4294967295)::oid
     )`,
    [],
  );
  return rows.map(({ pool }) => pool);
}

/** Gives back what gone pools held, and the attempt each lost job had begun; returns how many jobs. */
export async function releaseGonePools(queryable: Queryable, pools: readonly string[]): Promise<number> {
  const rows = await queryable.prepared<{ count: bigint }>('platform.job.release', RELEASE, [
    pools,
    CRASHES_FORGIVEN_MAX,
  ]);
  return Number(rows[0]?.count ?? 0n);
}

const RELEASE = `with lost as (
    select id from graphile_worker._private_jobs where locked_by = any ($1::text[]) for update
  ),
  crashes as (
    insert into platform_job_progress as progress (job_id, done_ratio, message, crash_count, updated_at)
    select id, 0, '', 1, now() from lost
    on conflict (job_id) do update set crash_count = progress.crash_count + 1, updated_at = now()
    returning job_id, crash_count
  ),
  released as (
    update graphile_worker._private_jobs jobs
    set locked_at = null, locked_by = null, run_at = now(), last_error = 'The process that ran it ended.',
      attempts = case when crash_count <= $2 then greatest(attempts - 1, 0) else attempts end
    from crashes where jobs.id = crashes.job_id
    returning jobs.id
  ),
  queues as (
    update graphile_worker._private_job_queues set locked_at = null, locked_by = null where locked_by = any ($1::text[])
  )
  select count(*) as count, pg_notify('jobs:insert', '') from released`;
