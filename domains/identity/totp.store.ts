/** Keys of authenticator apps: SQL on identity_totp_keys. The secret is sealed before it comes here. */
import type { Queryable, Transaction } from '#platform/db';
import type { StalePage } from '#platform/secrets';
import { sql } from 'kysely';
import type { FactorTables } from './factor-tables.ts';

export interface TotpKey {
  readonly sealedSecret: string;
  /** Null until a code confirmed it; only then it counts. */
  readonly confirmedAtMs: number | null;
}

/** Keeps a key that is not active yet, in place of an older unconfirmed one; false when one is active. */
export async function putPendingTotp(
  queryable: Queryable,
  key: { readonly userId: string; readonly sealedSecret: string; readonly createdAtMs: number },
): Promise<boolean> {
  const fresh = { sealed_secret: key.sealedSecret, last_step: 0n, created_at: new Date(key.createdAtMs) };
  const row = await queryable
    .tables<FactorTables>()
    .insertInto('identity_totp_keys')
    .values({ user_id: key.userId, ...fresh })
    .onConflict((conflict) =>
      conflict.column('user_id').doUpdateSet(fresh).where('identity_totp_keys.confirmed_at', 'is', null),
    )
    .returning('user_id')
    .executeTakeFirst();
  return row !== undefined;
}

export async function findTotp(queryable: Queryable, userId: string): Promise<TotpKey | null> {
  const row = await queryable
    .tables<FactorTables>()
    .selectFrom('identity_totp_keys')
    .select(['sealed_secret', 'confirmed_at'])
    .where('user_id', '=', userId)
    .executeTakeFirst();
  return row ? { sealedSecret: row.sealed_secret, confirmedAtMs: row.confirmed_at } : null;
}

/** Notes the time step of a right code; false when that step or a later one was used before: no code serves twice. */
export async function advanceTotp(
  queryable: Queryable,
  use: { readonly userId: string; readonly step: number; readonly sealedSecret: string },
): Promise<boolean> {
  const row = await queryable
    .tables<FactorTables>()
    .updateTable('identity_totp_keys')
    .set({ last_step: BigInt(use.step), sealed_secret: use.sealedSecret })
    .where('user_id', '=', use.userId)
    .where('last_step', '<', BigInt(use.step))
    .returning('user_id')
    .executeTakeFirst();
  return row !== undefined;
}

export async function markTotpConfirmed(tx: Transaction, userId: string, nowMs: number): Promise<void> {
  const keys = tx.tables<FactorTables>().updateTable('identity_totp_keys');
  await keys
    .set({ confirmed_at: new Date(nowMs) })
    .where('user_id', '=', userId)
    .execute();
}

/** False when she has no active one. */
export async function deleteTotp(tx: Transaction, userId: string): Promise<boolean> {
  const row = await tx
    .tables<FactorTables>()
    .deleteFrom('identity_totp_keys')
    .where('user_id', '=', userId)
    .where('confirmed_at', 'is not', null)
    .returning('user_id')
    .executeTakeFirst();
  return row !== undefined;
}

interface SealedTotp {
  /** The person's. */
  readonly id: string;
  readonly sealedSecret: string;
}

/** Keys that the newest master key has not wrapped, held until the commit. */
export async function lockStaleTotps(
  tx: Transaction,
  { keyId, afterId, countMax }: StalePage,
): Promise<readonly SealedTotp[]> {
  const { rows } = await sql<{ user_id: string; sealed_secret: string }>`
    select user_id, sealed_secret from identity_totp_keys
    where split_part(sealed_secret, '.', 2) <> ${keyId} and (${afterId}::uuid is null or user_id > ${afterId}::uuid)
    order by user_id limit ${countMax} for update`.execute(tx.tables());
  return rows.map((row) => ({ id: row.user_id, sealedSecret: row.sealed_secret }));
}

export async function countStaleTotps(queryable: Queryable, keyId: string): Promise<number> {
  const { rows } = await sql<{ readonly total: number }>`
    select count(*)::integer as total from identity_totp_keys
    where split_part(sealed_secret, '.', 2) <> ${keyId}`.execute(queryable.tables());
  return rows[0]?.total ?? 0;
}

export async function updateSealedTotp(tx: Transaction, { id, sealedSecret }: SealedTotp): Promise<void> {
  const keys = tx.tables<FactorTables>().updateTable('identity_totp_keys');
  await keys.set({ sealed_secret: sealedSecret }).where('user_id', '=', id).execute();
}
