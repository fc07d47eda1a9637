/**
 * A small Cactus for the crash tests: the real database, outbox and jobs of one data folder, in a process that can be
 * killed. Each transaction writes a row, an event and a job; `ack <id>` is printed only after its commit was answered.
 * The job writes the row's effect, and takes `jobMs` for it, so that a kill finds some in the middle.
 */
import { writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { event } from '#kernel';
import { type DatabaseHandle, newId, openDatabase, platformMigrations } from '#platform/db';
import { createEvents, type EventsHandle } from '#platform/events';
import { createJobs, job, type Jobs } from '#platform/jobs';
import type { Log } from '#platform/telemetry';

const nothing = (): void => undefined;
/** Kept here, so that a child process loads nothing but the database, the outbox and the jobs. */
export const quiet: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing, child: () => quiet };

export const WORKSPACE_ID = '019aa000-0000-7000-8000-000000000000';

export interface CrashAppOptions {
  readonly dataDir: string;
  /** Transactions in flight at once; 0 writes nothing. */
  readonly writers: number;
  /** Calls of `publish` in flight at once. */
  readonly publishers: number;
  readonly runsJobs: boolean;
  readonly jobMs: number;
}

const SCHEMA = `
  create table if not exists crash_rows (id uuid primary key);
  create table if not exists crash_effects (id uuid primary key, runs integer not null);`;

export const Written = event({
  name: 'crash.row.written',
  version: 1,
  summary: 'A row was written.',
  permission: 'crash.row.read',
  schema: z.object({ id: z.string() }),
  example: { id: '019aa000-0000-7000-8000-000000000000' },
});

export interface CrashApp {
  readonly db: DatabaseHandle;
  readonly events: EventsHandle;
  readonly jobs: Jobs;
  close(): Promise<void>;
}

/** Opens the app in this process. */
export async function openCrashApp({ dataDir, jobMs }: Pick<CrashAppOptions, 'dataDir' | 'jobMs'>): Promise<CrashApp> {
  const db = await openDatabase({ databaseUrl: null, dataDir, log: quiet });
  await db.migrate(platformMigrations());
  const events = await createEvents({ db, catalogue: [Written], clock: Date.now, log: quiet });
  const jobs = await createJobs({ db, clock: Date.now, log: quiet });
  const pool = db.createPool({ size: 1, name: 'crash-schema' });
  await pool.query(`begin; select pg_advisory_xact_lock(4207099); ${SCHEMA} commit;`);
  await pool.end();
  jobs.define([effectJob(db, jobMs)]);
  const close = async (): Promise<void> => {
    await jobs.stop();
    await events.close();
    await db.close();
  };
  return { db, events, jobs, close };
}

function effectJob(db: DatabaseHandle, jobMs: number) {
  return job({
    name: 'crash.row.finish',
    attemptsMax: 5,
    parse: (payload) => z.object({ id: z.uuid() }).parse(payload),
    run: async ({ id }) => {
      say('begun', id);
      await delay(jobMs);
      // The effect is keyed by the row, as every handler must be: a second run changes nothing but its own count.
      await db.prepared(
        'crash.effect',
        'insert into crash_effects values ($1, 1) on conflict (id) do update set runs = crash_effects.runs + 1',
        [id],
      );
    },
  });
}

/** Speaks only as a process of its own; a test that opens the app in itself has nobody to tell. */
function say(word: string, id: string): void {
  if (import.meta.main) writeSync(1, `${word} ${id}\n`);
}

async function write({ db }: CrashApp): Promise<void> {
  const id = newId();
  await db.transaction(async (tx) => {
    await tx.prepared('crash.row', 'insert into crash_rows values ($1)', [id]);
    tx.emit(Written, { workspaceId: WORKSPACE_ID, subjectId: id, payload: { id } });
    await tx.addJob('crash.row.finish', { id });
  });
  say('ack', id);
}

async function publish({ events }: CrashApp): Promise<void> {
  const stored = await events.publish(Written, { workspaceId: WORKSPACE_ID, subjectId: 'p', payload: { id: newId() } });
  say('published', stored.id);
}

/** Repeats for ever; while the database is away it waits and tries again, as a caller would. */
async function repeat(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    try {
      await work();
    } catch (error) {
      say('failed', error instanceof Error && 'code' in error ? String(error.code) : String(error));
      await delay(50);
    }
  }
}

async function main(options: CrashAppOptions): Promise<void> {
  const app = await openCrashApp(options);
  const stopping = new AbortController();
  if (options.runsJobs) await app.jobs.start();
  say('ready', String(process.pid));
  const loops = [
    ...Array.from({ length: options.writers }, () => repeat(stopping.signal, () => write(app))),
    ...Array.from({ length: options.publishers }, () => repeat(stopping.signal, () => publish(app))),
  ];
  await new Promise((resolve) => process.once('SIGTERM', resolve));
  stopping.abort();
  await Promise.all(loops);
  await app.close();
  say('closed', String(process.pid));
}

if (import.meta.main) await main(JSON.parse(process.argv[2] ?? '{}') as CrashAppOptions);
