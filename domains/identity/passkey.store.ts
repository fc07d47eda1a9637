/** Passkeys and what they have to sign: SQL on identity_passkeys and identity_passkey_challenges. */
import type { Queryable, Transaction } from '#platform/db';
import type { ChallengePurpose, FactorTables } from './factor-tables.ts';
import { instant } from './instant.store.ts';

export interface Passkey {
  readonly id: string;
  readonly userId: string;
  readonly credentialId: string;
  readonly publicKey: Buffer;
  readonly transports: readonly string[];
  readonly rpId: string;
  readonly name: string;
  readonly isSynced: boolean;
  readonly createdAtMs: number;
  readonly lastUsedAtMs: number | null;
}

/** False when the credential is known already. */
export async function insertPasskey(
  tx: Transaction,
  passkey: Omit<Passkey, 'lastUsedAtMs'> & { readonly counter: number },
): Promise<boolean> {
  const row = await tx
    .tables<FactorTables>()
    .insertInto('identity_passkeys')
    .values({
      passkey_id: passkey.id,
      user_id: passkey.userId,
      credential_id: passkey.credentialId,
      public_key: passkey.publicKey,
      counter: BigInt(passkey.counter),
      transports: [...passkey.transports],
      rp_id: passkey.rpId,
      name: passkey.name,
      is_synced: passkey.isSynced,
      created_at: new Date(passkey.createdAtMs),
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('passkey_id')
    .executeTakeFirst();
  return row !== undefined;
}

/** Oldest first; `countMax` is the most one person may have. */
export async function listPasskeys(queryable: Queryable, userId: string, countMax: number): Promise<Passkey[]> {
  const rows = await passkeyRows(queryable)
    .where('user_id', '=', userId)
    .orderBy('created_at')
    .limit(countMax)
    .execute();
  return rows.map(passkeyOf);
}

export async function findPasskey(queryable: Queryable, credentialId: string): Promise<Passkey | null> {
  const row = await passkeyRows(queryable).where('credential_id', '=', credentialId).executeTakeFirst();
  return row ? passkeyOf(row) : null;
}

/**
 * Notes a use. A counter must grow (or stay at zero, where the maker does not count); false when it did not: the key may
 * have been copied. One statement, so that two uses of one signature cannot both pass.
 */
export async function advancePasskey(
  queryable: Queryable,
  use: { readonly passkeyId: string; readonly counter: number; readonly isSynced: boolean; readonly atMs: number },
): Promise<boolean> {
  const row = await queryable
    .tables<FactorTables>()
    .updateTable('identity_passkeys')
    .set({ counter: BigInt(use.counter), is_synced: use.isSynced, last_used_at: new Date(use.atMs) })
    .where('passkey_id', '=', use.passkeyId)
    .where((column) => (use.counter === 0 ? column('counter', '=', 0n) : column('counter', '<', BigInt(use.counter))))
    .returning('passkey_id')
    .executeTakeFirst();
  return row !== undefined;
}

/** False when the person has no such passkey. */
export async function renamePasskey(
  queryable: Queryable,
  passkey: { readonly id: string; readonly userId: string },
  name: string,
): Promise<boolean> {
  const row = await queryable
    .tables<FactorTables>()
    .updateTable('identity_passkeys')
    .set({ name })
    .where('passkey_id', '=', passkey.id)
    .where('user_id', '=', passkey.userId)
    .returning('passkey_id')
    .executeTakeFirst();
  return row !== undefined;
}

export async function deletePasskey(tx: Transaction, passkeyId: string): Promise<void> {
  const passkeys = tx.tables<FactorTables>().deleteFrom('identity_passkeys');
  await passkeys.where('passkey_id', '=', passkeyId).execute();
}

/** Keeps what this browser has to sign; what it had before serves no more. */
export async function putChallenge(
  queryable: Queryable,
  challenge: {
    readonly browserHash: Buffer;
    readonly purpose: ChallengePurpose;
    readonly challenge: string;
    readonly expiresAtMs: number;
  },
): Promise<void> {
  const { purpose, challenge: text } = challenge;
  const kept = { purpose, challenge: text, expires_at: new Date(challenge.expiresAtMs) };
  await queryable
    .tables<FactorTables>()
    .insertInto('identity_passkey_challenges')
    .values({ browser_sha256: challenge.browserHash, ...kept })
    .onConflict((conflict) => conflict.column('browser_sha256').doUpdateSet(kept))
    .execute();
}

/** Takes the challenge out, so that it serves once; null when there is none, it is for something else, or too old. */
export async function takeChallenge(
  queryable: Queryable,
  wanted: { readonly browserHash: Buffer; readonly purpose: ChallengePurpose; readonly nowMs: number },
): Promise<string | null> {
  const row = await queryable
    .tables<FactorTables>()
    .deleteFrom('identity_passkey_challenges')
    .where('browser_sha256', '=', wanted.browserHash)
    .returning(['purpose', 'challenge', 'expires_at'])
    .executeTakeFirst();
  if (!row || row.purpose !== wanted.purpose || row.expires_at <= wanted.nowMs) return null;
  return row.challenge;
}

export async function deleteOldChallenges(queryable: Queryable, nowMs: number): Promise<void> {
  const challenges = queryable.tables<FactorTables>().deleteFrom('identity_passkey_challenges');
  await challenges.where('expires_at', '<', instant(nowMs)).execute();
}

function passkeyRows(queryable: Queryable) {
  return queryable
    .tables<FactorTables>()
    .selectFrom('identity_passkeys')
    .select([
      'passkey_id',
      'user_id',
      'credential_id',
      'public_key',
      'transports',
      'rp_id',
      'name',
      'is_synced',
      'created_at',
      'last_used_at',
    ]);
}

function passkeyOf(row: {
  passkey_id: string;
  user_id: string;
  credential_id: string;
  public_key: Buffer;
  transports: string[];
  rp_id: string;
  name: string;
  is_synced: boolean;
  created_at: number;
  last_used_at: number | null;
}): Passkey {
  return {
    id: row.passkey_id,
    userId: row.user_id,
    credentialId: row.credential_id,
    publicKey: row.public_key,
    transports: row.transports,
    rpId: row.rp_id,
    name: row.name,
    isSynced: row.is_synced,
    createdAtMs: row.created_at,
    lastUsedAtMs: row.last_used_at,
  };
}
