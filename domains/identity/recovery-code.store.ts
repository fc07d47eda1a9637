/** Recovery codes: SQL on identity_recovery_codes. Only hashes are kept. */
import type { Queryable, Transaction } from '#platform/db';
import type { FactorTables } from './factor-tables.ts';

export async function deleteRecoveryCodes(tx: Transaction, userId: string): Promise<void> {
  await tx.tables<FactorTables>().deleteFrom('identity_recovery_codes').where('user_id', '=', userId).execute();
}

export async function insertRecoveryCodes(
  tx: Transaction,
  codes: { readonly userId: string; readonly hashes: readonly Buffer[]; readonly createdAtMs: number },
): Promise<void> {
  const created_at = new Date(codes.createdAtMs);
  await tx
    .tables<FactorTables>()
    .insertInto('identity_recovery_codes')
    .values(codes.hashes.map((code_sha256) => ({ user_id: codes.userId, code_sha256, created_at })))
    .execute();
}

/** Uses a code up; false when it is none of hers or was used. */
export async function spendRecoveryCode(
  queryable: Queryable,
  code: { readonly userId: string; readonly hash: Buffer; readonly atMs: number },
): Promise<boolean> {
  const row = await queryable
    .tables<FactorTables>()
    .updateTable('identity_recovery_codes')
    .set({ used_at: new Date(code.atMs) })
    .where('user_id', '=', code.userId)
    .where('code_sha256', '=', code.hash)
    .where('used_at', 'is', null)
    .returning('user_id')
    .executeTakeFirst();
  return row !== undefined;
}

/** How many are left of the newest set; null when there is none. */
export async function countRecoveryCodes(
  queryable: Queryable,
  userId: string,
): Promise<{ readonly leftCount: number; readonly createdAtMs: number } | null> {
  const rows = await queryable
    .tables<FactorTables>()
    .selectFrom('identity_recovery_codes')
    .select(['created_at', 'used_at'])
    .where('user_id', '=', userId)
    .execute();
  const [first] = rows;
  if (!first) return null;
  return { leftCount: rows.filter((row) => row.used_at === null).length, createdAtMs: first.created_at };
}
