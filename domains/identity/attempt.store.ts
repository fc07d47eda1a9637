/** Failed sign-ins per account and address: SQL on identity_sign_in_attempts. */
import type { Queryable } from '#platform/db';
import { sql } from 'kysely';
import { ATTEMPT_MEMORY_MS, type AttemptLimit } from './attempt.ts';
import { instant } from './instant.store.ts';
import type { IdentityTables } from './tables.ts';

export interface Throttle {
  readonly key: string;
  readonly limit: AttemptLimit;
}

/**
 * Counts an attempt as failed before the password is looked at, in one statement, so that parallel guesses
 * cannot slip through together. Gives when the key opens again if it is closed, else null.
 */
export async function reserveAttempt(queryable: Queryable, throttle: Throttle, nowMs: number): Promise<number | null> {
  const { key, limit } = throttle;
  const now = instant(nowMs);
  const forgetBefore = instant(nowMs - ATTEMPT_MEMORY_MS);
  const tables = queryable.tables<IdentityTables>();
  const counted = await sql<{ failed_count: number }>`
    insert into identity_sign_in_attempts as attempt (attempt_key, failed_count, last_failed_at, blocked_until)
    values (${key}, 1, ${now}, ${now})
    on conflict (attempt_key) do update set
      failed_count = case when attempt.last_failed_at < ${forgetBefore} then 1 else attempt.failed_count + 1 end,
      last_failed_at = ${now},
      blocked_until = case
        when attempt.last_failed_at < ${forgetBefore} or attempt.failed_count + 1 < ${limit.freeCount}::int
          then ${now}
        else ${now} + interval '1 millisecond'
          * least(${limit.delayMaxMs}::float8,
                  ${limit.firstDelayMs}::float8 * power(2, least(30, attempt.failed_count + 1 - ${limit.freeCount}::int)))
      end
    where attempt.blocked_until <= ${now}
    returning failed_count`.execute(tables);
  if (counted.rows.length > 0) return null;
  const row = await tables
    .selectFrom('identity_sign_in_attempts')
    .select('blocked_until')
    .where('attempt_key', '=', key)
    .executeTakeFirst();
  return row ? row.blocked_until : null;
}

/** A right password clears what was counted for this account and address. */
export async function clearAttempts(queryable: Queryable, key: string): Promise<void> {
  const attempts = queryable.tables<IdentityTables>().deleteFrom('identity_sign_in_attempts');
  await attempts.where('attempt_key', '=', key).execute();
}

/** Gives back one count of a key that must not be cleared: an address that signs in is not forgiven its other failures. */
export async function returnAttempt(queryable: Queryable, key: string, nowMs: number): Promise<void> {
  await sql`
    update identity_sign_in_attempts
    set failed_count = greatest(0, failed_count - 1), blocked_until = ${instant(nowMs)}
    where attempt_key = ${key}`.execute(queryable.tables<IdentityTables>());
}

export async function deleteOldAttempts(queryable: Queryable, nowMs: number): Promise<number> {
  const attempts = queryable.tables<IdentityTables>().deleteFrom('identity_sign_in_attempts');
  const deleted = await attempts.where('last_failed_at', '<', instant(nowMs - ATTEMPT_MEMORY_MS)).executeTakeFirst();
  return Number(deleted.numDeletedRows);
}
