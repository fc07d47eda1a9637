/** Goal: a job that used up its attempts is told once to those who can retry it, and a failing channel tells nobody. */
import type { Domain } from '#platform/domain';
import { job } from '#platform/jobs';
import { type Person, recordDeadJob } from '#platform/notify';
import { testPlatform, type TestPlatform } from '#platform/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';

const people: Person[] = [];
const toys: Domain = {
  name: 'toys',
  tablePrefix: 'toys_',
  migrations: null,
  permissions: [],
  events: [],
  jobs: () => [
    job({
      name: 'toys.ball.burst',
      attemptsMax: 1,
      parse: (payload) => payload as { workspaceId?: string },
      run: () => Promise.reject(new Error('it burst')),
    }),
  ],
  directory: () => ({ people: async () => people, workspaceIds: async () => workspaceIds }),
};
const workspaceIds: string[] = [];
let platform: TestPlatform;
beforeAll(async () => {
  platform = await testPlatform([toys]);
  workspaceIds.push(platform.newId(), platform.newId());
  const directory = toys.directory?.(platform) ?? null;
  platform.jobs.onDead((dead) => recordDeadJob({ ...platform, directory }, dead));
  await platform.jobs.start();
});
afterAll(() => platform.close());

test('of a workspace: told there; of the installation: told in each real workspace', async () => {
  const workspaceId = platform.newId();
  await platform.jobs.add('toys.ball.burst', { workspaceId });
  await expect
    .poll(() => platform.notifications)
    .toMatchObject([
      {
        workspaceId,
        userId: null,
        permission: 'platform.jobs.read',
        kind: 'platform.job.died',
        payload: { job: 'toys.ball.burst' },
        href: '/ajustes/tareas',
      },
    ]);
  platform.notifications.length = 0;
  await platform.jobs.add('toys.ball.burst', {});
  await expect.poll(() => platform.notifications.map((told) => told.workspaceId)).toEqual(workspaceIds);
});

test('jobs of mail, Telegram and notify themselves tell nobody', async () => {
  platform.notifications.length = 0;
  for (const name of ['platform.mail.send', 'platform.notify.write', 'platform.telegram.check']) {
    await recordDeadJob({ ...platform, directory: null }, { jobId: 7n, name, workspaceId: platform.newId() });
  }
  expect(platform.notifications).toEqual([]);
});
