/** Goal: a test gets a platform that really stores, with a clock it can move, and its own database. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { event } from '#kernel';
import type { Domain } from '#platform/domain';
import { testPlatform } from '#platform/testing';

const Thrown = event({
  name: 'toys.ball.thrown',
  version: 1,
  summary: 'A ball was thrown.',
  permission: 'toys.ball.read',
  schema: z.object({ distance: z.string() }),
  example: { distance: '3' },
});
const toys: Domain = {
  name: 'toys',
  tablePrefix: 'toys_',
  migrations: null,
  permissions: [],
  events: [Thrown],
  settings: z.object({ ballsMax: z.int().default(3) }),
};

test('events, bell and settings work; the clock moves when told; two platforms share nothing', async () => {
  const [one, two] = await Promise.all([
    testPlatform([toys], { settings: { toys: { ballsMax: 9 } } }),
    testPlatform([toys]),
  ]);
  const workspaceId = one.newId();
  one.time.advance(1_500);
  await one.db.transaction(async (tx) => {
    tx.emit(Thrown, { workspaceId, subjectId: 'ball', payload: { distance: '7' } });
    await one.notify.record(tx, {
      workspaceId,
      userId: null,
      permission: 'toys.ball.read',
      kind: 'toys.ball.thrown',
      payload: {},
      href: '/',
    });
  });
  expect(one.heard).toMatchObject([{ name: 'toys.ball.thrown', occurredAtMs: one.clock() }]);
  expect(one.notifications).toHaveLength(1);
  expect(one.broadcasts).toHaveLength(1);
  expect(await two.events.latest({ workspaceId, limit: 1 })).toEqual([]);
  expect([one.config.section('toys'), two.config.section('toys')]).toEqual([{ ballsMax: 9 }, { ballsMax: 3 }]);
  await Promise.all([one.close(), two.close()]);
});

test('a domain of the same name with another schema has its own database', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cactus-schema-'));
  writeFileSync(join(folder, '0001_toys.sql'), 'create table toys_kites (name text primary key);');
  const bare = await testPlatform([toys]);
  const rich = await testPlatform([{ ...toys, migrations: pathToFileURL(`${folder}/`) }]);
  const kites = sql<{ name: string | null }>`select to_regclass('toys_kites')::text as name`;
  const names = [bare, rich].map(async ({ db }) => (await kites.execute(db.tables())).rows[0]?.name);
  expect(await Promise.all(names)).toEqual([null, 'toys_kites']);
  await Promise.all([bare.close(), rich.close()]);
  rmSync(folder, { recursive: true });
});
