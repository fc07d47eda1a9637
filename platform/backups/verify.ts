/**
 * Proves a backup by restoring it into a scratch database and comparing what came out with what went in: rows, exact
 * totals and hashes of every table, every file, every foreign key.
 */
import { createReadStream } from 'node:fs';
import { corrupt } from './chunk-cipher.ts';
import { digestTable } from './dump.ts';
import { loadBackup } from './load.ts';
import type { Manifest, Plan, TableFacts } from './manifest.ts';
import { createDatabase, currentDatabase, dropDatabase, inDatabase, type OtherDatabase } from './scratch.ts';
import type { BackupHouse, Progress } from './types.ts';

const LOAD_SHARE = 0.6; // Loading takes longer than comparing.

export interface VerifiedBackup {
  readonly createdAtMs: number;
  readonly tableCount: number;
  readonly rowCount: number;
  readonly fileCount: number;
  /** Files that were damaged already when the backup was made. */
  readonly damagedFiles: readonly string[];
}

/** Restores into a scratch database and compares. Throws the fault that tells what is wrong with the backup. */
export async function verifyBackup(house: BackupHouse, path: string, progress: Progress): Promise<VerifiedBackup> {
  const name = `${await currentDatabase(house)}_scratch`;
  await createDatabase(house, name);
  try {
    return await inDatabase(house, name, async (scratch) => {
      const { plan, manifest } = await loadInto(house, { path, progress, scratch });
      await compareDatabase(scratch, { plan, manifest, progress });
      return summaryOf(plan, manifest);
    });
  } finally {
    await dropDatabase(house, name);
  }
}

/** Loads a backup without keeping its files; they are hashed on the way. */
async function loadInto(
  house: BackupHouse,
  input: { readonly path: string; readonly progress: Progress; readonly scratch: OtherDatabase },
): Promise<{ readonly plan: Plan; readonly manifest: Manifest }> {
  const { path, progress, scratch } = input;
  let loadedCount = 0;
  return loadBackup(createReadStream(path), house.keys, {
    client: scratch.client,
    owners: house.owners,
    migrateQueue: scratch.migrateQueue,
    log: house.log,
    onTable: async ({ name }) => {
      progress.signal.throwIfAborted();
      loadedCount += 1;
      await progress.report(LOAD_SHARE * (1 - 1 / (1 + loadedCount / 20)), name);
    },
    onFile: async () => progress.signal.throwIfAborted(),
  });
}

/** Throws `backup_corrupt` when a table of the database is not what the manifest says. */
export async function compareDatabase(
  { client }: OtherDatabase,
  input: { readonly plan: Plan; readonly manifest: Manifest; readonly progress: Progress },
): Promise<void> {
  const { plan, manifest, progress } = input;
  for (const [index, table] of plan.tables.entries()) {
    progress.signal.throwIfAborted();
    const saved = manifest.tables.find(({ schema, name }) => schema === table.schema && name === table.name);
    const found = await digestTable(client, table);
    const difference = saved ? differenceOf(saved, found) : 'is not in the manifest';
    if (difference !== null) throw corrupt(`after a restore, table ${table.name} ${difference}`);
    await progress.report(LOAD_SHARE + ((1 - LOAD_SHARE) * (index + 1)) / plan.tables.length, table.name);
  }
}

function differenceOf(saved: TableFacts, found: TableFacts): string | null {
  if (saved.rowCount !== found.rowCount) return `has ${found.rowCount} rows instead of ${saved.rowCount}`;
  for (const [column, sum] of Object.entries(saved.sums)) {
    if (found.sums[column] !== sum) return `adds up to ${found.sums[column]} in ${column} instead of ${sum}`;
  }
  return saved.sha256 === found.sha256 ? null : 'has other rows than were saved';
}

export function summaryOf(plan: Pick<Plan, 'createdAtMs'>, manifest: Manifest): VerifiedBackup {
  return {
    createdAtMs: plan.createdAtMs,
    tableCount: manifest.tables.length,
    rowCount: manifest.tables.reduce((sum, { rowCount }) => sum + rowCount, 0),
    fileCount: manifest.files.count,
    damagedFiles: manifest.files.damaged,
  };
}
