/** What the operator does from the command line, where there is no actor: she has the data in her hands anyway. */
import { type Result, refuse, ok, type UserRole } from '#kernel';
import type { Platform } from '#platform/domain';
import { createInvitation } from './invitation.ts';
import { urlOfLink } from './link.ts';
import { listWorkspaces } from './workspace.store.ts';

const WORKSPACES_READ_MAX = 1_000; // An installation holds a handful.

type InviteRefusal =
  | 'workspace_not_found'
  | 'workspace_ambiguous'
  | 'already_member'
  | 'already_invited'
  | 'invitations_full'
  | 'role_above_yours';

/** Invites an e-mail into a real workspace, the only one unless it is named by name or id; gives the link. */
export async function inviteAsOperator(
  platform: Platform,
  wish: { readonly email: string; readonly role: UserRole; readonly workspace: string | null },
): Promise<Result<{ url: string; workspaceName: string; expiresAtMs: number; isMailed: boolean }, InviteRefusal>> {
  const real = (await listWorkspaces(platform.db, WORKSPACES_READ_MAX)).filter(({ kind }) => kind === 'real');
  const named =
    wish.workspace === null ? real : real.filter(({ id, name }) => [id, name].includes(wish.workspace ?? ''));
  const [workspace, another] = named;
  if (!workspace) return refuse('workspace_not_found', { workspaces: real.map(({ name }) => name) });
  if (another) return refuse('workspace_ambiguous', { workspaces: named.map(({ id, name }) => `${name} (${id})`) });
  const sent = await createInvitation(platform, { doer: null, workspaceId: workspace.id }, wish);
  if (!sent.ok) return sent;
  const { path, isMailed, invitation } = sent.value;
  const { expiresAtMs } = invitation;
  return ok({ url: urlOfLink(platform, path), workspaceName: workspace.name, expiresAtMs, isMailed });
}
