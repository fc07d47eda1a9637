/** Keys that sign access JWTs: SQL on identity_signing_keys. */
import type { Queryable, Transaction } from '#platform/db';
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
