/** Keys that sign access JWTs: SQL on identity_signing_keys. */
import type { Queryable, Transaction } from '#platform/db';
import type { StalePage } from '#platform/secrets';
import { sql } from 'kysely';
import { instant } from './instant.store.ts';
import type { IdentityTables } from './tables.ts';

export interface StoredSigningKey {
  readonly id: string;
  readonly publicJwk: string;
  readonly sealedPrivateJwk: string;
  readonly createdAtMs: number;
  /** Null while it is the one that signs. */
  readonly retiredAtMs: number | null;
}

const KEYS_MAX = 20; // One signs and at most a few still verify.

/** Rotations of every process stand in one line, so that a month ends with one new key. */
export async function lockSigningKeys(tx: Transaction): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('identity_signing_keys'))`.execute(tx.tables<IdentityTables>());
}

/** The key that signs, and those retired after an instant; newest first. */
export async function listSigningKeys(queryable: Queryable, retiredAfterMs: number): Promise<StoredSigningKey[]> {
  const rows = await queryable
    .tables<IdentityTables>()
    .selectFrom('identity_signing_keys')
    .select(['signing_key_id', 'public_jwk', 'sealed_private_jwk', 'created_at', 'retired_at'])
    .where((column) =>
      column.or([column('retired_at', 'is', null), column('retired_at', '>', instant(retiredAfterMs))]),
    )
    .orderBy('created_at', 'desc')
    .limit(KEYS_MAX)
    .execute();
  return rows.map((row) => ({
    id: row.signing_key_id,
    publicJwk: row.public_jwk,
    sealedPrivateJwk: row.sealed_private_jwk,
    createdAtMs: row.created_at,
    retiredAtMs: row.retired_at,
  }));
}

/** Retires whichever key signs and makes this the one that does. */
export async function replaceSigningKey(tx: Transaction, key: Omit<StoredSigningKey, 'retiredAtMs'>): Promise<void> {
  const tables = tx.tables<IdentityTables>();
  const createdAt = new Date(key.createdAtMs);
  await tables
    .updateTable('identity_signing_keys')
    .set({ retired_at: createdAt })
    .where('retired_at', 'is', null)
    .execute();
  await tables
    .insertInto('identity_signing_keys')
    .values({
      signing_key_id: key.id,
      public_jwk: key.publicJwk,
      sealed_private_jwk: key.sealedPrivateJwk,
      created_at: createdAt,
    })
    .execute();
}

/** Forgets keys retired before `beforeMs`: nothing they signed is alive. */
export async function deleteRetiredSigningKeys(queryable: Queryable, beforeMs: number): Promise<void> {
  const keys = queryable.tables<IdentityTables>().deleteFrom('identity_signing_keys');
  await keys.where('retired_at', '<', instant(beforeMs)).execute();
}

type SealedKey = Pick<StoredSigningKey, 'id' | 'sealedPrivateJwk'>;

/** Keys that the newest master key has not wrapped, held until the commit. */
export async function lockStaleSigningKeys(
  tx: Transaction,
  { keyId, afterId, countMax }: StalePage,
): Promise<readonly SealedKey[]> {
  const { rows } = await sql<{ signing_key_id: string; sealed_private_jwk: string }>`
    select signing_key_id, sealed_private_jwk from identity_signing_keys
    where split_part(sealed_private_jwk, '.', 2) <> ${keyId}
      and (${afterId}::uuid is null or signing_key_id > ${afterId}::uuid)
    order by signing_key_id limit ${countMax} for update`.execute(tx.tables());
  return rows.map((row) => ({ id: row.signing_key_id, sealedPrivateJwk: row.sealed_private_jwk }));
}

export async function countStaleSigningKeys(queryable: Queryable, keyId: string): Promise<number> {
  const { rows } = await sql<{ readonly total: number }>`
    select count(*)::integer as total from identity_signing_keys
    where split_part(sealed_private_jwk, '.', 2) <> ${keyId}`.execute(queryable.tables());
  return rows[0]?.total ?? 0;
}

export async function updateSealedSigningKey(tx: Transaction, { id, sealedPrivateJwk }: SealedKey): Promise<void> {
  const keys = tx.tables<IdentityTables>().updateTable('identity_signing_keys');
  await keys.set({ sealed_private_jwk: sealedPrivateJwk }).where('signing_key_id', '=', id).execute();
}
