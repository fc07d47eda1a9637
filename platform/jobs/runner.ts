/**
 * Runs jobs in this process on graphile-worker: takes them, reports progress and outcome, gives back the jobs of
 * processes that are gone, and starts again when the library gives up (a database that was away for long).
 */
import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { DatabaseHandle } from '#platform/db';
import type { Log } from '#platform/telemetry';
import { type JobHelpers, Logger, run, type Runner, type WorkerEvents } from 'graphile-worker';
import { CANCELLED, type RunningStops, stopCancelled } from './cancelling.ts';
import { endAttempts, findGonePools, releaseGonePools } from './job-queue.adapter.ts';
import { recordOutcome, recordProgress } from './job-outcome.store.ts';
import { cronItemsOf } from './schedule.ts';
import type { JobDefinition } from './types.ts';

const CONCURRENCY = 4; // Jobs wait on the network and on worker threads; two cores do not want more at once.
const POOL_SIZE = 4;
const POLL_MS = 2_000; // Only for jobs that become due by time; new ones arrive by NOTIFY.
const GONE_CHECK_MS = 2_000; // Twice in a row without its lock: the process is gone, not reconnecting.
const QUEUE_NUDGES_MS = [10, 50, 250];
const RESTART_MS = 2_000;
const STOP_MS_MAX = 10_000;
const ABORT_AFTER_MS = 3_000;
const PROGRESS_MS_MIN = 250; // People do not read faster.
const ERROR_LENGTH_MAX = 2_000;

/** A job without attempts left: it waits for a person. */
export interface DeadJob {
  readonly jobId: bigint;
  readonly name: string;
  /** Null for jobs of the installation. */
  readonly workspaceId: string | null;
}

interface RunnerParts {
  readonly db: DatabaseHandle;
  readonly log: Log;
  readonly definitions: ReadonlyMap<string, JobDefinition>;
  readonly onDead: (dead: DeadJob) => Promise<void>;
  readonly stops: RunningStops;
}

export interface RunningJobs {
  stop(): Promise<void>;
}

/** One life of the library's runner, with the lock that shows its worker pool alive. */
interface Life {
  readonly runner: Runner;
  /** Drops the lock, so that what the pool still holds is given back. */
  end(): Promise<void>;
}

/** Starts taking jobs; resolves when the first runner listens. */
export async function startRunner(given: Omit<RunnerParts, 'stops'>): Promise<RunningJobs> {
  const parts: RunnerParts = { ...given, stops: new Map() };
  const stopping = new AbortController();
  const pool = parts.db.createPool({ size: POOL_SIZE, name: 'jobs' });
  const first = await startOnce(parts, pool);
  const running = keepRunning({ parts, pool, first, signal: stopping.signal });
  const sweeping = sweepGone(parts, stopping.signal);
  return {
    stop: async () => {
      stopping.abort();
      await Promise.all([running, sweeping]);
      await pool.end();
    },
  };
}

type JobPool = ReturnType<DatabaseHandle['createPool']>;

async function startOnce({ db, log, definitions, onDead, stops }: RunnerParts, pgPool: JobPool): Promise<Life> {
  const events: WorkerEvents = new EventEmitter();
  let poolId = '';
  events.on('pool:create', ({ workerPool }) => {
    poolId = workerPool.id;
    db.holdLock(workerPool.id).catch((error: unknown) =>
      log.warn('The lock that shows this worker alive was refused', { error: String(error) }),
    );
  });
  events.on('job:complete', ({ worker, job }) => {
    // The next job of a queue is free only when this one is stored as done, some milliseconds from now.
    if (job.job_queue_id === null) return;
    for (const delayMs of QUEUE_NUDGES_MS) setTimeout(() => worker.workerPool.nudge(1), delayMs).unref();
  });
  const taskList = Object.fromEntries(
    [...definitions.values()].map((definition) => [
      definition.name,
      (payload: unknown, helpers: JobHelpers) => runJob({ db, log, onDead, stops, definition, payload, helpers }),
    ]),
  );
  const runner = await run({
    pgPool,
    taskList,
    parsedCronItems: cronItemsOf(definitions.values()),
    concurrency: CONCURRENCY,
    pollInterval: POLL_MS,
    gracefulShutdownAbortTimeout: ABORT_AFTER_MS,
    noHandleSignals: true,
    events,
    logger: loggerOver(log),
    // Without the batches the library leaves a failed "job done" unheard, which ends the whole process (0.18.0).
    preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
  });
  const end = (): Promise<void> => db.dropLock(poolId).catch(() => undefined);
  return { runner, end };
}

async function keepRunning(input: {
  readonly parts: RunnerParts;
  readonly pool: JobPool;
  readonly first: Life;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { parts, pool, signal } = input;
  let life: Life | null = input.first;
  while (!signal.aborted) {
    if (life) {
      await Promise.race([life.runner.promise.catch(() => undefined), untilAborted(signal)]);
      if (signal.aborted) break;
      parts.log.warn('The job runner gave up; starting it again');
      await life.end();
    }
    await delay(RESTART_MS, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    life = await startOnce(parts, pool).catch((error: unknown) => {
      parts.log.warn('The job runner cannot start yet', { error: String(error) });
      return null;
    });
  }
  // A job that does not end in time stays locked; the next worker finds this process gone and takes it.
  await Promise.race([life?.runner.stop().catch(() => undefined), delay(STOP_MS_MAX, undefined, { ref: false })]);
  await life?.end();
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

async function sweepGone({ db, log, stops }: RunnerParts, signal: AbortSignal): Promise<void> {
  let suspects: readonly string[] = [];
  while (!signal.aborted) {
    try {
      await stopCancelled(db, stops);
      const gone = await findGonePools(db);
      const confirmed = gone.filter((pool) => suspects.includes(pool));
      if (confirmed.length > 0) {
        const count = await releaseGonePools(db, confirmed);
        log.warn('Jobs of a process that ended were given back', { jobCount: count });
      }
      suspects = gone;
    } catch (error) {
      suspects = [];
      log.debug('The check for ended workers waits for the database', { error: String(error) });
    }
    await delay(GONE_CHECK_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function runJob(input: {
  readonly db: DatabaseHandle;
  readonly log: Log;
  readonly onDead: RunnerParts['onDead'];
  readonly stops: RunningStops;
  readonly definition: JobDefinition;
  readonly payload: unknown;
  readonly helpers: JobHelpers;
}): Promise<void> {
  const { db, log, stops, definition, helpers } = input;
  const { name } = definition;
  const jobId = BigInt(helpers.job.id);
  const startedMs = performance.now();
  let error: string | null = null;
  let isCancelled = false;
  const stop = new AbortController();
  stops.set(jobId, stop);
  try {
    await definition.run(definition.parse(withoutCron(input.payload)), {
      attempt: helpers.job.attempts,
      signal: helpers.abortSignal ? AbortSignal.any([helpers.abortSignal, stop.signal]) : stop.signal,
      progress: progressWriter(db, jobId),
    });
  } catch (thrown) {
    if (stop.signal.aborted) {
      isCancelled = true;
      await endAttempts(db, jobId);
      throw new Error(CANCELLED, { cause: thrown });
    }
    error = (thrown instanceof Error ? thrown.message : String(thrown)).slice(0, ERROR_LENGTH_MAX) || 'failed';
    log.warn('A job failed', {
      job: name,
      attempt: helpers.job.attempts,
      attemptsMax: helpers.job.max_attempts,
      error,
    });
    if (helpers.job.attempts >= helpers.job.max_attempts) await tellDead(input, jobId);
    throw thrown;
  } finally {
    stops.delete(jobId);
    const durationMs = performance.now() - startedMs;
    // Figures only: whether the job counts as done is decided by the queue itself.
    if (!isCancelled) await recordOutcome(db, { jobId, name, durationMs, error }).catch(() => undefined);
  }
}

/** The job fails either way; that nobody could be told is logged. */
async function tellDead(
  { onDead, log, definition, payload }: Pick<Parameters<typeof runJob>[0], 'onDead' | 'log' | 'definition' | 'payload'>,
  jobId: bigint,
): Promise<void> {
  const { name } = definition;
  const hasWorkspace = typeof payload === 'object' && payload !== null && 'workspaceId' in payload;
  const workspaceId = hasWorkspace && typeof payload.workspaceId === 'string' ? payload.workspaceId : null;
  await onDead({ jobId, name, workspaceId }).catch((error: unknown) =>
    log.warn('Nobody was told of a dead job', { job: name, error: String(error) }),
  );
}

/** What cron adds to a payload is not the job's business. */
function withoutCron(payload: unknown): unknown {
  if (typeof payload !== 'object' || payload === null || !('_cron' in payload)) return payload;
  const { _cron, ...own } = payload;
  return own;
}

function progressWriter(db: DatabaseHandle, jobId: bigint): (doneRatio: number, message: string) => Promise<void> {
  let writtenMs = Number.NEGATIVE_INFINITY;
  return async (doneRatio, message) => {
    const nowMs = performance.now();
    if (nowMs - writtenMs < PROGRESS_MS_MIN && doneRatio < 1) return;
    writtenMs = nowMs;
    await recordProgress(db, { jobId, doneRatio: Math.min(Math.max(doneRatio, 0), 1), message });
  };
}

function loggerOver(log: Log): Logger {
  return new Logger((scope) => (level, message) => {
    const facts = { ...scope };
    // A failed attempt was told in one line by `runJob`, with its job and attempt.
    if (message.startsWith('Failed task')) log.debug(message, facts);
    else if (level === 'error') log.error(message, facts);
    else if (level === 'warning') log.warn(message, facts);
    else log.debug(message, facts);
  });
}
