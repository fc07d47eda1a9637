/**
 * Migrations: numbered `.sql` files (`0001_accounts.sql`), append-only, one folder per owner. Applied in the order of
 * owners under an advisory lock, each file in its own transaction, with a checksum: an applied file that changed or
 * vanished stops the start with a message, never with a guess.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { Fault } from '#kernel';
import type { Log } from '#platform/telemetry';
import type pg from 'pg';
import type { MigrationOwner } from './types.ts';

export interface MigrationFile {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

interface AppliedRow {
  readonly owner: string;
  readonly number: number;
  readonly name: string;
  readonly checksum: string;
}

const FILE_NAME = /^(\d{4})_[a-z0-9_]+\.sql$/;
const CREATED_TABLE = /\bcreate\s+(?:unlogged\s+)?table\s+(?:if\s+not\s+exists\s+)?"?([a-z0-9_.]+)"?/gi;
const LOCK_KEY = 4_207_001; // Any constant: two processes that start together migrate one after the other.

/** The folders of the platform's own parts (`platform/<part>/migrations`), in the order of their names. */
export function platformMigrations(): MigrationOwner[] {
  const platform = new URL('../', import.meta.url);
  return readdirSync(platform, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => ({
      name: `platform/${entry.name}`,
      tablePrefix: 'platform_',
      directory: new URL(`${entry.name}/migrations/`, platform),
    }))
    .filter(({ directory }) => existsSync(directory))
    .toSorted((left, right) => left.name.localeCompare(right.name));
}

/** Reads and checks one owner's files: names, gapless numbers, own table prefix. */
export function readMigrations(owner: MigrationOwner): MigrationFile[] {
  const files = readdirSync(owner.directory)
    .filter((name) => name.endsWith('.sql'))
    .toSorted()
    .map((name) => readMigration(owner, name));
  for (const [index, file] of files.entries()) {
    if (file.number === index + 1) continue;
    throw fault('migration_gap', `${owner.name}: ${file.name} should have number ${index + 1}; numbers have no gaps.`);
  }
  return files;
}

export interface ApplyOptions {
  readonly log: Log;
  /** How many files of each owner, for a database of an older version; all of them without it. */
  readonly countOf?: (owner: string) => number;
}

/** Applies what is new and returns how many files ran. */
export async function applyMigrations(
  client: pg.ClientBase,
  owners: readonly MigrationOwner[],
  { log, countOf }: ApplyOptions,
): Promise<number> {
  await client.query('select pg_advisory_lock($1)', [LOCK_KEY]);
  try {
    await client.query(`create table if not exists platform_migrations (
      owner text not null, number integer not null, name text not null, checksum text not null,
      applied_at timestamptz not null default now(), primary key (owner, number))`);
    const { rows } = await client.query<AppliedRow>(
      'select owner, number, name, checksum from platform_migrations order by owner, number',
    );
    let count = 0;
    for (const owner of owners) {
      const files = readMigrations(owner);
      const applied = rows.filter((row) => row.owner === owner.name);
      requireUnchanged(owner, files, applied);
      for (const file of files.slice(applied.length, countOf?.(owner.name) ?? files.length)) {
        await applyOne(client, owner, file);
        count += 1;
      }
    }
    if (count > 0) log.info('The database schema is up to date', { migrationsApplied: count });
    return count;
  } finally {
    await client.query('select pg_advisory_unlock($1)', [LOCK_KEY]).catch(() => undefined);
  }
}

function readMigration(owner: MigrationOwner, name: string): MigrationFile {
  const number = FILE_NAME.exec(name)?.[1];
  if (number === undefined) throw fault('migration_name', `${owner.name}: ${name} is not like 0001_what_it_does.sql.`);
  // Line ends do not count: a checkout on Windows must not look like an edit.
  const sql = readFileSync(new URL(name, owner.directory), 'utf8').replaceAll('\r\n', '\n');
  for (const [, table = ''] of sql.matchAll(CREATED_TABLE)) {
    if (table.startsWith(owner.tablePrefix)) continue;
    throw fault(
      'migration_prefix',
      `${owner.name}: ${name} creates ${table}, which must start with ${owner.tablePrefix}.`,
    );
  }
  return { number: Number(number), name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
}

function requireUnchanged(
  owner: MigrationOwner,
  files: readonly MigrationFile[],
  applied: readonly AppliedRow[],
): void {
  for (const [index, row] of applied.entries()) {
    const file = files[index];
    if (!file || file.number !== row.number) {
      throw fault(
        'migration_missing',
        `The database has ${owner.name} ${row.name}, which this Cactus does not know: a newer version used it. Start that version, or restore a backup from before it.`,
      );
    }
    if (file.checksum === row.checksum) continue;
    throw fault(
      'migration_changed',
      `${owner.name} ${file.name} was edited after it ran on this database. Put the file back as it was and add a new one.`,
    );
  }
}

async function applyOne(client: pg.ClientBase, owner: MigrationOwner, file: MigrationFile): Promise<void> {
  try {
    await client.query('begin');
    await client.query(file.sql);
    await client.query('insert into platform_migrations (owner, number, name, checksum) values ($1, $2, $3, $4)', [
      owner.name,
      file.number,
      file.name,
      file.checksum,
    ]);
    await client.query('commit');
  } catch (cause) {
    await client.query('rollback').catch(() => undefined);
    throw new Fault(
      'migration_failed',
      `${owner.name} ${file.name} failed: ${String(cause)}. Nothing of it was kept.`,
      {
        retryable: false,
        cause,
      },
    );
  }
}

function fault(code: string, message: string): Fault {
  return new Fault(code, message, { retryable: false });
}
