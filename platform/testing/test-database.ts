/**
 * A database of its own for each test file: a template with the schema of the given domains is migrated once per run,
 * and every file gets a copy (`create database … template …`).
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import {
  type DatabaseHandle,
  type MigrationOwner,
  newId,
  openDatabase,
  platformMigrations,
  type QueryFacts,
} from '#platform/db';
import type { Domain } from '#platform/domain';
import { migrateQueue } from '#platform/jobs';
import pg from 'pg';
import { silentLog } from './silent-log.ts';
import { testPostgresUrl, urlOfDatabase } from './test-postgres.ts';

/** The part of a domain manifest that a test database needs. */
export type TestDomain = Pick<Domain, 'name' | 'tablePrefix' | 'migrations'>;

export interface TestDatabase {
  readonly db: DatabaseHandle;
  /** For a second process or connection over the same database. */
  readonly databaseUrl: string;
  close(): Promise<void>;
}

const POOL_SIZE = 8; // Several files run at once on one server.
const LOCK_KEY = 4_207_002;

/** Opens a fresh database with the schema of the platform and of these domains. */
export async function openTestDatabase(
  domains: readonly TestDomain[],
  options: { readonly onQuery?: (facts: QueryFacts) => void } = {},
): Promise<TestDatabase> {
  const adminUrl = await testPostgresUrl();
  const database = `cactus_test_${newId().replaceAll('-', '')}`;
  await asAdmin(adminUrl, async (admin) => {
    const template = await requireTemplate(admin, adminUrl, domains);
    await admin.query(`create database ${database} template ${template}`);
  });
  const databaseUrl = urlOfDatabase(adminUrl, database);
  const db = await openDatabase({ databaseUrl, dataDir: '', log: silentLog, poolSize: POOL_SIZE, ...options });
  const close = async (): Promise<void> => {
    await db.close();
    await asAdmin(adminUrl, (admin) => admin.query(`drop database if exists ${database} with (force)`));
  };
  return { db, databaseUrl, close };
}

async function asAdmin<Value>(url: string, work: (admin: pg.Client) => Promise<Value>): Promise<Value> {
  const admin = new pg.Client({ connectionString: url, application_name: 'cactus-test-admin' });
  admin.on('error', () => undefined);
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

async function requireTemplate(admin: pg.Client, adminUrl: string, domains: readonly TestDomain[]): Promise<string> {
  const run = process.env['CACTUS_TEST_POSTGRES_DIR'] ?? '';
  const name = `cactus_template_${digest([run, ...domains.map(schemaText).toSorted()].join(' '))}`;
  // One file of the run migrates; the others wait and copy.
  await admin.query('select pg_advisory_lock($1)', [LOCK_KEY]);
  try {
    const { rowCount } = await admin.query('select from pg_database where datname = $1', [name]);
    if (rowCount === 0) await createTemplate(admin, { adminUrl, name, domains });
  } finally {
    await admin.query('select pg_advisory_unlock($1)', [LOCK_KEY]);
  }
  return name;
}

async function createTemplate(
  admin: pg.Client,
  { adminUrl, name, domains }: { adminUrl: string; name: string; domains: readonly TestDomain[] },
): Promise<void> {
  const draft = `${name}_draft`;
  await admin.query(`drop database if exists ${draft} with (force)`);
  await admin.query(`create database ${draft} template template0 encoding 'UTF8'`);
  const db = await openDatabase({ databaseUrl: urlOfDatabase(adminUrl, draft), dataDir: '', log: silentLog });
  try {
    await db.migrate([...platformMigrations(), ...ownersOf(domains)]);
    await migrateQueue(db);
  } finally {
    await db.close();
  }
  await admin.query(`alter database ${draft} rename to ${name}`);
}

/** What tells two domains apart here: tests reuse a name (`toys`) with another schema, and may not share a template. */
function schemaText({ name, migrations }: TestDomain): string {
  if (migrations === null) return name;
  const files = readdirSync(migrations).toSorted();
  return [name, ...files.map((file) => readFileSync(new URL(file, migrations), 'utf8'))].join(' ');
}

function ownersOf(domains: readonly TestDomain[]): MigrationOwner[] {
  return domains.flatMap(({ name, tablePrefix, migrations }) =>
    migrations === null ? [] : [{ name, tablePrefix, directory: migrations }],
  );
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
