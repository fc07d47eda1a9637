/** Goal: a job lives and dies with its transaction, runs, retries, ends as a dead letter, and people can act on it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createJobs, job, type JobContext, type Jobs } from '#platform/jobs';
import { newId } from '#platform/db';
import { openTestDatabase, silentLog, type TestDatabase } from '#platform/testing';
import { nextRunAtMs } from './schedule.ts';

const workspaceId = newId();
const scope = { workspaceId };
const ran: { name: string; payload: unknown; attempt: number }[] = [];
const gates = new Map<string, PromiseWithResolvers<void>>();
let database: TestDatabase;
let jobs: Jobs;

function toyJob(name: string, run: (payload: { id?: string }, context: JobContext) => Promise<void>) {
  return job({
    name: `toys.ball.${name}`,
    attemptsMax: 1,
    parse: (payload) => payload as { id?: string },
    run: async (payload: { id?: string }, context) => {
      ran.push({ name, payload, attempt: context.attempt });
      await run(payload, context);
    },
  });
}

beforeAll(async () => {
  database = await openTestDatabase([]);
  jobs = await createJobs({ db: database.db, clock: Date.now, log: silentLog });
  jobs.define([
    toyJob('kick', async () => undefined),
    toyJob('burst', async () => Promise.reject(new Error('it burst'))),
    toyJob('roll', async ({ id = '' }, context) => {
      await context.progress(0.4, 'rolling');
      await gates.get(id)?.promise;
    }),
    { ...toyJob('nightly', async () => undefined), cron: '17 3 * * *' },
    job({
      name: 'toys.ball.strict',
      attemptsMax: 3,
      parse: (payload) => {
        if ((payload as { id?: string }).id === undefined) throw new Error('id is missing');
        return payload;
      },
      run: async () => undefined,
    }),
  ]);
  await jobs.start();
});
afterAll(async () => {
  await jobs.stop();
  await database.close();
});

const runsOf = (id: string): number => ran.filter(({ payload }) => (payload as { id?: string }).id === id).length;
const page = { state: null, beforeId: null, countMax: 10 };

test('a job runs after its transaction commits, and never when that rolls back', async () => {
  const failing = database.db.transaction(async (tx) => {
    await tx.addJob('toys.ball.kick', { id: 'rolled-back' });
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  await database.db.transaction((tx) => tx.addJob('toys.ball.kick', { id: 'kept' }));
  await expect.poll(() => runsOf('kept')).toBe(1);
  expect(runsOf('rolled-back')).toBe(0);
});

test('an unknown job or a payload it cannot read fails where it is added', async () => {
  await expect(jobs.add('toys.ball.unknown', {})).rejects.toThrow('not defined');
  await expect(jobs.add('toys.ball.strict', {})).rejects.toThrow('id is missing');
});

test('out of attempts it is dead, with its error; retry runs it again; discard removes it', async () => {
  await jobs.add('toys.ball.burst', { id: 'b1', workspaceId });
  await expect.poll(async () => (await jobs.count(scope)).dead).toBe(1);
  const [dead] = await jobs.list(scope, { ...page, state: 'dead' });
  expect(dead).toMatchObject({
    name: 'toys.ball.burst',
    state: 'dead',
    attempts: 1,
    attemptsMax: 1,
    lastError: 'it burst',
  });
  expect(await jobs.list({ workspaceId: newId() }, page)).toEqual([]);
  expect(await jobs.retry({ workspaceId: newId() }, dead!.id)).toMatchObject({ code: 'job_not_found' });
  expect(await jobs.retry(scope, dead!.id)).toMatchObject({ ok: true });
  await expect.poll(() => runsOf('b1')).toBe(2);
  await expect.poll(async () => (await jobs.count(scope)).dead).toBe(1);
  expect(await jobs.discard(scope, dead!.id)).toMatchObject({ ok: true });
  expect(await jobs.discard(scope, dead!.id)).toMatchObject({ code: 'job_not_found' });
  expect(await jobs.list(scope, page)).toEqual([]);
});

test('a running job shows its progress and refuses to be discarded', async () => {
  const gate = Promise.withResolvers<void>();
  gates.set('r1', gate);
  await jobs.add('toys.ball.roll', { id: 'r1', workspaceId });
  await expect.poll(async () => (await jobs.list(scope, page))[0]?.doneRatio).toBe(0.4);
  const [running] = await jobs.list(scope, page);
  expect(running).toMatchObject({ state: 'running', message: 'rolling', doneRatio: 0.4 });
  expect(await jobs.discard(scope, running!.id)).toMatchObject({ code: 'job_running' });
  gate.resolve();
  await expect.poll(async () => await jobs.list(scope, page)).toEqual([]);
});

test('of two waiting jobs with one key the newer stays', async () => {
  const runAtMs = Date.now() + 60_000;
  await jobs.add('toys.ball.kick', { id: 'k1', workspaceId }, { key: 'one', runAtMs });
  await jobs.add('toys.ball.kick', { id: 'k2', workspaceId }, { key: 'one' });
  await expect.poll(() => runsOf('k2')).toBe(1);
  expect(runsOf('k1')).toBe(0);
});

test('jobs of one queue never run side by side', async () => {
  const gate = Promise.withResolvers<void>();
  gates.set('q1', gate);
  for (const id of ['q1', 'q2']) await jobs.add('toys.ball.roll', { id, workspaceId }, { queue: 'one-by-one' });
  await expect.poll(() => runsOf('q1')).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(runsOf('q2')).toBe(0);
  gate.resolve();
  await expect.poll(() => runsOf('q2'), { timeout: 5_000 }).toBe(1);
});

test('a schedule shows its next run and outcome, and runs by hand', async () => {
  expect(await jobs.runNow('toys.ball.unknown')).toMatchObject({ code: 'job_unknown' });
  expect(await jobs.runNow('toys.ball.strict')).toMatchObject({ code: 'job_needs_payload' });
  expect(await jobs.runNow('toys.ball.nightly')).toMatchObject({ ok: true });
  const nightly = async () => (await jobs.schedules()).find(({ name }) => name === 'toys.ball.nightly');
  await expect.poll(async () => (await nightly())?.outcome?.succeededCount).toBe(1n);
  expect(await nightly()).toMatchObject({ cron: '17 3 * * *', nextRunAtMs: expect.any(Number) });
});

test.each([
  ['17 3 * * *', '2026-11-21T03:17:00Z', '2026-11-22T03:17:00Z'],
  ['*/5 * * * *', '2026-11-21T10:01:30Z', '2026-11-21T10:05:00Z'],
  ['0 8 * * 1', '2026-11-21T10:00:00Z', '2026-11-23T08:00:00Z'],
  ['0 0 29 2 *', '2027-03-01T00:00:00Z', '2028-02-29T00:00:00Z'],
])('%s after %s is due at %s', (cron, after, due) => {
  expect(new Date(nextRunAtMs(cron, Date.parse(after)) ?? 0).toISOString()).toBe(new Date(due).toISOString());
});

test('a job held by a process that is gone is given back, with its attempt', async () => {
  await jobs.add('toys.ball.kick', { id: 'lost', workspaceId }, { runAtMs: Date.now() + 3_600_000 });
  await database.db.prepared(
    'test.lose',
    `update graphile_worker._private_jobs set locked_at = now(), locked_by = 'pool-that-died', attempts = 1
     where payload->>'id' = 'lost'`,
    [],
  );
  await expect.poll(() => runsOf('lost'), { timeout: 15_000 }).toBe(1);
  expect(ran.find(({ payload }) => (payload as { id?: string }).id === 'lost')).toMatchObject({ attempt: 1 });
});
