/** Goal: backups are recorded, pruned, copied, cancelled and called verified only when a restore matched; people hear of trouble. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { DAY_MS, EVERY_ROW, USER_ROLES, type UserRole } from '#kernel';
import { newId } from '#platform/db';
import type { Domain } from '#platform/domain';
import { BACKUP_PERMISSIONS, backupHealth, backupJobs, backupRoutes, createBackups } from '#platform/backups';
import { noticeCatalogue } from '#platform/notify';
import { openFolder } from '#platform/objects';
import { type TestBrowser, testServer, type TestServer } from '#platform/testing';
import { backupFolderOf } from './backup-file.ts';
import { offsiteIn } from './offsite.ts';
import { UNWATCHED } from './types.ts';

const workspaceId = newId();
const keepers: Domain = {
  name: 'platform',
  tablePrefix: 'platform_',
  migrations: null,
  permissions: [...BACKUP_PERMISSIONS],
  events: [],
  jobs: backupJobs,
  directory: () => ({ people: async () => [], workspaceIds: async () => [workspaceId] }),
};
let role: UserRole | null = 'owner';
let server: TestServer;
let browser: TestBrowser;

beforeAll(async () => {
  server = await testServer([keepers], {
    actor: () => {
      if (role === null) return null;
      const held = BACKUP_PERMISSIONS.filter(({ roles }) => role !== null && roles.includes(role));
      const permissions = new Set<string>(held.map(({ name }) => name));
      return { userId: newId(), sessionId: newId(), workspaceId, role, permissions, rows: EVERY_ROW };
    },
  });
  backupRoutes(server.http, server.platform);
  browser = server.browser();
});
afterAll(() => server.close());
beforeEach(async () => {
  role = 'owner';
  server.platform.notifications.length = 0;
  await sql`delete from platform_notifications`.execute(server.platform.db.tables());
  rmSync(folder(), { recursive: true, force: true });
  await sql`delete from platform_backups`.execute(server.platform.db.tables());
});
const folder = (): string => backupFolderOf(server.platform.config.dataDir);
const isListed = async (): Promise<Record<string, unknown>[]> =>
  (await browser.call('/api/backups')).json<{ items: Record<string, unknown>[] }>().items;

test('nobody and the roles without the permission are turned away', async () => {
  role = null;
  expect((await browser.call('/api/backups')).statusCode).toBe(401);
  for (role of USER_ROLES) {
    const isKeeper = role === 'owner' || role === 'admin';
    expect((await browser.call('/api/backups')).statusCode).toBe(isKeeper ? 200 : 403);
  }
  role = 'manager';
  for (const url of ['/api/backups', `/api/backups/${newId()}/verifications`, `/api/backups/${newId()}/cancellation`]) {
    expect((await browser.call(url, { method: 'POST' })).statusCode).toBe(403);
  }
});

test('made and verified over HTTP by the jobs: verified is said only after the restore', async () => {
  await server.platform.jobs.start();
  expect((await browser.call('/api/backups', { method: 'POST' })).statusCode).toBe(202);
  await expect.poll(async () => (await isListed())[0]?.['state']).toBe('ready');
  const [item] = await isListed();
  expect(item).toMatchObject({ kind: 'manual', verifyState: 'never', damagedFileCount: 0, error: null });
  const url = `/api/backups/${String(item?.['backupId'])}/verifications`;
  expect((await browser.call(url, { method: 'POST' })).statusCode).toBe(202);
  await expect.poll(async () => (await isListed())[0]?.['verifyState']).toBe('verified');
  expect(await backupHealth(server.platform)).toMatchObject([{ state: 'ok' }]);
  expect((await browser.call(`/api/backups/${newId()}/verifications`, { method: 'POST' })).statusCode).toBe(404);
  const cancel = `/api/backups/${String(item?.['backupId'])}/cancellation`;
  expect((await browser.call(cancel, { method: 'POST' })).statusCode).toBe(409);
  // Cut it and try again: it is no longer called verified, health and the bell say so.
  const path = join(folder(), String(item?.['fileName']));
  truncateSync(path, readFileSync(path).length - 20);
  await browser.call(url, { method: 'POST' });
  await expect.poll(async () => (await isListed())[0]?.['verifyState']).toBe('failed');
  await expect
    .poll(() => server.platform.notifications.map(({ kind }) => kind))
    .toEqual(['platform.backup.verify_failed']);
  expect(await backupHealth(server.platform)).toMatchObject([{ state: 'degraded' }]);
  await server.platform.jobs.stop();
});

test('a cancelled backup stops, is recorded as cancelled and leaves no file', async () => {
  const { backups, db } = server.platform;
  const made = backups.create('manual', {
    ...UNWATCHED,
    report: async () => {
      await sql`update platform_backups set is_cancel_asked = true`.execute(db.tables());
      await new Promise((resolve) => setTimeout(resolve, 300));
    },
  });
  await expect(made).rejects.toMatchObject({ code: 'backup_cancelled' });
  expect(await isListed()).toMatchObject([{ state: 'cancelled', fileName: null }]);
  expect(readdirSync(folder())).toEqual([]);
});

test('two at once: the second is told to wait', async () => {
  const { backups } = server.platform;
  let second: unknown = null;
  await backups.create('manual', {
    ...UNWATCHED,
    report: async () => {
      second ??= await backups.create('manual', UNWATCHED).catch((error: unknown) => error);
    },
  });
  expect(second).toMatchObject({ code: 'backup_running', retryable: true });
});

test('a run that a crash cut is called interrupted by the next one, and its part is gone', async () => {
  const { backups, db, time } = server.platform;
  await backups.create('manual', UNWATCHED);
  time.advance(DAY_MS);
  await sql`insert into platform_backups (backup_id, kind, state, started_at) values (${newId()}, 'nightly', 'running', now())`.execute(
    db.tables(),
  );
  writeFileSync(join(folder(), 'cactus-2026-01-01T00-00-00Z-aaaaaa.cactus-backup.part'), 'half');
  await backups.create('manual', UNWATCHED);
  const states = (await isListed()).map(({ state }) => String(state)).toSorted();
  expect(states).toEqual(['interrupted', 'ready', 'ready']);
  expect(readdirSync(folder()).filter((name) => name.endsWith('.part'))).toEqual([]);
});

test('old ones go by the retention here and off-site; what is not ours stays', async () => {
  const { backups, time } = server.platform;
  const place = mkdtempSync(join(tmpdir(), 'cactus-offsite-'));
  writeFileSync(join(place, 'cactus-holiday.jpg'), 'mine');
  const copied = createBackups(backups.house, offsiteIn(openFolder(place)));
  for (let night = 0; night < 9; night += 1) {
    await copied.create('nightly', UNWATCHED);
    time.advance(DAY_MS);
  }
  const kept = readdirSync(folder()).toSorted();
  expect(kept.length).toBeLessThanOrEqual(9);
  expect(kept.length).toBeGreaterThanOrEqual(8);
  expect(readdirSync(place).toSorted()).toEqual([...kept, 'cactus-holiday.jpg'].toSorted());
  expect(readFileSync(join(place, kept[0] ?? '')).equals(readFileSync(join(folder(), kept[0] ?? '')))).toBe(true);
  expect((await isListed())[0]).toMatchObject({ offsiteState: 'copied', offsiteError: null });
  rmSync(place, { recursive: true });
});

test('an off-site place that is away fails the copy, not the backup, and the morning watch says so', async () => {
  const { backups } = server.platform;
  const copied = createBackups(backups.house, offsiteIn(openFolder(join(tmpdir(), 'not-mounted'))));
  await copied.create('nightly', UNWATCHED);
  expect((await isListed())[0]).toMatchObject({ state: 'ready', offsiteState: 'failed' });
  await runWatch();
  await runWatch();
  expect(server.platform.notifications[0]).toMatchObject({ kind: 'platform.backup.offsite_failed', workspaceId });
  expect(await rung('platform.backup.offsite_failed')).toBe(1);
  server.platform.time.advance(DAY_MS);
  await runWatch();
  expect(await rung('platform.backup.offsite_failed')).toBe(2);
});

test('the newest copy is asked for, read through when told so, made again when it failed, and fetched by its name', async () => {
  const { backups, platform } = { backups: server.platform.backups, platform: server.platform };
  const place = mkdtempSync(join(tmpdir(), 'cactus-offsite-'));
  const offsite = offsiteIn(openFolder(place));
  const copied = createBackups(backups.house, offsite);
  const { fileName, sizeBytes } = await copied.create('nightly', UNWATCHED);
  const state = async () => (await isListed())[0]?.['offsiteState'];
  const copy = join(place, fileName);
  const whole = readFileSync(copy);
  await copied.checkOffsite(true);
  expect(await state()).toBe('copied');
  expect(await offsite.list()).toMatchObject([{ fileName, sizeBytes }]);

  writeFileSync(copy, Buffer.concat([whole.subarray(0, -1), Buffer.from([(whole.at(-1) ?? 0) ^ 1])]));
  await copied.checkOffsite(false);
  expect(await state()).toBe('copied');
  await copied.checkOffsite(true);
  expect((await isListed())[0]).toMatchObject({ offsiteState: 'failed', offsiteError: expect.any(String) as string });
  await copied.checkOffsite(false);
  expect(await state()).toBe('copied');
  expect(readFileSync(copy).equals(whole)).toBe(true);

  rmSync(copy);
  await copied.checkOffsite(false);
  expect((await isListed())[0]?.['offsiteError']).toContain('is gone');
  await copied.checkOffsite(false);
  const target = join(platform.config.dataDir, 'fetched', fileName);
  await offsite.fetch(fileName, target);
  expect(readFileSync(target).equals(whole)).toBe(true);
  for (const name of ['../../etc/passwd', fileName.replace('cactus-2', 'cactus-1')])
    await expect(offsite.fetch(name, target)).rejects.toMatchObject({ code: 'backup_not_found' });
  rmSync(place, { recursive: true });
});

test('a backup that grew too old is told once a morning, and health asks for one', async () => {
  const { backups, db, time } = server.platform;
  await sql`update platform_migrations set applied_at = now() - interval '3 years'`.execute(db.tables());
  await backups.create('nightly', UNWATCHED);
  await runWatch();
  expect(server.platform.notifications).toEqual([]);
  time.advance(2 * DAY_MS);
  await runWatch();
  expect(server.platform.notifications).toMatchObject([{ kind: 'platform.backup.too_old', href: '/ajustes/copias' }]);
  expect(await backupHealth(server.platform)).toMatchObject([{ state: 'degraded' }]);
});

test('a backup that cannot be made is told at its last attempt, and every kind that is told is declared', async () => {
  const { platform } = server;
  const away = createBackups({ ...platform.backups.house, dataDir: join(tmpdir(), 'no', 'such', '\0place') }, null);
  const create = backupJobs({ ...platform, backups: away }).find(({ name }) => name === 'platform.backups.create');
  const run = (attempt: number) =>
    create?.run(
      { kind: 'nightly' },
      { attempt, signal: new AbortController().signal, progress: async () => undefined },
    );
  await expect(run(1)).rejects.toThrow('null bytes');
  expect(await rung('platform.backup.create_failed')).toBe(0);
  await expect(run(3)).rejects.toThrow('null bytes');
  expect(await rung('platform.backup.create_failed')).toBe(1);
  const kinds = noticeCatalogue([]);
  for (const trouble of ['create_failed', 'verify_failed', 'too_old', 'offsite_failed', 'files_damaged'])
    expect(kinds.get(`platform.backup.${trouble}`)?.channels).toContain('email');
});

/** How many of a kind the bell holds for the workspace. */
async function rung(kind: string): Promise<number> {
  const rows = await sql<{ count: number }>`select count(*)::integer as count from platform_notifications
    where workspace_id = ${workspaceId} and kind = ${kind}`.execute(server.platform.db.tables());
  return rows.rows[0]?.count ?? -1;
}

async function runWatch(): Promise<void> {
  const watch = backupJobs(server.platform).find(({ name }) => name === 'platform.backups.watch');
  await watch?.run(undefined, { attempt: 1, signal: new AbortController().signal, progress: async () => undefined });
}
