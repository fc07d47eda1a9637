/**
 * `cactus backup …`: make, list, prove and restore backups, with or without a running server. Exit 0 ok, 1 failed,
 * 2 usage, 6 partial: the backup is whole, and a stored file had been damaged before.
 */
import { Fault } from '#kernel';
import {
  type Offsite,
  offsiteOf,
  planRestore,
  type Progress,
  readBackupFile,
  restoreBackup,
  type RestorePlan,
  verifyBackup,
} from '#platform/backups';
import { openBackupHouse, platformDomain } from '#platform/runtime';
import { adoptMasterKeys, keyFileOf, readKeyFile } from '#platform/secrets';
import { createTelemetry } from '#platform/telemetry';
import type { Command } from 'commander';
import pc from 'picocolors';
import { domains } from '../main.ts';
import { EXIT, requireConfig, withPlatform } from './install.ts';

interface Flags {
  readonly json?: boolean;
  readonly offsite?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly keyFile?: string;
}

/** Adds `backup` to the command line. */
export function registerBackup(program: Command): void {
  const backup = program.command('backup').description('encrypted backups of database and files, proved by a restore');
  backup
    .command('create')
    .description('make a backup now, also while the server runs')
    .option('--json', 'machine-readable output')
    .action(runCreate);
  backup
    .command('list')
    .description('backups of this install, newest first')
    .option('--offsite', 'those in the off-site place instead')
    .option('--json', 'machine-readable output')
    .action(runList);
  backup
    .command('verify')
    .argument('[file]', 'a backup of the list, or a path; the newest without it')
    .description('restore into a scratch database and compare every row, total, hash and file')
    .option('--key-file <path>', 'master key file of the installation that made it')
    .option('--json', 'machine-readable output')
    .action(runVerify);
  backup
    .command('restore')
    .argument('<file>', 'a backup of the list, or a path')
    .description('replace the database by a backup; the current one is kept under another name')
    .option('--offsite', 'fetch it from the off-site place by its name first')
    .option('--dry-run', 'read and check everything, say what would happen, change nothing')
    .option('--yes', 'really do it')
    .option('--key-file <path>', 'master key file of the installation that made it')
    .option('--json', 'machine-readable output')
    .action(runRestore);
}

async function runCreate(flags: Flags): Promise<void> {
  const watch = watched();
  const created = await withPlatform((platform) => platform.backups.create('manual', watch));
  const { backupId, fileName, path, sizeBytes, sha256, createdAtMs, manifest } = created;
  const damagedFiles = manifest.files.damaged;
  const rowCount = manifest.tables.reduce((sum, table) => sum + table.rowCount, 0);
  const facts = { backupId, fileName, path, sizeBytes, sha256, createdAtMs, rowCount };
  const counts = { tableCount: manifest.tables.length, fileCount: manifest.files.count, damagedFiles };
  if (flags.json) console.log(JSON.stringify({ ...facts, ...counts }, null, 2));
  else console.log(`${path}  ${megabytes(sizeBytes)}  ${rowCount} rows  ${manifest.files.count} files`);
  console.error('Prove it: cactus backup verify. Keep a copy of the master key elsewhere: cactus secret key');
  for (const sha of damagedFiles) console.error(`This stored file was damaged already: ${sha}`);
  process.exitCode = damagedFiles.length > 0 ? EXIT.partial : EXIT.ok;
}

/** Needs no database: on a new machine this is the first look. */
async function runListOffsite(flags: Flags): Promise<void> {
  const offsite = requireOffsite();
  const copies = await offsite.list();
  if (flags.json) return console.log(JSON.stringify({ version: 1, place: offsite.place, backups: copies }, null, 2));
  if (copies.length === 0) console.error(`There are no backups in ${offsite.place} yet.`);
  for (const { fileName, createdAtMs, sizeBytes } of copies)
    console.log(`${new Date(createdAtMs).toISOString()}  ${megabytes(sizeBytes).padStart(9)}  ${fileName}`);
}

function requireOffsite(): Offsite {
  const offsite = offsiteOf(requireConfig().config.backups);
  if (offsite) return offsite;
  throw new Fault('offsite_not_set', 'No off-site place is set: backups.offsiteFolder or backups.offsiteS3.', {
    retryable: false,
  });
}

async function runList(flags: Flags): Promise<void> {
  if (flags.offsite) return runListOffsite(flags);
  const items = await withPlatform(async ({ backups }) =>
    (await backups.list()).map(({ backupId, file, record }) => ({
      backupId,
      fileName: file?.fileName ?? null,
      createdAtMs: file?.header?.createdAtMs ?? record?.startedAtMs ?? null,
      sizeBytes: file?.sizeBytes ?? null,
      state: file?.problem ? 'damaged' : (record?.state ?? 'ready'),
      problem: file?.problem ?? record?.error ?? null,
      verified: record?.verifyState ?? 'never',
      verifiedAtMs: record?.verifiedAtMs ?? null,
      offsite: record?.offsiteState ?? 'none',
    })),
  );
  if (flags.json) return console.log(JSON.stringify({ version: 1, backups: items }, null, 2));
  if (items.length === 0) console.error('There are no backups yet. Make one: cactus backup create');
  for (const item of items) {
    const at = item.createdAtMs === null ? '?' : new Date(item.createdAtMs).toISOString();
    const size = item.sizeBytes === null ? '-' : megabytes(item.sizeBytes);
    const problem = item.problem === null ? '' : `  ${pc.red(item.problem)}`;
    console.log(`${at}  ${size.padStart(9)}  ${item.state}  ${item.verified}  ${item.fileName ?? '-'}${problem}`);
  }
}

async function runVerify(file: string | undefined, flags: Flags): Promise<void> {
  const isPath = file !== undefined && (flags.keyFile !== undefined || /[\\/]/.test(file));
  const verified = isPath
    ? await withHouse(flags, (house) => verifyBackup(house, file, watched()))
    : await withPlatform((platform) => platform.backups.verify(file ?? null, watched()));
  if (flags.json) console.log(JSON.stringify({ isVerified: true, ...verified }, null, 2));
  else
    console.log(
      `${pc.green('verified')}  ${verified.tableCount} tables  ${verified.rowCount} rows  ${verified.fileCount} files`,
    );
  process.exitCode = verified.damagedFiles.length > 0 ? EXIT.partial : EXIT.ok;
}

async function runRestore(file: string, flags: Flags): Promise<void> {
  if (!flags.dryRun && !flags.yes) {
    console.error('A restore replaces the database. Look first with --dry-run, then add --yes.');
    process.exitCode = EXIT.usage;
    return;
  }
  const { config } = requireConfig();
  const plan = await withHouse(flags, async (house) => {
    if (flags.offsite) await requireOffsite().fetch(file, `${house.dataDir}/backups/${file}`);
    const path = await pathOf(file, house.dataDir);
    return flags.dryRun ? planRestore(house, path) : restoreBackup(house, path, watched());
  });
  // The restored rows are sealed with the keys of where they came from.
  const isAdopted =
    !flags.dryRun && flags.keyFile !== undefined && config.secretKey === null
      ? adoptMasterKeys(config.dataDir, readKeyFile(flags.keyFile))
      : false;
  if (flags.json) console.log(JSON.stringify({ isDryRun: flags.dryRun === true, ...plan }, null, 2));
  else printPlan(plan, flags.dryRun === true);
  if (isAdopted) console.error(`The keys of that installation are in ${keyFileOf(config.dataDir)} now.`);
  process.exitCode = plan.damagedFiles.length > 0 ? EXIT.partial : EXIT.ok;
}

function printPlan(plan: RestorePlan, isDryRun: boolean): void {
  console.log(
    `backup of ${new Date(plan.createdAtMs).toISOString()}: ${plan.tableCount} tables, ${plan.rowCount} rows, ${plan.fileCount} files`,
  );
  console.log(
    `database ${plan.database} ${isDryRun ? 'would become' : 'is now'} that backup; what was there ${isDryRun ? 'would stay' : 'stays'} as ${plan.keptAs}`,
  );
  if (plan.migrationsAfter > 0)
    console.log(`${plan.migrationsAfter} newer migrations ${isDryRun ? 'would run' : 'ran'} on it`);
  if (isDryRun && plan.connected.length > 0)
    console.error(`Stop Cactus before restoring: ${plan.connected.join(', ')} is connected.`);
  if (!isDryRun) console.error(`Start Cactus. When all is well: drop database ${plan.keptAs}`);
}

type House = Awaited<ReturnType<typeof openBackupHouse>>['house'];

async function withHouse<Value>(flags: Flags, work: (house: House) => Promise<Value>): Promise<Value> {
  const { config } = requireConfig();
  const telemetry = createTelemetry({ level: 'warn', write: (line) => void process.stderr.write(line) });
  const keyFile = flags.keyFile ?? null;
  const opened = await openBackupHouse({ config, domains: [platformDomain, ...domains], keyFile, log: telemetry.log });
  try {
    return await work(opened.house);
  } finally {
    await opened.close();
    telemetry.stop();
  }
}

/** A name of the list, or a path of its own. */
async function pathOf(file: string, dataDir: string): Promise<string> {
  const path = /[\\/]/.test(file) ? file : `${dataDir}/backups/${file}`;
  const { problem } = await readBackupFile(path);
  if (problem !== null) throw new Fault('backup_corrupt', `${path}: ${problem}`, { retryable: false });
  return path;
}

/** One line on stderr that moves, with what is left; Ctrl+C stops cleanly. */
function watched(): Progress {
  const stopping = new AbortController();
  process.once('SIGINT', () =>
    stopping.abort(new Fault('backup_cancelled', 'Cancelled; nothing was kept.', { retryable: false })),
  );
  const startedMs = performance.now();
  return {
    signal: stopping.signal,
    report: async (doneRatio) => {
      if (!process.stderr.isTTY) return;
      const leftSeconds = Math.round(((performance.now() - startedMs) / 1000) * (1 / Math.max(doneRatio, 0.01) - 1));
      const text = doneRatio >= 1 ? '' : `${Math.round(doneRatio * 100)} %, about ${leftSeconds} s left`;
      process.stderr.write(`\r${text.padEnd(40)}\r`);
    },
  };
}

function megabytes(sizeBytes: number): string {
  return `${(sizeBytes / 1_000_000).toFixed(1)} MB`;
}
