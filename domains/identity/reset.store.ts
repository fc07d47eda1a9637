/** Links that set a new password: SQL on identity_reset_links. Only the hash of a link is stored. */
import type { Queryable, Transaction } from '#platform/db';
import { instant } from './instant.store.ts';
import type { IdentityTables } from './tables.ts';

export interface ResetLink {
  readonly id: string;
  readonly userId: string;
  readonly expiresAtMs: number;
}

export async function insertResetLink(
  tx: Transaction,
  link: ResetLink & { readonly issuedById: string | null; readonly tokenHash: Buffer; readonly createdAtMs: number },
): Promise<void> {
  await tx
    .tables<IdentityTables>()
    .insertInto('identity_reset_links')
    .values({
      reset_link_id: link.id,
      user_id: link.userId,
      issued_by: link.issuedById,
      token_sha256: link.tokenHash,
      created_at: new Date(link.createdAtMs),
      expires_at: new Date(link.expiresAtMs),
    })
    .execute();
}

/** The link that was not used yet, expired or not. */
export async function findUnusedResetLink(queryable: Queryable, tokenHash: Buffer): Promise<ResetLink | null> {
  const row = await queryable
    .tables<IdentityTables>()
    .selectFrom('identity_reset_links')
    .select(['reset_link_id', 'user_id', 'expires_at'])
    .where('token_sha256', '=', tokenHash)
    .where('used_at', 'is', null)
    .executeTakeFirst();
  return row ? { id: row.reset_link_id, userId: row.user_id, expiresAtMs: row.expires_at } : null;
}

/** Uses one link up; false when another call was faster. */
export async function markResetLinkUsed(tx: Transaction, resetLinkId: string, usedAtMs: number): Promise<boolean> {
  const row = await tx
    .tables<IdentityTables>()
    .updateTable('identity_reset_links')
    .set({ used_at: new Date(usedAtMs) })
    .where('reset_link_id', '=', resetLinkId)
    .where('used_at', 'is', null)
    .returning('reset_link_id')
    .executeTakeFirst();
  return row !== undefined;
}

/** Ends every link of a person that was not used: after a new password, or when a newer link is made. */
export async function endResetLinksOfUser(tx: Transaction, userId: string, atMs: number): Promise<void> {
  await tx
    .tables<IdentityTables>()
    .updateTable('identity_reset_links')
    .set({ used_at: new Date(atMs) })
    .where('user_id', '=', userId)
    .where('used_at', 'is', null)
    .execute();
}

export async function deleteOldResetLinks(queryable: Queryable, beforeMs: number): Promise<void> {
  const links = queryable.tables<IdentityTables>().deleteFrom('identity_reset_links');
  await links.where('expires_at', '<', instant(beforeMs)).execute();
}
