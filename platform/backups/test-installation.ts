/** For tests: an installation with awkward tables (cycles, append-only, generated, every kind of value) and stored files. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { newId, platformMigrations } from '#platform/db';
import type { Domain } from '#platform/domain';
import { testPlatform, type TestPlatform } from '#platform/testing';
import { sql } from 'kysely';
import type { BackupHouse } from './types.ts';

const SCHEMA = `
create table toys_owners (owner_id uuid primary key, favourite_id bigint, name text not null collate "C");
create table toys_balls (
  ball_id bigint generated always as identity primary key, owner_id uuid references toys_owners, label text,
  price numeric not null, grams integer, tags text[], facts jsonb, bytes bytea, thrown_at timestamptz, day date,
  lower_label text generated always as (lower(label)) stored);
alter table toys_owners add foreign key (favourite_id) references toys_balls;
create table toys_log (entry text not null, amount numeric);
create function toys_refuse() returns trigger language plpgsql as $$ begin raise exception 'append only'; end $$;
create trigger toys_log_kept before update or delete on toys_log for each row execute function toys_refuse();
create trigger toys_log_whole before truncate on toys_log for each statement execute function toys_refuse();
create table toys_names (name text primary key);
insert into toys_names (name) values ('seeded');
`;

export interface BackupFixture {
  readonly platform: TestPlatform;
  readonly house: BackupHouse;
}

/** Opens it, filled with \`rowCount\` rows per table and three files. */
export async function backupFixture(rowCount: number): Promise<BackupFixture> {
  const folder = mkdtempSync(join(tmpdir(), 'cactus-toys-'));
  writeFileSync(join(folder, '0001_toys.sql'), SCHEMA);
  const toys: Domain = {
    name: 'toys',
    tablePrefix: 'toys_',
    migrations: pathToFileURL(`${folder}/`),
    permissions: [],
    events: [],
  };
  const opened = await testPlatform([toys]);
  const platform: TestPlatform = {
    ...opened,
    close: async () => {
      await opened.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await fill(platform, rowCount);
  const { db, clock, files, secrets, config, telemetry } = platform;
  const owners = [
    ...platformMigrations(),
    { name: 'toys', tablePrefix: 'toys_', directory: pathToFileURL(`${folder}/`) },
  ];
  const house = { db, clock, newId, files, keys: secrets.keys, dataDir: config.dataDir, log: telemetry.log, owners };
  return { platform, house };
}

async function fill({ db, files, secrets }: TestPlatform, rowCount: number): Promise<void> {
  const tables = db.tables();
  const ownerId = newId();
  await sql`insert into toys_owners values (${ownerId}, null, ${'Ñandú\n\t\\ "x"'})`.execute(tables);
  await sql`insert into toys_balls (owner_id, label, price, grams, tags, facts, bytes, thrown_at, day)
    select ${ownerId}, case when n % 7 = 0 then null else 'Bola ' || n || E'\n€' end, (n * 1000003 % 99991) / 7.0,
      n - 50, array['a', null, 'b,"c'], jsonb_build_object('n', n), decode(md5(n::text), 'hex'),
      timestamptz '2024-03-31 02:30:00.123456+02' + n * interval '1 hour', date '2024-02-29' + n
    from generate_series(1, ${sql.raw(String(rowCount))}) as n`.execute(tables);
  await sql`update toys_owners set favourite_id = 1 where ${sql.raw(String(rowCount))} > 0`.execute(tables);
  await sql`insert into toys_log select 'entry ' || n % 3, 0.1 * n from generate_series(1, 9) as n`.execute(tables);
  const workspaceId = newId();
  for (const text of ['one', 'two', 'x'.repeat(300_000)]) {
    await files.put({ workspaceId, userId: null, name: 'a', bytes: Readable.from([text]), sizeBytesMax: 1e6 });
  }
  await db.transaction((tx) => secrets.set(tx, { workspaceId, name: 'smtp.password' }, 'hunter2'));
}
