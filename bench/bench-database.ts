/**
 * A throw-away embedded PostgreSQL for sections that work inside this process, with fsync off: reads are as in production,
 * writes are not. Stopped and removed however the section ends.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { embeddedPostgres } from '#platform/db';
import { silentLog } from '#platform/testing';

/** Runs the work with the server of tests; `CACTUS_TEST_DATABASE_URL` replaces it. */
export async function withBenchDatabase<Value>(work: () => Promise<Value>): Promise<Value> {
  if (process.env['CACTUS_TEST_DATABASE_URL']) return work();
  const dir = mkdtempSync(join(tmpdir(), `cactus-test-${process.pid}-`));
  process.env['CACTUS_TEST_POSTGRES_DIR'] = dir;
  try {
    return await work();
  } finally {
    await embeddedPostgres({ dataDir: dir, log: silentLog }).stop();
    rmSync(dir, { recursive: true, force: true });
  }
}
