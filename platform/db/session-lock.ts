/**
 * Session locks: one holder among all processes over the database, for loops that must run once. The lock lives on a
 * connection of its own, so a killed holder frees it at once and another process takes over.
 */
import type pg from 'pg';

export interface SessionLock {
  /** Aborts when the lock is gone: its connection broke, or it was released. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

const KEEPALIVE_MS = 5_000; // A silently dropped peer is noticed before another process has run long beside us.
const LOCK_SEED = 4_207_011; // Keeps these keys apart from every other advisory lock.

/** Takes the lock on a fresh connection, which it then owns; null (and the connection closed) when another holds it. */
export async function takeSessionLock(client: pg.Client, name: string): Promise<SessionLock | null> {
  const lost = new AbortController();
  client.on('error', () => lost.abort());
  client.on('end', () => lost.abort());
  let isTaken = false;
  try {
    const sql = 'select pg_try_advisory_lock(hashtextextended($1, $2)) as taken';
    const { rows } = await client.query<{ taken: boolean }>(sql, [name, LOCK_SEED]);
    isTaken = rows[0]?.taken === true;
  } finally {
    if (!isTaken) await client.end().catch(() => undefined);
  }
  if (!isTaken) return null;
  const keepalive = setInterval(() => void client.query('select 1').catch(() => lost.abort()), KEEPALIVE_MS);
  keepalive.unref();
  lost.signal.addEventListener('abort', () => clearInterval(keepalive));
  const release = async (): Promise<void> => {
    lost.abort();
    await client.end().catch(() => undefined);
  };
  return { lost: lost.signal, release };
}
