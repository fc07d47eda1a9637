/** How far a job is, and how each kind of job went: `platform_job_progress` and `platform_job_outcomes`. */
import type { Queryable } from '#platform/db';

export interface JobOutcome {
  readonly name: string;
  readonly succeededCount: bigint;
  readonly failedCount: bigint;
  readonly lastSucceededAtMs: number | null;
  readonly lastFailedAtMs: number | null;
  readonly lastDurationMs: number | null;
  readonly lastError: string | null;
}

export async function recordProgress(
  queryable: Queryable,
  progress: { readonly jobId: bigint; readonly doneRatio: number; readonly message: string },
): Promise<void> {
  await queryable.prepared(
    'platform.job.progress',
    `insert into platform_job_progress (job_id, done_ratio, message, updated_at) values ($1, $2, $3, now())
     on conflict (job_id) do update set done_ratio = excluded.done_ratio, message = excluded.message, updated_at = now()`,
    [progress.jobId, progress.doneRatio, progress.message],
  );
}

/** Notes that a running job should stop; the process that runs it finds the note. */
export async function recordCancel(queryable: Queryable, jobId: bigint): Promise<void> {
  await queryable.prepared(
    'platform.job.cancel',
    `insert into platform_job_progress (job_id, done_ratio, message, cancel_asked_at, updated_at)
     values ($1, 0, '', now(), now())
     on conflict (job_id) do update set cancel_asked_at = now()`,
    [jobId],
  );
}

/** Counts a finished run; a success also forgets its progress. */
export async function recordOutcome(
  queryable: Queryable,
  run: { readonly jobId: bigint; readonly name: string; readonly durationMs: number; readonly error: string | null },
): Promise<void> {
  await queryable.prepared(
    'platform.job.outcome',
    `with forgotten as (delete from platform_job_progress where job_id = $1 and $4::text is null)
     insert into platform_job_outcomes as outcome (name, succeeded_count, failed_count, last_succeeded_at,
       last_failed_at, last_duration_ms, last_error)
     values ($2, ($4 is null)::integer, ($4 is not null)::integer, case when $4 is null then now() end,
       case when $4 is not null then now() end, $3, $4)
     on conflict (name) do update set
       succeeded_count = outcome.succeeded_count + excluded.succeeded_count,
       failed_count = outcome.failed_count + excluded.failed_count,
       last_succeeded_at = coalesce(excluded.last_succeeded_at, outcome.last_succeeded_at),
       last_failed_at = coalesce(excluded.last_failed_at, outcome.last_failed_at),
       last_duration_ms = excluded.last_duration_ms,
       last_error = coalesce(excluded.last_error, outcome.last_error)`,
    [run.jobId, run.name, Math.round(run.durationMs), run.error],
  );
}

export async function listOutcomes(queryable: Queryable): Promise<readonly JobOutcome[]> {
  return queryable.prepared<JobOutcome>(
    'platform.job.outcomes',
    `select name, succeeded_count as "succeededCount", failed_count as "failedCount",
       last_succeeded_at as "lastSucceededAtMs", last_failed_at as "lastFailedAtMs",
       last_duration_ms as "lastDurationMs", last_error as "lastError"
     from platform_job_outcomes order by name`,
    [],
  );
}
