/** First-run links: SQL on identity_setup_links. */
import type { Queryable, Transaction } from '#platform/db';
import { sql } from 'kysely';
import type { IdentityTables } from './tables.ts';

export interface SetupLink {
  readonly id: string;
  readonly tokenHash: Buffer;
  readonly expiresAtMs: number;
}

/** Setup happens once in the life of an installation, so one lock serves: parallel attempts queue behind it. */
export async function lockSetup(tx: Transaction): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('identity_setup'))`.execute(tx.tables<IdentityTables>());
}

/** Makes this the only link that works. */
export async function replaceSetupLink(
  tx: Transaction,
  link: SetupLink & { readonly createdAtMs: number },
): Promise<void> {
  const tables = tx.tables<IdentityTables>();
  await tables.deleteFrom('identity_setup_links').where('used_at', 'is', null).execute();
  await tables
    .insertInto('identity_setup_links')
    .values({
      setup_link_id: link.id,
      token_sha256: link.tokenHash,
      created_at: new Date(link.createdAtMs),
      expires_at: new Date(link.expiresAtMs),
    })
    .execute();
}

/** The link that was not used yet, expired or not. */
export async function findUnusedSetupLink(queryable: Queryable): Promise<SetupLink | null> {
  const row = await queryable
    .tables<IdentityTables>()
    .selectFrom('identity_setup_links')
    .select(['setup_link_id', 'token_sha256', 'expires_at'])
    .where('used_at', 'is', null)
    .orderBy('created_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row ? { id: row.setup_link_id, tokenHash: row.token_sha256, expiresAtMs: row.expires_at } : null;
}

export async function markSetupLinkUsed(tx: Transaction, setupLinkId: string, usedAtMs: number): Promise<void> {
  const links = tx.tables<IdentityTables>().updateTable('identity_setup_links');
  await links
    .set({ used_at: new Date(usedAtMs) })
    .where('setup_link_id', '=', setupLinkId)
    .execute();
}
