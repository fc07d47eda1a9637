/**
 * Restores a backup: into a new database beside the current one, compared with the manifest, brought up to this version,
 * and only then swapped in by two renames in one transaction. The database that was there stays under another name.
 */
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { Fault } from '#kernel';
import { applyMigrations } from '#platform/db';
import { loadBackup, requireKnown, walkBackup } from './load.ts';
import { quoted } from './catalogue.store.ts';
import { asAdmin, createDatabase, currentDatabase, dropDatabase, inDatabase } from './scratch.ts';
import type { BackupHouse, Progress } from './types.ts';
import { compareDatabase, summaryOf, type VerifiedBackup } from './verify.ts';

const MAINTENANCE_DATABASE = 'postgres';
const SWAP_ATTEMPTS_MAX = 20; // A connection that was told to end takes a moment to go.
const SWAP_RETRY_MS = 100;

export interface RestorePlan extends VerifiedBackup {
  readonly database: string;
  /** Where the current database goes. */
  readonly keptAs: string;
  /** Migrations that run after the rows are in. */
  readonly migrationsAfter: number;
  /** Programs that are connected now and must be stopped first. */
  readonly connected: readonly string[];
}

/** Reads the whole backup and says what a restore would do; changes nothing. */
export async function planRestore(house: BackupHouse, path: string): Promise<RestorePlan> {
  const { plan, manifest } = await walkBackup(createReadStream(path), house.keys);
  // Counted in the files: a new machine has no table of migrations yet.
  const migrationsAfter = requireKnown(plan, house.owners);
  const database = await currentDatabase(house);
  return {
    ...summaryOf(plan, manifest),
    database,
    keptAs: keptName(database, house.clock()),
    migrationsAfter,
    connected: await listConnected(house, database),
  };
}

/** Restores for real. Whatever fails before the swap leaves the current database as it is. */
export async function restoreBackup(house: BackupHouse, path: string, progress: Progress): Promise<RestorePlan> {
  const plan = await planRestore(house, path);
  requireAlone(plan);
  const fresh = `${plan.database}_restored`;
  await createDatabase(house, fresh);
  try {
    await inDatabase(house, fresh, async (other) => {
      const loaded = await loadBackup(createReadStream(path), house.keys, {
        client: other.client,
        owners: house.owners,
        migrateQueue: other.migrateQueue,
        log: house.log,
        onTable: async ({ name }) => progress.report(0.5, name),
        onFile: (sha256, bytes) => placeFile(house, { sha256, bytes }),
      });
      await compareDatabase(other, { ...loaded, progress });
      await applyMigrations(other.client, house.owners, { log: house.log });
    });
    await swap(house, { database: plan.database, fresh, keptAs: plan.keptAs });
  } catch (error) {
    await dropDatabase(house, fresh).catch(() => undefined);
    throw error;
  }
  return plan;
}

/** A file that was damaged when the backup was made cannot be placed; any other difference fails the whole walk. */
async function placeFile(
  { files }: BackupHouse,
  { sha256, bytes }: { readonly sha256: string; readonly bytes: AsyncIterable<Buffer> },
): Promise<void> {
  try {
    await files.placeContent(sha256, Readable.from(bytes));
  } catch (error) {
    if (!(error instanceof Fault && error.code === 'file_content_differs')) throw error;
  }
}

function requireAlone({ connected }: RestorePlan): void {
  if (connected.length === 0) return;
  throw new Fault(
    'database_in_use',
    `Stop Cactus first: ${connected.join(', ')} is connected to the database that would be replaced. Nothing was changed.`,
    { retryable: false },
  );
}

/** Both renames commit together: at every moment there is one whole database under the name. */
async function swap(
  house: BackupHouse,
  names: { readonly database: string; readonly fresh: string; readonly keptAs: string },
): Promise<void> {
  const { database, fresh, keptAs } = names;
  await asAdmin(
    house,
    async (admin) => {
      for (let attempt = 1; ; attempt += 1) {
        try {
          await admin.query('begin');
          await admin.query(
            `select pg_terminate_backend(pid) from pg_stat_activity where datname = any ($1) and pid <> pg_backend_pid()`,
            [[database, fresh]],
          );
          await admin.query(`alter database ${quoted(database)} rename to ${quoted(keptAs)}`);
          await admin.query(`alter database ${quoted(fresh)} rename to ${quoted(database)}`);
          await admin.query('commit');
          return;
        } catch (error) {
          await admin.query('rollback').catch(() => undefined);
          const isBusy = error instanceof Error && 'code' in error && error.code === '55006';
          if (!isBusy || attempt >= SWAP_ATTEMPTS_MAX) throw error;
          await new Promise((resolve) => setTimeout(resolve, SWAP_RETRY_MS));
        }
      }
    },
    MAINTENANCE_DATABASE,
  );
}

/** Cactus processes on the database besides this one, by the server's own list. */
async function listConnected(house: BackupHouse, database: string): Promise<readonly string[]> {
  return asAdmin(
    house,
    async (admin) => {
      const { rows } = await admin.query<{ name: string; count: number }>(
        `select coalesce(nullif(application_name, ''), usename, 'a program') as name, count(*)::integer as count
         from pg_stat_activity where datname = $1 and backend_type = 'client backend'
           and application_name not like 'cactus-backup%' group by 1 order by 1`,
        [database],
      );
      // This command itself holds one listening connection.
      return rows.filter(({ name, count }) => name !== 'cactus-listener' || count > 1).map(({ name }) => name);
    },
    MAINTENANCE_DATABASE,
  );
}

/** `cactus_old_20261121_2246`: at most 63 bytes, the limit of a name. */
function keptName(database: string, nowMs: number): string {
  const at = new Date(nowMs).toISOString();
  const stamp = `${at.slice(0, 10).replaceAll('-', '')}_${at.slice(11, 16).replace(':', '')}`;
  return `${database.slice(0, 45)}_old_${stamp}`;
}
