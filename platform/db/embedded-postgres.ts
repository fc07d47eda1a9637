/**
 * Supervisor of the PostgreSQL that comes with Cactus: one cluster in `<dataDir>/postgres`, reached over a private Unix
 * socket (TCP on 127.0.0.1 where there is none). The server outlives a killed Cactus, is adopted by the next one, is
 * shared by several, and is stopped by the last one that leaves. Every start and stop happens under the folder's lock.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, closeSync, lstatSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '#kernel';
import type { Log } from '#platform/telemetry';
import pg from 'pg';
import { type Cluster, diskFullFault, lastLines, openCluster, POSTGRES_USER, requireWritableDir } from './cluster.ts';
import { withDataDirLock } from './data-dir-lock.ts';
import { asDatabaseFault } from './pg-errors.ts';
import { findPostgresBinaries, type PostgresBinaries } from './postgres-binaries.ts';
import { commandOf, giveTo } from './postgres-launch.ts';
import { findLivePostmaster, type Postmaster, readPostmaster, stopPostmaster, waitUntilReady } from './postmaster.ts';

/** What a client needs to reach the server; `host` is a folder when it is a Unix socket. */
export interface PostgresAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

export interface EmbeddedPostgres {
  readonly dataDir: string;
  /**
   * Starts the server when it is not running and runs `connect` before anybody else may stop it. A connection whose
   * application name starts with `cactus` keeps the server for this process.
   */
  hold<Value>(connect: (address: PostgresAddress) => Promise<Value>): Promise<Value>;
  /** Stops the server unless another Cactus process still holds it. Close your own connections first. */
  release(): Promise<'stopped' | 'left_running'>;
  /** Stops the server whoever uses it: for tests and for replacing the files under it. */
  stop(): Promise<void>;
}

const SOCKET_PATH_LENGTH_MAX = 100; // The kernel's limit is 107 bytes including the file name.
const PORT = 5432; // Only names the socket file: the folder is private.
const LOCK_WAIT_MS_MAX = 60_000; // The first holder may be creating the cluster or replaying the log.
const START_ATTEMPTS_MAX = 20; // Orphaned children of a killed server take a moment to notice and go.
const START_RETRY_MS = 250;
const READY_MS_MAX = 120_000; // Replaying the log after a crash of a busy server.
const STOP_MS_MAX = 60_000;
const HELD_CHECKS_MAX = 5; // Our own closed connections take some milliseconds to leave the server's list.
const HELD_CHECK_MS = 30;
const LOG_BYTES_MAX = 16 * 1024 * 1024;

/** A small box first: about 50 MiB with a few connections. `fsync` stays on: acknowledged means on disk. */
const SETTINGS: Readonly<Record<string, string>> = {
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  shared_buffers: '64MB',
  max_connections: '100',
  work_mem: '8MB',
  maintenance_work_mem: '64MB',
  effective_cache_size: '256MB',
  max_wal_size: '512MB',
  max_worker_processes: '4',
  max_parallel_workers_per_gather: '0',
  max_wal_senders: '0',
  max_logical_replication_workers: '0',
  io_method: 'sync',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_min_messages: 'warning',
  log_line_prefix: '%m [%p] ',
  logging_collector: 'off',
  log_checkpoints: 'off',
};

/** Prepares the supervisor; nothing starts before `hold`. `settings` override the server's, for tests. */
export function embeddedPostgres(input: {
  readonly dataDir: string;
  readonly log: Log;
  readonly settings?: Readonly<Record<string, string>>;
}): EmbeddedPostgres {
  const dataDir = resolve(input.dataDir);
  const settings = { ...SETTINGS, ...input.settings };
  const locked = <Value>(work: () => Promise<Value>): Promise<Value> =>
    withDataDirLock({ dataDir, waitMsMax: LOCK_WAIT_MS_MAX }, work);
  return {
    dataDir,
    hold: async (connect) => {
      requireWritableDir(dataDir);
      return locked(() => holdServer({ dataDir, settings, log: input.log }, connect));
    },
    release: () => locked(() => releaseServer(dataDir, input.log)),
    stop: () =>
      locked(async () => {
        const { pgCtl } = findPostgresBinaries(dataDir);
        await stopPostmaster(join(dataDir, 'postgres'), { pgCtl, waitMsMax: STOP_MS_MAX });
      }),
  };
}

interface Start {
  readonly dataDir: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly log: Log;
}

/** A server that dies between "it runs" and our connection is started once more. */
async function holdServer<Value>(start: Start, connect: (address: PostgresAddress) => Promise<Value>): Promise<Value> {
  for (let attempt = 1; ; attempt += 1) {
    const address = await ensureRunning(start);
    try {
      return await connect(address);
    } catch (error) {
      const fault = asDatabaseFault(error);
      const isGone = fault instanceof Fault && fault.code === 'database_unavailable';
      if (!isGone || attempt >= START_ATTEMPTS_MAX) throw fault;
      start.log.debug('PostgreSQL went away while we connected', { attempt, error: String(error) });
      await delay(START_RETRY_MS);
    }
  }
}

async function ensureRunning(start: Start): Promise<PostgresAddress> {
  const binaries = findPostgresBinaries(start.dataDir);
  const cluster = openCluster(start.dataDir, binaries);
  let said = '';
  for (let attempt = 1; attempt <= START_ATTEMPTS_MAX; attempt += 1) {
    const running = (await adopt(cluster)) ?? (await launch({ ...start, binaries, cluster }));
    if (typeof running !== 'string') return addressOf(cluster, running);
    said = running;
    if (/No space left on device/i.test(said)) throw diskFullFault(start.dataDir);
    if (!isWorthRetrying(said)) break;
    start.log.warn('PostgreSQL did not start, trying again', { attempt, said: lastLines(said) });
    await delay(START_RETRY_MS);
  }
  throw startFault(said, start.dataDir);
}

/** A server that somebody else started, or that outlived a killed Cactus. */
async function adopt(cluster: Cluster): Promise<Postmaster | null> {
  const running = await findLivePostmaster(cluster.dir);
  if (!running || running.state === 'ready') return running;
  return waitUntilReady(cluster.dir, { waitMsMax: READY_MS_MAX, isGone: () => readPostmaster(cluster.dir) === null });
}

/** Starts the server and waits for it; gives what it said when it would not start. */
async function launch(input: Start & { binaries: PostgresBinaries; cluster: Cluster }): Promise<Postmaster | string> {
  const { dataDir, binaries, cluster } = input;
  const logPath = join(dataDir, 'postgres.log');
  rotateLog(logPath);
  const logFile = openSync(logPath, 'a', 0o600);
  const logStart = statSync(logPath).size;
  try {
    const parameters = await serverParameters(input);
    const { command, words } = serverCommand(input, parameters);
    // Its own session: Ctrl+C in the terminal and the death of Cactus must not reach the server.
    const child = spawn(command, words, {
      detached: true,
      stdio: ['ignore', logFile, logFile],
      env: { ...process.env, ...binaries.environment, LC_ALL: 'C', PGTZ: 'UTC' },
      windowsHide: true,
    });
    let isGone = false;
    child.once('error', () => (isGone = true));
    child.once('exit', (code) => (isGone = process.platform !== 'win32' || code !== 0));
    child.unref();
    const ready = await waitUntilReady(cluster.dir, { waitMsMax: READY_MS_MAX, isGone: () => isGone });
    return ready ?? readFileSync(logPath).subarray(logStart).toString('utf8');
  } finally {
    closeSync(logFile);
  }
}

function serverCommand(
  { binaries, cluster }: { readonly binaries: PostgresBinaries; readonly cluster: Cluster },
  parameters: readonly string[],
): { readonly command: string; readonly words: readonly string[] } {
  if (process.platform === 'win32') {
    const quoted = parameters.map((word) => `"${word}"`).join(' ');
    return { command: binaries.pgCtl, words: ['start', '-D', cluster.dir, '-w', '-o', quoted] };
  }
  const { command, words } = commandOf(cluster.launcher(), binaries.postgres);
  return { command, words: [...words, '-D', cluster.dir, ...parameters] };
}

async function serverParameters({ dataDir, settings, cluster }: Start & { cluster: Cluster }): Promise<string[]> {
  const all: Record<string, string> = { ...settings };
  let port = PORT;
  if (process.platform === 'win32') {
    all['listen_addresses'] = '127.0.0.1';
    port = await freePort();
  } else {
    all['listen_addresses'] = '';
    all['unix_socket_directories'] = prepareSocketDir(dataDir, cluster);
    all['unix_socket_permissions'] = '0700';
  }
  return ['-p', String(port), ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

/** `<dataDir>/run`, or a private folder under the system's temporary one when that path is too long for a socket. */
function prepareSocketDir(dataDir: string, cluster: Cluster): string {
  const near = join(dataDir, 'run');
  const name = createHash('sha256').update(dataDir).digest('hex').slice(0, 12);
  const dir =
    near.length + '/.s.PGSQL.5432.lock'.length <= SOCKET_PATH_LENGTH_MAX ? near : join(tmpdir(), `cactus-${name}`);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const owner = lstatSync(dir);
  const isOurs = owner.isDirectory() && [process.getuid?.(), cluster.launcher().uid].includes(owner.uid);
  if (!isOurs) {
    throw new Fault('database_socket_taken', `The folder ${dir} belongs to somebody else; remove it and start again.`, {
      retryable: false,
    });
  }
  chmodSync(dir, 0o700);
  giveTo(cluster.launcher(), dir);
  return dir;
}

function addressOf(cluster: Cluster, postmaster: Postmaster): PostgresAddress {
  const host = postmaster.socketDir === '' ? '127.0.0.1' : postmaster.socketDir;
  return { host, port: postmaster.port, user: POSTGRES_USER, password: cluster.password, database: 'postgres' };
}

async function releaseServer(dataDir: string, log: Log): Promise<'stopped' | 'left_running'> {
  const binaries = findPostgresBinaries(dataDir);
  const cluster = openCluster(dataDir, binaries);
  const running = await findLivePostmaster(cluster.dir);
  if (!running) return 'stopped';
  for (let check = 1; await isHeldByOthers(addressOf(cluster, running)); check += 1) {
    if (check >= HELD_CHECKS_MAX) return 'left_running';
    await delay(HELD_CHECK_MS);
  }
  if (await stopPostmaster(cluster.dir, { pgCtl: binaries.pgCtl, waitMsMax: STOP_MS_MAX })) return 'stopped';
  log.warn('PostgreSQL is still shutting down; it will finish by itself', { waitedMs: STOP_MS_MAX });
  return 'left_running';
}

async function isHeldByOthers(address: PostgresAddress): Promise<boolean> {
  const client = new pg.Client({ ...address, application_name: 'cactus-leaving', connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ held: boolean }>(
      `select exists (
         select from pg_stat_activity
         where application_name like 'cactus%' and backend_type = 'client backend' and pid <> pg_backend_pid()
       ) as held`,
    );
    return rows[0]?.held ?? false;
  } catch {
    return false; // It does not answer: stopping it is right.
  } finally {
    await client.end().catch(() => undefined);
  }
}

function isWorthRetrying(said: string): boolean {
  return (
    said.trim() === '' ||
    /shared memory block|lock file|another (server|postmaster)|Address already in use|could not bind|starting up|shutting down/i.test(
      said,
    )
  );
}

function startFault(said: string, dataDir: string): Fault {
  const log = join(dataDir, 'postgres.log');
  if (/Permission denied|has wrong ownership|invalid permissions/i.test(said)) {
    return new Fault('database_dir_unwritable', `PostgreSQL cannot use its files in ${dataDir}: ${lastLines(said)}`, {
      retryable: false,
    });
  }
  if (/lock file|shared memory block|another (server|postmaster)|Address already in use|could not bind/i.test(said)) {
    return new Fault(
      'database_in_use',
      `Something else uses the database files or socket of ${dataDir} and does not answer: ${lastLines(said)}. ` +
        'Stop that process and start again.',
      { retryable: true },
    );
  }
  return new Fault('database_start_failed', `PostgreSQL did not start: ${lastLines(said)}. Its log is ${log}.`, {
    retryable: true,
  });
}

function rotateLog(path: string): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LOG_BYTES_MAX) renameSync(path, `${path}.1`);
}

function freePort(): Promise<number> {
  return new Promise((resolvePort, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      server.close(() => resolvePort(port));
    });
  });
}
