/** A second database on the same server: made empty, given to the work, dropped after. */
import { Fault } from '#kernel';
import { runMigrations, Logger } from 'graphile-worker';
import type pg from 'pg';
import { quoted } from './catalogue.store.ts';
import type { BackupHouse } from './types.ts';

export interface OtherDatabase {
  readonly name: string;
  readonly client: pg.ClientBase;
  readonly migrateQueue: () => Promise<void>;
}

/** Name of the database that this installation works on. */
export async function currentDatabase(house: BackupHouse): Promise<string> {
  return asAdmin(house, async (admin) => {
    const { rows } = await admin.query<{ name: string }>('select current_database() as name');
    return rows[0]?.name ?? '';
  });
}

/** Runs `work` on one plain connection; to the maintenance database when `database` says so. */
export async function asAdmin<Value>(
  house: BackupHouse,
  work: (client: pg.ClientBase) => Promise<Value>,
  database?: string,
): Promise<Value> {
  const pool = house.db.createPool({ size: 1, name: 'backup-admin', ...(database === undefined ? {} : { database }) });
  try {
    const client = await pool.connect();
    try {
      return await work(client);
    } finally {
      client.release(true);
    }
  } finally {
    await pool.end();
  }
}

/** Makes an empty database with the sorting rules of the current one, replacing a leftover of the same name. */
export async function createDatabase(house: BackupHouse, name: string): Promise<void> {
  await asAdmin(house, async (admin) => {
    const { rows } = await admin.query<{ collate: string; ctype: string }>(
      `select datcollate as collate, datctype as ctype from pg_database where datname = current_database()`,
    );
    const [{ collate, ctype } = { collate: 'C', ctype: 'C' }] = rows;
    await admin.query(`drop database if exists ${quoted(name)} with (force)`);
    try {
      await admin.query(
        `create database ${quoted(name)} template template0 encoding 'UTF8' lc_collate ${literal(collate)} lc_ctype ${literal(ctype)}`,
      );
    } catch (cause) {
      if (!(cause instanceof Error && 'code' in cause && cause.code === '42501')) throw cause;
      throw new Fault(
        'database_create_refused',
        'The user of DATABASE_URL may not create databases, which proving and restoring backups needs. Run: alter role <user> createdb',
        { retryable: false, cause },
      );
    }
  });
}

export async function dropDatabase(house: BackupHouse, name: string): Promise<void> {
  await asAdmin(house, (admin) => admin.query(`drop database if exists ${quoted(name)} with (force)`));
}

/** Connects to another database for as long as `work` runs. */
export async function inDatabase<Value>(
  house: BackupHouse,
  name: string,
  work: (other: OtherDatabase) => Promise<Value>,
): Promise<Value> {
  const pool = house.db.createPool({ size: 3, name: 'backup-other', database: name });
  try {
    const client = await pool.connect();
    try {
      const migrateQueue = (): Promise<void> =>
        runMigrations({ pgPool: pool, logger: new Logger(() => () => undefined) });
      return await work({ name, client, migrateQueue });
    } finally {
      client.release(true);
    }
  } finally {
    await pool.end();
  }
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
