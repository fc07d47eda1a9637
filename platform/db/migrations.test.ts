/** Goal: migrations run once and in order, two starters do not collide, and an edited or missing file stops the start. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { sql } from 'kysely';
import { afterAll, beforeEach, afterEach, expect, test } from 'vitest';
import type { MigrationOwner } from '#platform/db';
import { openTestDatabase, type TestDatabase } from '#platform/testing';

const folder = mkdtempSync(join(tmpdir(), 'cactus-migrations-'));
const owner: MigrationOwner = { name: 'toys', tablePrefix: 'toys_', directory: pathToFileURL(`${folder}/`) };
let database: TestDatabase;

function write(name: string, text: string): void {
  writeFileSync(join(folder, name), text);
}

beforeEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  const { mkdirSync } = await import('node:fs');
  mkdirSync(folder);
  write('0001_boxes.sql', 'create table toys_boxes (id integer primary key);\n');
  database = await openTestDatabase([]);
});
afterEach(() => database.close());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('each file runs once, also when two processes start together', async () => {
  write('0002_fill.sql', 'insert into toys_boxes values (1);');
  const counts = await Promise.all([database.db.migrate([owner]), database.db.migrate([owner])]);
  expect(counts.toSorted((left, right) => left - right)).toEqual([0, 2]);
  expect(await database.db.migrate([owner])).toBe(0);
  const { rows } = await sql`select id from toys_boxes`.execute(database.db.tables());
  expect(rows).toEqual([{ id: 1 }]);
});

test('a failing file leaves nothing of itself and keeps the ones before', async () => {
  write('0002_bad.sql', 'create table toys_halves (id integer); select nonsense;');
  await expect(database.db.migrate([owner])).rejects.toMatchObject({ code: 'migration_failed' });
  const { rows } = await sql`select to_regclass('toys_halves') as halves, to_regclass('toys_boxes') as boxes`.execute(
    database.db.tables(),
  );
  expect(rows).toEqual([{ halves: null, boxes: 'toys_boxes' }]);
});

test.each([
  ['an edited file', '0001_boxes.sql', 'create table toys_boxes (id bigint primary key);', 'migration_changed'],
  ['a vanished file', '0001_boxes.sql', null, 'migration_missing'],
  ['a gap', '0003_later.sql', 'select 1;', 'migration_gap'],
  ['a stranger among names', '2_x.sql', 'select 1;', 'migration_name'],
  ['a foreign table', '0002_foreign.sql', 'create table if not exists other_things (id int);', 'migration_prefix'],
])('%s stops the start', async (_case, name, text, code) => {
  await database.db.migrate([owner]);
  if (text === null) rmSync(join(folder, name));
  else write(name, text);
  await expect(database.db.migrate([owner])).rejects.toMatchObject({ code });
});

test('Windows line ends are not an edit', async () => {
  await database.db.migrate([owner]);
  write('0001_boxes.sql', 'create table toys_boxes (id integer primary key);\r\n');
  expect(await database.db.migrate([owner])).toBe(0);
});
