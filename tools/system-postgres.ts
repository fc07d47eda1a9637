/**
 * A throw-away cluster of the PostgreSQL that the system provides (Debian keeps it in /usr/lib/postgresql/<major>/bin),
 * so that the database suites also run on the oldest version we support. Loopback only, removed afterwards.
 */
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ok, refuse, type Result } from '#kernel';

export interface SystemPostgres {
  readonly version: string;
  readonly url: string;
  stop(): Promise<void>;
}

const run = promisify(execFile);
const DEBIAN_ROOT = '/usr/lib/postgresql';
const READY_TRIES = 100;
const READY_PAUSE_MS = 100;
const PASSWORD = 'cactus-test-only';

/** Starts the newest system PostgreSQL found; refuses with the reason when the host has none. */
export async function startSystemPostgres(): Promise<Result<SystemPostgres, 'not_available'>> {
  const binaries = findBinaries();
  if (!binaries)
    return refuse('not_available', { reason: `no server under ${DEBIAN_ROOT} (apt-get install postgresql)` });
  const folder = mkdtempSync(join(tmpdir(), 'cactus-pg-'));
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, PASSWORD, { mode: 0o600 });
  const cluster = join(folder, 'cluster');
  const wrap = unprivileged();
  const initdb = [
    join(binaries, 'initdb'),
    '-D',
    cluster,
    '-U',
    'cactus',
    '-A',
    'scram-sha-256',
    `--pwfile=${passwordFile}`,
  ];
  await run(...wrap([...initdb, '--no-sync', '--encoding=UTF8', '--locale=C.UTF-8']));
  const port = await freePort();
  const settings = [
    'listen_addresses=127.0.0.1',
    `unix_socket_directories=${folder}`,
    'fsync=off',
    'max_connections=200',
  ];
  const [program, args] = wrap([
    join(binaries, 'postgres'),
    '-D',
    cluster,
    '-p',
    String(port),
    ...settings.flatMap((setting) => ['-c', setting]),
  ]);
  const server = spawn(program, args, { stdio: 'ignore' });
  const exited = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  await untilReady(binaries, port);
  const version = (await run(join(binaries, 'postgres'), ['--version'])).stdout.trim();
  return ok({
    version,
    url: `postgres://cactus:${PASSWORD}@127.0.0.1:${port}/postgres`,
    stop: async () => {
      server.kill('SIGINT');
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  });
}

function findBinaries(): string | null {
  if (!existsSync(DEBIAN_ROOT)) return null;
  const majors = readdirSync(DEBIAN_ROOT).toSorted((left, right) => Number(right) - Number(left));
  const folders = majors.map((major) => join(DEBIAN_ROOT, major, 'bin'));
  return folders.find((folder) => existsSync(join(folder, 'postgres'))) ?? null;
}

/** PostgreSQL refuses to run as root; a user namespace gives it a plain user without changing any file's owner. */
function unprivileged(): (command: readonly string[]) => [string, string[]] {
  const isRoot = process.getuid?.() === 0;
  return ([program = '', ...args]) => (isRoot ? ['unshare', ['--user', program, ...args]] : [program, args]);
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no TCP port could be had on loopback');
  return address.port;
}

async function untilReady(binaries: string, port: number): Promise<void> {
  for (let attempt = 0; attempt < READY_TRIES; attempt += 1) {
    try {
      await run(join(binaries, 'pg_isready'), ['-h', '127.0.0.1', '-p', String(port)]);
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, READY_PAUSE_MS));
    }
  }
  throw new Error('the system PostgreSQL did not become ready');
}
