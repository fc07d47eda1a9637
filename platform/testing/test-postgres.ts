/**
 * The PostgreSQL of one test run: embedded, started by the first test that needs it, shared by all files and workers,
 * stopped at the end. `CACTUS_TEST_DATABASE_URL` replaces it (the PostgreSQL 15 of the build machine). fsync is off here
 * and nowhere else: a test database is thrown away.
 */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert } from '#kernel';
import { type EmbeddedPostgres, embeddedPostgres } from '#platform/db';
import { silentLog } from './silent-log.ts';

const DIR_VARIABLE = 'CACTUS_TEST_POSTGRES_DIR';
const DIR_PREFIX = 'cactus-test-';
const SETTINGS: Readonly<Record<string, string>> = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '300',
  autovacuum: 'off',
};

/** Names the folder of this run; starts nothing. Also removes what killed runs left behind. */
export function prepareTestRun(): void {
  removeLeftovers().catch(() => undefined);
  process.env[DIR_VARIABLE] = mkdtempSync(join(tmpdir(), `${DIR_PREFIX}${process.pid}-`));
}

/** Stops the server of this run, if any test started it, and removes its files. */
export async function finishTestRun(): Promise<void> {
  const dir = process.env[DIR_VARIABLE];
  if (dir) await removeRun(dir);
}

/** URL of the administration database of the run's server, starting that when needed. */
export async function testPostgresUrl(): Promise<string> {
  const external = process.env['CACTUS_TEST_DATABASE_URL'];
  if (external) return external;
  const dir = process.env[DIR_VARIABLE];
  assert(dir, 'testing: run through vitest, whose global set-up names the folder of the test server');
  return serverOf(dir).hold(async ({ host, port, user, password, database }) =>
    host.startsWith('/')
      ? `postgresql://${user}:${password}@localhost:${port}/${database}?host=${encodeURIComponent(host)}`
      : `postgresql://${user}:${password}@${host}:${port}/${database}`,
  );
}

/** The same URL for another database of that server. */
export function urlOfDatabase(url: string, database: string): string {
  const parsed = new URL(url);
  parsed.pathname = `/${database}`;
  return parsed.href;
}

function serverOf(dir: string): EmbeddedPostgres {
  return embeddedPostgres({ dataDir: dir, log: silentLog, settings: SETTINGS });
}

async function removeRun(dir: string): Promise<void> {
  if (existsSync(join(dir, 'postgres'))) await serverOf(dir).stop();
  rmSync(dir, { recursive: true, force: true });
}

async function removeLeftovers(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    const pid = new RegExp(`^${DIR_PREFIX}(\\d+)-`).exec(name)?.[1];
    if (pid && !isAlive(Number(pid))) await removeRun(join(tmpdir(), name));
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
