/** Goal: a job whose process is killed in the middle is taken up again within seconds, and its effect happens once. */
import { afterAll, expect, test, vi } from 'vitest';
import { newId } from '#platform/db';
import { openCrashApp } from './crash-app.ts';
import { crashFolder, startCrashChild } from './crash-child.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });
const folder = crashFolder();
const { dataDir } = folder;
afterAll(() => folder.remove());
const RESUME_MS_MAX = 20_000; // Three seconds on a quiet machine.

test('killed in the middle of a job: the next process finishes it, with all its attempts', async () => {
  const app = await openCrashApp({ dataDir, jobMs: 0 });
  const id = newId();
  await app.jobs.add('crash.row.finish', { id });
  const slow = await startCrashChild({ dataDir, runsJobs: true, jobMs: 600_000 });
  await slow.until('begun', 1);
  await slow.kill();
  const [held] = await app.jobs.list({ workspaceId: '' }, { state: 'running', beforeId: null, countMax: 10 });
  expect(held).toMatchObject({ name: 'crash.row.finish', attempts: 1 });

  const startedMs = performance.now();
  const next = await startCrashChild({ dataDir, runsJobs: true, jobMs: 1 });
  const runs = async () =>
    (await app.db.prepared<{ runs: number }>('crash.runs', 'select runs from crash_effects where id = $1', [id]))[0]
      ?.runs;
  await expect.poll(runs, { timeout: RESUME_MS_MAX }).toBe(1);
  console.log(`crash: the job was finished ${Math.round(performance.now() - startedMs)} ms after the restart began`);
  await expect
    .poll(() => app.jobs.list({ workspaceId: '' }, { state: null, beforeId: null, countMax: 10 }))
    .toEqual([]);
  await next.stop();
  expect(await runs()).toBe(1);
  await app.close();
});

test('a living worker whose database connection breaks keeps its job', async () => {
  const app = await openCrashApp({ dataDir, jobMs: 0 });
  const worker = await startCrashChild({ dataDir, runsJobs: true, jobMs: 5_000 });
  const sweeper = await startCrashChild({ dataDir, runsJobs: true, jobMs: 5_000 });
  await app.jobs.add('crash.row.finish', { id: newId() });
  await expect.poll(() => begun(worker) + begun(sweeper)).toBe(1);
  await app.db.prepared(
    'crash.cut',
    `select pg_terminate_backend(pid) from pg_stat_activity
     where application_name = 'cactus-listener' and pid <> pg_backend_pid()`,
    [],
  );
  await expect
    .poll(() => app.jobs.list({ workspaceId: '' }, { state: null, beforeId: null, countMax: 10 }), { timeout: 30_000 })
    .toEqual([]);
  expect(begun(worker) + begun(sweeper)).toBe(1);
  await Promise.all([worker.stop(), sweeper.stop()]);
  await app.close();
});

function begun(child: { readonly said: ReadonlyMap<string, readonly string[]> }): number {
  return child.said.get('begun')?.length ?? 0;
}
