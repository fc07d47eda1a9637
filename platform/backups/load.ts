/**
 * Writes a backup into an empty database: the schema by the migrations of the backup's own version, rows by COPY with
 * triggers silent and foreign keys dropped, then sequences, and every foreign key checked again. On the way each entry is
 * compared with the manifest, so what is loaded is what was saved.
 */
import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { Fault } from '#kernel';
import { applyMigrations, type MigrationOwner, readMigrations } from '#platform/db';
import type { Log } from '#platform/telemetry';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { readArchive, type ReadEntry } from './archive.ts';
import {
  copyIn,
  type ForeignKey,
  listForeignKeys,
  listTables,
  SESSION,
  setSequence,
  tableName,
} from './catalogue.store.ts';
import { corrupt } from './chunk-cipher.ts';
import type { BackupKeys } from './types.ts';
import { type Manifest, parseHead, type Plan, type TableShape } from './manifest.ts';

/** What walking a backup meets; each part may be left out. */
export interface Visitor {
  onPlan?(plan: Plan): Promise<void>;
  onTable?(table: TableShape, bytes: AsyncIterable<Buffer>): Promise<void>;
  onFile?(sha256: string, bytes: AsyncIterable<Buffer>): Promise<void>;
}

/** Reads a whole backup, compares every entry with the manifest and gives both. Throws `backup_…` faults. */
export async function walkBackup(
  source: AsyncIterable<Buffer>,
  keys: BackupKeys,
  visitor: Visitor = {},
): Promise<{ readonly plan: Plan; readonly manifest: Manifest }> {
  const seen = seenEntries();
  let plan: Plan | null = null;
  let manifest: Manifest | null = null;
  for await (const entry of readArchive(source, keys)) {
    const head = parseHead(entry.head);
    if (manifest) throw corrupt('entries follow its manifest');
    if (head.kind === 'plan') {
      plan = head;
      await visitor.onPlan?.(plan);
    } else if (head.kind === 'manifest') manifest = head;
    else if (head.kind === 'file') await seen.file(head.sha256, entry, visitor);
    else {
      const shape = plan?.tables.find(({ schema, name }) => schema === head.schema && name === head.name);
      if (!shape) throw corrupt(`table ${head.name} is not in its plan`);
      await seen.table(shape, entry, visitor);
    }
  }
  if (!plan || !manifest) throw corrupt('its manifest is missing');
  seen.compare(plan, manifest);
  return { plan, manifest };
}

function seenEntries() {
  const tables = new Map<string, { sha256: string; sizeBytes: number }>();
  const allFiles = createHash('sha256');
  const wrong: string[] = [];
  let fileCount = 0;
  return {
    table: async (shape: TableShape, entry: ReadEntry, visitor: Visitor): Promise<void> => {
      const hashed = hashedBytes(entry.bytes);
      if (visitor.onTable) await visitor.onTable(shape, hashed.bytes);
      for await (const _rest of hashed.bytes);
      tables.set(tableName(shape), hashed.finish());
    },
    file: async (sha256: string, entry: ReadEntry, visitor: Visitor): Promise<void> => {
      const hashed = hashedBytes(entry.bytes);
      if (visitor.onFile) await visitor.onFile(sha256, hashed.bytes);
      for await (const _rest of hashed.bytes);
      if (hashed.finish().sha256 !== sha256) wrong.push(sha256);
      allFiles.update(sha256);
      fileCount += 1;
    },
    compare: (plan: Plan, manifest: Manifest): void => {
      for (const table of plan.tables) {
        const found = tables.get(tableName(table));
        const facts = manifest.tables.find(({ schema, name }) => schema === table.schema && name === table.name);
        if (!found || found.sha256 !== facts?.sha256) throw corrupt(`table ${table.name} is not what was saved`);
      }
      const isComplete = fileCount === manifest.files.count && allFiles.digest('hex') === manifest.files.sha256;
      if (!isComplete) throw corrupt('its files are not those that were saved');
      const changed = wrong.filter((sha256) => !manifest.files.damaged.includes(sha256));
      if (changed.length > 0) throw corrupt(`file ${changed[0]} is not what was saved`);
    },
  };
}

function hashedBytes(source: AsyncGenerator<Buffer>) {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  async function* bytes(): AsyncGenerator<Buffer> {
    for await (const block of source) {
      hash.update(block);
      sizeBytes += block.length;
      yield block;
    }
  }
  return { bytes: bytes(), finish: () => ({ sha256: hash.digest('hex'), sizeBytes }) };
}

export interface LoadInput {
  /** Connected to the empty database. */
  readonly client: pg.ClientBase;
  readonly owners: readonly MigrationOwner[];
  /** Makes the schema of the job queue, which is not ours. */
  readonly migrateQueue: () => Promise<void>;
  readonly log: Log;
  onTable(table: TableShape): Promise<void>;
  readonly onFile: (sha256: string, bytes: AsyncIterable<Buffer>) => Promise<void>;
}

/** Loads the whole backup; the database is of use only when this resolves. */
export async function loadBackup(
  source: AsyncIterable<Buffer>,
  keys: BackupKeys,
  input: LoadInput,
): Promise<{ readonly plan: Plan; readonly manifest: Manifest }> {
  const { client } = input;
  let foreignKeys: readonly ForeignKey[] = [];
  await client.query(SESSION);
  await client.query('set synchronous_commit = off'); // A crash on the way throws this database away.
  const walked = await walkBackup(source, keys, {
    onPlan: async (plan) => {
      requireKnown(plan, input.owners);
      const countOf = (owner: string): number => plan.migrations.filter((each) => each.owner === owner).length;
      await applyMigrations(client, input.owners, { log: input.log, countOf });
      await input.migrateQueue();
      await requireTables(client, plan);
      foreignKeys = await listForeignKeys(client);
      await silence(client, { plan, foreignKeys });
    },
    onTable: async (table, bytes) => {
      await pipeline(bytes, client.query(copyFrom(copyIn(table))));
      await input.onTable(table);
    },
    onFile: input.onFile,
  });
  for (const state of walked.manifest.sequences) await setSequence(client, state);
  await wake(client, { plan: walked.plan, foreignKeys });
  await client.query('analyze');
  return walked;
}

/** Refuses a backup of a newer Cactus, or of one whose migrations are others; gives how many this version has beyond it. */
export function requireKnown(plan: Plan, owners: readonly MigrationOwner[]): number {
  const files = new Map(owners.map((owner) => [owner.name, readMigrations(owner)]));
  for (const applied of plan.migrations) {
    const file = files.get(applied.owner)?.[applied.number - 1];
    if (file?.checksum === applied.checksum) continue;
    throw new Fault(
      file ? 'backup_version_differs' : 'backup_newer',
      `The backup has ${applied.owner} ${applied.name}, which this Cactus ${file ? 'knows with another content' : 'does not know: it is older'}. ` +
        'Restore it with the version that made it, or a newer one.',
      { retryable: false },
    );
  }
  const knownCount = [...files.values()].reduce((count, own) => count + own.length, 0);
  return knownCount - plan.migrations.length;
}

async function requireTables(client: pg.ClientBase, plan: Plan): Promise<void> {
  const here = new Map((await listTables(client)).map((table) => [tableName(table), table]));
  for (const table of plan.tables) {
    const columns = here.get(tableName(table))?.columns ?? [];
    const missing = table.columns.find((column) => !columns.includes(column));
    if (missing === undefined && columns.length === table.columns.length) continue;
    throw new Fault(
      'backup_schema_differs',
      `Table ${table.name} of the backup does not fit this version${missing === undefined ? '' : ` (column ${missing})`}.`,
      { retryable: false },
    );
  }
}

interface Constraints {
  readonly plan: Plan;
  readonly foreignKeys: readonly ForeignKey[];
}

/** Rows arrive whole and in any order: what checks each row by itself stands back until they are all there. */
async function silence(client: pg.ClientBase, { plan, foreignKeys }: Constraints): Promise<void> {
  for (const { table, name } of foreignKeys) await client.query(`alter table ${table} drop constraint ${name}`);
  for (const table of plan.tables) await client.query(`alter table ${tableName(table)} disable trigger user`);
  await client.query(`truncate ${plan.tables.map(tableName).join(', ')}`);
}

async function wake(client: pg.ClientBase, { plan, foreignKeys }: Constraints): Promise<void> {
  for (const table of plan.tables) await client.query(`alter table ${tableName(table)} enable trigger user`);
  for (const { table, name, definition } of foreignKeys) {
    await client.query(`alter table ${table} add constraint ${name} ${definition}`);
  }
}
