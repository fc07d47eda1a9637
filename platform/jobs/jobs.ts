/** Jobs of one process: known by definition, added inside transactions, run where the worker role is, shown to people. */
import { assert, type Clock, ok, refuse, type Result } from '#kernel';
import { type DatabaseHandle, type JobOptions, type Queryable, toJson } from '#platform/db';
import type { Log } from '#platform/telemetry';
import { Logger, runMigrations } from 'graphile-worker';
import {
  addJob,
  countJobs,
  discardJob,
  findJob,
  type FoundJob,
  type JobRow,
  type JobScope,
  type JobState,
  listJobs,
  retryJob,
} from './job-queue.adapter.ts';
import { type JobOutcome, listOutcomes, recordCancel } from './job-outcome.store.ts';
import { type DeadJob, type RunningJobs, startRunner } from './runner.ts';
import { cronItemsOf, nextRunAtMs } from './schedule.ts';
import type { JobDefinition } from './types.ts';

export interface JobSchedule {
  readonly name: string;
  readonly cron: string | null;
  readonly nextRunAtMs: number | null;
  readonly attemptsMax: number;
  readonly outcome: JobOutcome | null;
}

export interface Jobs {
  /** Makes definitions known; all of them before `start`. */
  define(definitions: readonly JobDefinition[]): void;
  /** Told in this process of each job that used up its attempts. */
  onDead(listener: (dead: DeadJob) => Promise<void>): void;
  /** Adds a job outside a transaction. */
  add(name: string, payload: unknown, options?: JobOptions): Promise<void>;
  /** Takes and runs jobs in this process until `stop`. */
  start(): Promise<void>;
  stop(): Promise<void>;
  list(
    scope: JobScope,
    page: { readonly state: JobState | null; readonly beforeId: bigint | null; readonly countMax: number },
  ): Promise<readonly JobRow[]>;
  count(scope: JobScope): Promise<Readonly<Record<JobState, number>>>;
  schedules(): Promise<readonly JobSchedule[]>;
  /** Due now, with all attempts again. */
  retry(scope: JobScope, jobId: bigint): Promise<Result<undefined, 'job_not_found' | 'job_running'>>;
  discard(scope: JobScope, jobId: bigint): Promise<Result<undefined, 'job_not_found' | 'job_running'>>;
  /** Asks a running job to stop. */
  cancel(scope: JobScope, jobId: bigint): Promise<Result<undefined, 'job_not_found' | 'job_not_running'>>;
  /** Adds one run of a definition that needs no payload. */
  runNow(name: string): Promise<Result<undefined, 'job_unknown' | 'job_needs_payload'>>;
}

/** Prepares the queue's schema and lets transactions of this database add jobs. */
export async function createJobs(input: {
  readonly db: DatabaseHandle;
  readonly clock: Clock;
  readonly log: Log;
}): Promise<Jobs> {
  const { db, clock } = input;
  const log = input.log.child({ part: 'jobs' });
  const definitions = new Map<string, JobDefinition>();
  let running: RunningJobs | null = null;
  const deadListeners: ((dead: DeadJob) => Promise<void>)[] = [];
  const onDead = async (dead: DeadJob): Promise<void> => {
    for (const listener of deadListeners) await listener(dead);
  };
  await migrateQueue(db);
  const add = async (queryable: Queryable, name: string, payload: unknown, options: JobOptions): Promise<void> => {
    const definition = definitions.get(name);
    assert(definition, `jobs: ${name} is not defined; list it in the jobs of a domain`);
    definition.parse(JSON.parse(toJson(payload ?? {}))); // A wrong payload is found where it was written.
    return addJob(queryable, { name, payload, attemptsMax: definition.attemptsMax, options });
  };
  db.attachJobQueue({ add });
  return {
    define: (more) => {
      cronItemsOf(more);
      for (const definition of more) {
        assert(!definitions.has(definition.name), `jobs: two jobs are named ${definition.name}`);
        definitions.set(definition.name, definition);
      }
    },
    onDead: (listener) => void deadListeners.push(listener),
    add: (name, payload, options = {}) => add(db, name, payload, options),
    start: async () => {
      assert(running === null, 'jobs: already started');
      running = await startRunner({ db, log, definitions, onDead });
    },
    stop: async () => {
      await running?.stop();
      running = null;
    },
    list: (scope, page) => listJobs(db, scope, page),
    count: (scope) => countJobs(db, scope),
    schedules: () => schedulesOf(db, definitions, clock()),
    retry: (scope, jobId) =>
      change({ db, scope, jobId }, ({ name, attemptsMax }) =>
        retryJob(db, jobId, definitions.get(name)?.attemptsMax ?? attemptsMax),
      ),
    discard: (scope, jobId) => change({ db, scope, jobId }, () => discardJob(db, jobId)),
    cancel: async (scope, jobId) => {
      const found = await findJob(db, scope, jobId);
      if (!found) return refuse('job_not_found');
      if (found.state !== 'running') return refuse('job_not_running');
      await recordCancel(db, jobId);
      return ok(undefined);
    },
    runNow: (name) => runNow(db, definitions.get(name)),
  };
}

/** Creates or updates graphile-worker's own schema. */
export async function migrateQueue(db: DatabaseHandle): Promise<void> {
  const pgPool = db.createPool({ size: 2, name: 'jobs-migrate' });
  try {
    await runMigrations({ pgPool, logger: new Logger(() => () => undefined) });
  } finally {
    await pgPool.end();
  }
}

async function schedulesOf(
  db: DatabaseHandle,
  definitions: ReadonlyMap<string, JobDefinition>,
  nowMs: number,
): Promise<readonly JobSchedule[]> {
  const outcomes = new Map((await listOutcomes(db)).map((outcome) => [outcome.name, outcome]));
  return [...definitions.values()]
    .map(({ name, cron, attemptsMax }) => ({
      name,
      cron: cron ?? null,
      nextRunAtMs: cron === undefined ? null : nextRunAtMs(cron, nowMs),
      attemptsMax,
      outcome: outcomes.get(name) ?? null,
    }))
    .toSorted((left, right) => left.name.localeCompare(right.name));
}

async function change(
  { db, scope, jobId }: { readonly db: DatabaseHandle; readonly scope: JobScope; readonly jobId: bigint },
  act: (found: FoundJob) => Promise<boolean>,
): Promise<Result<undefined, 'job_not_found' | 'job_running'>> {
  const found = await findJob(db, scope, jobId);
  if (!found) return refuse('job_not_found');
  if (found.state === 'running' || !(await act(found))) return refuse('job_running');
  return ok(undefined);
}

async function runNow(
  db: DatabaseHandle,
  definition: JobDefinition | undefined,
): Promise<Result<undefined, 'job_unknown' | 'job_needs_payload'>> {
  if (!definition) return refuse('job_unknown');
  try {
    definition.parse({});
  } catch {
    return refuse('job_needs_payload');
  }
  const options = { key: `run-now:${definition.name}` }; // Pressing twice runs once.
  await addJob(db, { name: definition.name, payload: {}, attemptsMax: definition.attemptsMax, options });
  return ok(undefined);
}
