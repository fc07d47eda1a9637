/**
 * A PostgreSQL cluster on disk: created once by `initdb`, atomically (made beside its place, then renamed), with its
 * password in a file only we can read.
 */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Fault } from '#kernel';
import type { PostgresBinaries } from './postgres-binaries.ts';
import { chooseLauncher, commandOf, giveTo, type Launcher, letThrough } from './postgres-launch.ts';

export const POSTGRES_USER = 'cactus';
/** The major version of the bundled server; a cluster of another one needs its data moved. */
const BUNDLED_MAJOR = '18';
const INITDB_MS_MAX = 120_000; // A second on a laptop; a loaded single-board computer takes its time.
const FREE_BYTES_MIN = 200 * 1024 * 1024; // An empty cluster with its first log segments takes about 60 MiB.

export interface Cluster {
  readonly dir: string;
  readonly password: string;
  /** How to run the binaries; found out (some tens of milliseconds) only when a server must be started. */
  launcher(): Launcher;
}

/** Opens the cluster of the data folder, creating it on the first run. Call while holding the folder's lock. */
export function openCluster(dataDir: string, binaries: PostgresBinaries): Cluster {
  const dir = join(dataDir, 'postgres');
  let chosen: Launcher | null = null;
  const launcher = (): Launcher => {
    chosen ??= chooseLauncher(binaries, dir);
    letThrough(chosen, dataDir);
    return chosen;
  };
  const password = readOrCreatePassword(join(dataDir, 'postgres.password'), existsSync(join(dir, 'PG_VERSION')));
  if (existsSync(join(dir, 'PG_VERSION'))) requireBundledVersion(dir);
  else initialise({ dir, password, launcher: launcher(), binaries, dataDir });
  return { dir, password, launcher };
}

/** Creates the data folder when missing; faults name what to do when it cannot be written. */
export function requireWritableDir(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    accessSync(dataDir, constants.W_OK | constants.X_OK);
    const probe = join(dataDir, `.write-probe-${process.pid}`);
    writeFileSync(probe, '');
    rmSync(probe);
  } catch (cause) {
    throw diskFault(cause, dataDir);
  }
}

/** Turns a failed write into the fault a person can act on. */
export function diskFault(cause: unknown, dataDir: string): Fault {
  const isFull = cause instanceof Error && 'code' in cause && cause.code === 'ENOSPC';
  if (isFull) return diskFullFault(dataDir, cause);
  return new Fault(
    'database_dir_unwritable',
    `Cactus cannot write in the data folder ${dataDir}. Give this user write permission, or choose another folder with CACTUS_DATA_DIR.`,
    { retryable: false, cause },
  );
}

export function diskFullFault(dataDir: string, cause?: unknown): Fault {
  return new Fault(
    'database_disk_full',
    `The disk that holds ${dataDir} is full. Free some space and start again; nothing saved is lost.`,
    { retryable: false, cause },
  );
}

function readOrCreatePassword(path: string, clusterExists: boolean): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (cause) {
    if (clusterExists) {
      throw new Fault(
        'database_password_missing',
        `The database exists but its password file ${path} is missing or unreadable. Restore it from a backup.`,
        { retryable: false, cause },
      );
    }
    const password = randomBytes(24).toString('hex');
    writeFileSync(path, `${password}\n`, { mode: 0o600, flush: true });
    return password;
  }
}

function requireBundledVersion(dir: string): void {
  const major = readFileSync(join(dir, 'PG_VERSION'), 'utf8').trim();
  if (major === BUNDLED_MAJOR) return;
  throw new Fault(
    'database_version_mismatch',
    `The data in ${dir} belongs to PostgreSQL ${major}, and this Cactus brings PostgreSQL ${BUNDLED_MAJOR}. ` +
      `Start the Cactus version that made it and take a backup, or set DATABASE_URL to a PostgreSQL ${major} server.`,
    { retryable: false },
  );
}

function initialise(input: {
  readonly dir: string;
  readonly dataDir: string;
  readonly password: string;
  readonly launcher: Launcher;
  readonly binaries: PostgresBinaries;
}): void {
  const { dir, dataDir, launcher, binaries } = input;
  requireFreeSpace(dataDir);
  const draft = `${dir}.new`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  const passwordFile = join(dataDir, 'postgres.password.new');
  writeFileSync(passwordFile, `${input.password}\n`, { mode: 0o600 });
  giveTo(launcher, draft);
  giveTo(launcher, passwordFile);
  try {
    runInitdb({ draft, passwordFile, launcher, binaries, dataDir });
  } finally {
    rmSync(passwordFile, { force: true });
  }
  chmodSync(draft, 0o700);
  renameSync(draft, dir);
}

function runInitdb(input: {
  readonly draft: string;
  readonly dataDir: string;
  readonly passwordFile: string;
  readonly launcher: Launcher;
  readonly binaries: PostgresBinaries;
}): void {
  const { launcher, binaries } = input;
  const { command, words } = commandOf(launcher, binaries.initdb);
  const run = spawnSync(
    command,
    [
      ...words,
      `--pgdata=${input.draft}`,
      `--username=${POSTGRES_USER}`,
      `--pwfile=${input.passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // The built-in locale sorts and folds the same on every machine; libc and ICU change with the system.
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
    ],
    {
      encoding: 'utf8',
      timeout: INITDB_MS_MAX,
      env: { ...process.env, ...binaries.environment, LC_ALL: 'C' },
    },
  );
  if (run.status === 0) return;
  const said = `${run.stdout ?? ''}${run.stderr ?? ''}`;
  if (/No space left on device/i.test(said)) throw diskFullFault(input.dataDir);
  throw new Fault('database_init_failed', `PostgreSQL could not create its files: ${lastLines(said)}`, {
    retryable: false,
    cause: run.error,
  });
}

function requireFreeSpace(dataDir: string): void {
  const { bavail, bsize } = statfsSync(dataDir);
  if (bavail * bsize >= FREE_BYTES_MIN) return;
  throw new Fault(
    'database_disk_full',
    `The disk that holds ${dataDir} has ${Math.floor((bavail * bsize) / 1024 / 1024)} MiB free and a new database needs ` +
      `${FREE_BYTES_MIN / 1024 / 1024} MiB. Free some space, or choose another folder with CACTUS_DATA_DIR.`,
    { retryable: false },
  );
}

/** The end of what a program said, for a fault's message. */
export function lastLines(text: string): string {
  return text.trim().split('\n').slice(-4).join(' | ').slice(-600);
}
