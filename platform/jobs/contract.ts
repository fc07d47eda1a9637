/** The jobs page over HTTP: what waits, runs, failed and died, the schedules, and what a person may do about it. */
import { z } from 'zod';
import { endpoint } from '#kernel';

const PAGE_SIZE_MAX = 200; // A longer page is slower to read than to page.
const JobId = z.string().regex(/^\d{1,18}$/);
const State = z.enum(['waiting', 'running', 'failed', 'dead']);
const JobParams = z.object({ jobId: JobId });

const JobView = z.object({
  id: JobId,
  name: z.string(),
  /** `failed` waits for its next attempt; `dead` has none left and waits for a person. */
  state: State,
  attempts: z.number().int(),
  attemptsMax: z.number().int(),
  lastError: z.string().nullable(),
  createdAtMs: z.number(),
  /** When it is or was due. */
  runAtMs: z.number(),
  startedAtMs: z.number().nullable(),
  progress: z.object({ doneRatio: z.number(), message: z.string() }).nullable(),
  /** Somebody asked it to stop and it has not stopped yet. */
  isCancelling: z.boolean(),
});

export const ListJobs = endpoint({
  method: 'GET',
  path: '/api/jobs',
  permission: 'platform.jobs.read',
  summary: 'Jobs of this workspace and of the installation, newest first; finished ones are gone.',
  query: z.object({
    state: State.optional(),
    before: JobId.optional(),
    limit: z.coerce.number().int().min(1).max(PAGE_SIZE_MAX).default(50),
  }),
  response: z.object({
    items: z.array(JobView),
    /** Pass it as `before` to read on; null at the end. */
    next: JobId.nullable(),
    counts: z.object({
      waiting: z.number().int(),
      running: z.number().int(),
      failed: z.number().int(),
      dead: z.number().int(),
    }),
  }),
});

export const ListSchedules = endpoint({
  method: 'GET',
  path: '/api/jobs/schedules',
  permission: 'platform.jobs.read',
  summary: 'Every kind of job with its schedule (five-field cron, UTC) and how its last runs went.',
  response: z.object({
    items: z.array(
      z.object({
        name: z.string(),
        cron: z.string().nullable(),
        nextRunAtMs: z.number().nullable(),
        attemptsMax: z.number().int(),
        succeededCount: z.number().int(),
        failedCount: z.number().int(),
        lastSucceededAtMs: z.number().nullable(),
        lastFailedAtMs: z.number().nullable(),
        lastDurationMs: z.number().nullable(),
        lastError: z.string().nullable(),
      }),
    ),
  }),
});

export const RetryJob = endpoint({
  method: 'POST',
  path: '/api/jobs/:jobId/retry',
  permission: 'platform.jobs.run',
  summary: 'Makes a job due now, with all its attempts again; also brings a dead one back.',
  params: JobParams,
  status: 204,
  refusals: { job_not_found: 404, job_running: 409 },
});

export const DiscardJob = endpoint({
  method: 'DELETE',
  path: '/api/jobs/:jobId',
  permission: 'platform.jobs.run',
  summary: 'Removes a job that is not running.',
  params: JobParams,
  status: 204,
  refusals: { job_not_found: 404, job_running: 409 },
});

export const CancelJob = endpoint({
  method: 'POST',
  path: '/api/jobs/:jobId/cancel',
  permission: 'platform.jobs.run',
  summary:
    'Asks a running job to stop; it then waits as dead, to be retried or discarded. One that ends first has ended.',
  params: JobParams,
  status: 202,
  refusals: { job_not_found: 404, job_not_running: 409 },
});

export const RunJobNow = endpoint({
  method: 'POST',
  path: '/api/jobs/schedules/:name/run',
  permission: 'platform.jobs.run',
  summary: 'Runs one kind of job now, beside its schedule; pressing twice runs it once.',
  params: z.object({ name: z.string().max(128) }),
  status: 204,
  refusals: { job_unknown: 404, job_needs_payload: 422 },
});
