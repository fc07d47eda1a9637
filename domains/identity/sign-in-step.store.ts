/** Half-open sign-ins: SQL on identity_sign_in_steps. Only the hash of the token is kept. */
import type { Queryable, Transaction } from '#platform/db';
import type { FactorTables } from './factor-tables.ts';
import { instant } from './instant.store.ts';

export async function insertStep(
  tx: Transaction,
  step: { readonly tokenHash: Buffer; readonly userId: string; readonly expiresAtMs: number },
): Promise<void> {
  await tx
    .tables<FactorTables>()
    .insertInto('identity_sign_in_steps')
    .values({ token_sha256: step.tokenHash, user_id: step.userId, expires_at: new Date(step.expiresAtMs) })
    .execute();
}

/** Whose password was right; null when the step is unknown, used or too old. */
export async function findStepUserId(queryable: Queryable, tokenHash: Buffer, nowMs: number): Promise<string | null> {
  const row = await queryable
    .tables<FactorTables>()
    .selectFrom('identity_sign_in_steps')
    .select('user_id')
    .where('token_sha256', '=', tokenHash)
    .where('expires_at', '>', instant(nowMs))
    .executeTakeFirst();
  return row?.user_id ?? null;
}

export async function deleteStep(tx: Transaction, tokenHash: Buffer): Promise<void> {
  await tx.tables<FactorTables>().deleteFrom('identity_sign_in_steps').where('token_sha256', '=', tokenHash).execute();
}

export async function deleteOldSteps(queryable: Queryable, nowMs: number): Promise<void> {
  const steps = queryable.tables<FactorTables>().deleteFrom('identity_sign_in_steps');
  await steps.where('expires_at', '<', instant(nowMs)).execute();
}
