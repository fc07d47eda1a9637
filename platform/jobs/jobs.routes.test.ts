/** Goal: the jobs page serves who may see it, its own workspace only, and each refusal has its status. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EVERY_ROW, USER_ROLES, type UserRole } from '#kernel';
import type { Domain } from '#platform/domain';
import type { Actor } from '#platform/http';
import { job, JOB_PERMISSIONS, jobRoutes } from '#platform/jobs';
import { newId } from '#platform/db';
import { type TestBrowser, testServer, type TestServer } from '#platform/testing';

const workspaceId = newId();
const toys: Domain = {
  name: 'toys',
  tablePrefix: 'toys_',
  migrations: null,
  permissions: [...JOB_PERMISSIONS],
  events: [],
  jobs: () => [
    job({
      name: 'toys.ball.burst',
      attemptsMax: 1,
      cron: '5 4 * * *',
      parse: (payload) => payload,
      run: async () => Promise.reject(new Error('it burst')),
    }),
    job({
      name: 'toys.ball.roll',
      attemptsMax: 3,
      parse: (payload) => payload,
      run: (_payload, { signal, progress }) => {
        const { promise, reject } = Promise.withResolvers<void>();
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
        return progress(0.25, 'rolling').then(() => promise);
      },
    }),
    job({
      name: 'toys.ball.pump',
      attemptsMax: 1,
      parse: (payload) => {
        if ((payload as { id?: string }).id === undefined) throw new Error('id is missing');
        return payload;
      },
      run: async () => undefined,
    }),
  ],
};
let role: UserRole | null = null;
let server: TestServer;
let browser: TestBrowser;

function actorNow(): Actor | null {
  if (role === null) return null;
  const held = JOB_PERMISSIONS.filter(({ roles }) => role !== null && roles.includes(role)).map(({ name }) => name);
  return {
    userId: newId(),
    sessionId: newId(),
    workspaceId,
    role,
    permissions: new Set<string>(held),
    rows: EVERY_ROW,
  };
}

beforeAll(async () => {
  server = await testServer([toys], { actor: actorNow });
  jobRoutes(server.http, server.platform.jobs, server.platform);
  browser = server.browser();
  await server.platform.jobs.start();
});
afterAll(() => server.close());

async function deadJob(owner: string): Promise<string> {
  const { jobs } = server.platform;
  await jobs.add('toys.ball.burst', { workspaceId: owner });
  await expect.poll(async () => (await jobs.count({ workspaceId: owner })).dead).toBe(1);
  const [dead] = await jobs.list({ workspaceId: owner }, { state: 'dead', beforeId: null, countMax: 1 });
  return String(dead?.id);
}

test('nobody and the roles without the permission are turned away', async () => {
  role = null;
  expect((await browser.call('/api/jobs')).statusCode).toBe(401);
  for (role of USER_ROLES) {
    const expected = role === 'owner' || role === 'admin' ? 200 : 403;
    expect((await browser.call('/api/jobs')).statusCode).toBe(expected);
  }
  role = 'manager';
  expect((await browser.call('/api/jobs/1/retry', { method: 'POST' })).statusCode).toBe(403);
});

test('a dead job is listed with its error, retried, and discarded', async () => {
  role = 'owner';
  const id = await deadJob(workspaceId);
  const { items, counts } = (await browser.call('/api/jobs?state=dead')).json<{ items: unknown[]; counts: unknown }>();
  expect(items).toMatchObject([{ id, name: 'toys.ball.burst', state: 'dead', lastError: 'it burst', progress: null }]);
  expect(counts).toEqual({ waiting: 0, running: 0, failed: 0, dead: 1 });
  expect((await browser.call(`/api/jobs/${id}/retry`, { method: 'POST' })).statusCode).toBe(204);
  await expect
    .poll(
      async () =>
        (await server.platform.jobs.schedules()).find(({ name }) => name === 'toys.ball.burst')?.outcome?.failedCount,
    )
    .toBe(2n);
  await expect.poll(async () => (await browser.call(`/api/jobs/${id}`, { method: 'DELETE' })).statusCode).toBe(204);
  expect((await browser.call(`/api/jobs/${id}`, { method: 'DELETE' })).statusCode).toBe(404);
});

test('the jobs of another workspace do not exist', async () => {
  role = 'owner';
  const id = await deadJob(newId());
  expect((await browser.call('/api/jobs')).json()).toMatchObject({ items: [] });
  expect((await browser.call(`/api/jobs/${id}/retry`, { method: 'POST' })).statusCode).toBe(404);
});

test('schedules show cron and outcome; running by hand needs a job without payload', async () => {
  role = 'admin';
  const { items } = (await browser.call('/api/jobs/schedules')).json<{ items: { name: string }[] }>();
  expect(items.filter(({ name }) => name.startsWith('toys.'))).toMatchObject([
    { name: 'toys.ball.burst', cron: '5 4 * * *', lastError: 'it burst' },
    { name: 'toys.ball.pump', cron: null, nextRunAtMs: null },
    { name: 'toys.ball.roll', cron: null },
  ]);
  const run = async (name: string) =>
    (await browser.call(`/api/jobs/schedules/${name}/run`, { method: 'POST' })).statusCode;
  expect(await run('toys.ball.burst')).toBe(204);
  expect(await run('toys.ball.pump')).toBe(422);
  expect(await run('toys.ball.unknown')).toBe(404);
});

test('a running job is asked to stop, waits for a person, and starts over with all its attempts', async () => {
  role = 'manager';
  expect((await browser.call('/api/jobs/1/cancel', { method: 'POST' })).statusCode).toBe(403);
  role = 'owner';
  const { jobs } = server.platform;
  await jobs.add('toys.ball.roll', { workspaceId });
  const listed = async () =>
    (await jobs.list({ workspaceId }, { state: null, beforeId: null, countMax: 9 })).find(
      ({ name }) => name === 'toys.ball.roll',
    );
  await expect.poll(async () => (await listed())?.doneRatio, { timeout: 10_000 }).toBe(0.25);
  const cancel = async () =>
    (await browser.call(`/api/jobs/${(await listed())?.id}/cancel`, { method: 'POST' })).statusCode;
  expect(await cancel()).toBe(202);
  await expect.poll(async () => (await listed())?.state, { timeout: 10_000 }).toBe('dead');
  expect(await listed()).toMatchObject({ attempts: 1, attemptsMax: 1, lastError: 'Cancelled by a person.' });
  expect(await cancel()).toBe(409);
  const rolled = (await jobs.schedules()).find(({ name }) => name === 'toys.ball.roll');
  expect(rolled?.outcome).toBeNull();

  const id = String((await listed())?.id);
  expect((await browser.call(`/api/jobs/${id}/retry`, { method: 'POST' })).statusCode).toBe(204);
  await expect.poll(async () => (await listed())?.state, { timeout: 10_000 }).toBe('running');
  expect(await listed()).toMatchObject({ attemptsMax: 3, isCancelling: false });
});
