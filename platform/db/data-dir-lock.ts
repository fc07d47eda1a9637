/**
 * A lock that one process of the machine holds on a data folder while it starts or stops PostgreSQL.
 * Method: an exclusive SQLite transaction on an empty file. That is a kernel file lock on Linux, macOS and Windows, so
 * it dies with its holder (kill -9 included), which a pid file cannot promise.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '#kernel';

const LOCK_FILE = 'postgres.lock';
const POLL_MS = 20; // Short, because holders work for some tens of milliseconds once the cluster exists.

/** Runs `work` while holding the folder's lock; waits for another holder up to `waitMsMax`. */
export async function withDataDirLock<Value>(
  scope: { readonly dataDir: string; readonly waitMsMax: number },
  work: () => Promise<Value>,
): Promise<Value> {
  const lock = new DatabaseSync(join(scope.dataDir, LOCK_FILE));
  try {
    await acquire(lock, scope);
    return await work();
  } finally {
    lock.close();
  }
}

async function acquire(
  lock: DatabaseSync,
  { dataDir, waitMsMax }: { readonly dataDir: string; readonly waitMsMax: number },
): Promise<void> {
  for (let waitedMs = 0; ; waitedMs += POLL_MS) {
    try {
      lock.exec('begin exclusive');
      return;
    } catch (cause) {
      if (!isBusy(cause)) {
        throw new Fault('database_lock_failed', `Cannot lock the data folder ${dataDir}: is it writable?`, {
          retryable: false,
          cause,
        });
      }
      if (waitedMs >= waitMsMax) {
        throw new Fault(
          'database_locked',
          `Another Cactus process has been starting or stopping the database in ${dataDir} for ${waitMsMax / 1000} s.`,
          { retryable: true, cause },
        );
      }
      await delay(POLL_MS);
    }
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && /locked|busy/i.test(error.message);
}
