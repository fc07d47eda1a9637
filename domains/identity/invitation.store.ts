/** Invitations: SQL on identity_invitations. A link is found by the hash of its token; the token itself is never stored. */
import type { UserRole } from '#kernel';
import type { Queryable, Transaction } from '#platform/db';
import { instant } from './instant.store.ts';
import type { IdentityTables, Locale } from './tables.ts';

export interface Invitation {
  readonly id: string;
  readonly workspaceId: string;
  readonly email: string;
  readonly role: UserRole;
  readonly locale: Locale;
  readonly invitedBy: { readonly id: string; readonly name: string } | null;
  readonly createdAtMs: number;
  readonly sentAtMs: number;
  readonly expiresAtMs: number;
}

export const OPEN_INVITATIONS_MAX = 200; // Of one workspace; more is a list somebody bought.

/** Gives false when this address has an open invitation here already. */
export async function insertInvitation(
  tx: Transaction,
  invitation: Omit<Invitation, 'invitedBy' | 'sentAtMs'> & {
    readonly invitedById: string | null;
    readonly tokenHash: Buffer;
  },
): Promise<boolean> {
  const row = await tx
    .tables<IdentityTables>()
    .insertInto('identity_invitations')
    .values({
      invitation_id: invitation.id,
      workspace_id: invitation.workspaceId,
      email: invitation.email,
      role: invitation.role,
      locale: invitation.locale,
      invited_by: invitation.invitedById,
      token_sha256: invitation.tokenHash,
      created_at: new Date(invitation.createdAtMs),
      sent_at: new Date(invitation.createdAtMs),
      expires_at: new Date(invitation.expiresAtMs),
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('invitation_id')
    .executeTakeFirst();
  return row !== undefined;
}

/** Those of a workspace that nobody has answered, newest first. */
export async function listOpenInvitations(queryable: Queryable, workspaceId: string): Promise<Invitation[]> {
  const rows = await openRows(queryable)
    .where('invitation.workspace_id', '=', workspaceId)
    .orderBy('invitation.created_at', 'desc')
    .orderBy('invitation.invitation_id')
    .limit(OPEN_INVITATIONS_MAX)
    .execute();
  return rows.map(invitationOf);
}

/** An open one of this workspace. */
export async function findOpenInvitation(
  queryable: Queryable,
  workspaceId: string,
  invitationId: string,
): Promise<Invitation | null> {
  const row = await openRows(queryable)
    .where('invitation.workspace_id', '=', workspaceId)
    .where('invitation.invitation_id', '=', invitationId)
    .executeTakeFirst();
  return row ? invitationOf(row) : null;
}

/** The open one of a link, expired or not. */
export async function findInvitationByToken(queryable: Queryable, tokenHash: Buffer): Promise<Invitation | null> {
  const row = await openRows(queryable).where('invitation.token_sha256', '=', tokenHash).executeTakeFirst();
  return row ? invitationOf(row) : null;
}

/** Puts two uses of the same link in a line; false when it is not open any more. */
export async function lockOpenInvitation(tx: Transaction, invitationId: string): Promise<boolean> {
  const row = await tx
    .tables<IdentityTables>()
    .selectFrom('identity_invitations')
    .select('invitation_id')
    .where('invitation_id', '=', invitationId)
    .where('accepted_at', 'is', null)
    .where('revoked_at', 'is', null)
    .forUpdate()
    .executeTakeFirst();
  return row !== undefined;
}

/** Replaces the link and who stands behind it. */
export async function renewOpenInvitation(
  tx: Transaction,
  renewal: {
    readonly invitationId: string;
    readonly invitedById: string;
    readonly tokenHash: Buffer;
    readonly sentAtMs: number;
    readonly expiresAtMs: number;
  },
): Promise<void> {
  await tx
    .tables<IdentityTables>()
    .updateTable('identity_invitations')
    .set({
      token_sha256: renewal.tokenHash,
      invited_by: renewal.invitedById,
      sent_at: new Date(renewal.sentAtMs),
      expires_at: new Date(renewal.expiresAtMs),
    })
    .where('invitation_id', '=', renewal.invitationId)
    .execute();
}

export async function endInvitation(
  tx: Transaction,
  end: { readonly invitationId: string; readonly how: 'accepted' | 'revoked'; readonly atMs: number },
): Promise<void> {
  const at = new Date(end.atMs);
  await tx
    .tables<IdentityTables>()
    .updateTable('identity_invitations')
    .set(end.how === 'accepted' ? { accepted_at: at } : { revoked_at: at })
    .where('invitation_id', '=', end.invitationId)
    .execute();
}

/** Forgets what was answered, taken back or ran out before `beforeMs`. */
export async function deleteOldInvitations(queryable: Queryable, beforeMs: number): Promise<void> {
  const invitations = queryable.tables<IdentityTables>().deleteFrom('identity_invitations');
  await invitations.where('expires_at', '<', instant(beforeMs)).execute();
}

function openRows(queryable: Queryable) {
  return queryable
    .tables<IdentityTables>()
    .selectFrom('identity_invitations as invitation')
    .leftJoin('identity_users as inviter', 'inviter.user_id', 'invitation.invited_by')
    .select(['invitation.invitation_id', 'invitation.workspace_id', 'invitation.email', 'invitation.role'])
    .select(['invitation.locale', 'invitation.invited_by', 'invitation.created_at', 'invitation.sent_at'])
    .select(['invitation.expires_at', 'inviter.name as inviter_name'])
    .where('invitation.accepted_at', 'is', null)
    .where('invitation.revoked_at', 'is', null);
}

function invitationOf(row: {
  invitation_id: string;
  workspace_id: string;
  email: string;
  role: UserRole;
  locale: Locale;
  invited_by: string | null;
  inviter_name: string | null;
  created_at: number;
  sent_at: number;
  expires_at: number;
}): Invitation {
  return {
    id: row.invitation_id,
    workspaceId: row.workspace_id,
    email: row.email,
    role: row.role,
    locale: row.locale,
    invitedBy: row.invited_by === null ? null : { id: row.invited_by, name: row.inviter_name ?? '' },
    createdAtMs: row.created_at,
    sentAtMs: row.sent_at,
    expiresAtMs: row.expires_at,
  };
}
