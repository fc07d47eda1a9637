/** The signed-in person: what the shell shows of her, and her own changes. */
import { assert, type OutputOf, type Result, ok, refuse } from '#kernel';
import type { Platform } from '#platform/domain';
import type { Actor } from '#platform/http';
import { appendAudit } from './audit.store.ts';
import type { ReadMe } from './contract.ts';
import { closeSessions, replaceToken } from './open-session.ts';
import { hashPassword, requireStrongPassword, TooBusy } from './password.ts';
import { permissionsOfRole } from './permissions.ts';
import { checkPassword } from './sign-in.ts';
import type { Doer } from './user.ts';
import { findUser, updatePasswordHash, updateProfile } from './user.store.ts';
import { listWorkspacesOfUser } from './workspace.store.ts';

export type Me = OutputOf<(typeof ReadMe)['response']>;

/** Reads the person with her role here; `workspaceId` may be newer than the actor's. */
export async function readMe(platform: Platform, actor: Actor, workspaceId = actor.workspaceId): Promise<Me> {
  const user = await findUser(platform.db, actor.userId);
  const workspaces = await listWorkspacesOfUser(platform.db, actor.userId);
  const current = workspaces.find(({ id }) => id === workspaceId);
  assert(user && current, 'me: an actor is a member of her workspace');
  const { role, ...workspace } = current;
  return {
    user: { id: user.id, email: user.email, name: user.name, locale: user.locale, timeZone: user.timeZone },
    sessionId: actor.sessionId,
    role,
    lacksSecondFactor: actor.lacksSecondFactor ?? false,
    permissions: [...(actor.apiTokenId ? actor.permissions : permissionsOfRole(platform.domains, role))].toSorted(),
    workspace,
    workspaces,
  };
}

/** Changes name, language or time zone. */
export async function changeProfile(
  platform: Platform,
  actor: Actor,
  change: Parameters<typeof updateProfile>[2],
): Promise<void> {
  await platform.db.transaction(async (tx) => {
    const before = await findUser(tx, actor.userId);
    assert(before, 'me: an actor exists');
    await updateProfile(tx, actor.userId, change);
    const fields = Object.entries(change).filter(([, value]) => value !== undefined);
    await appendAudit(tx, {
      workspaceId: actor.workspaceId,
      action: 'identity.user.profile_changed',
      subject: actor.userId,
      atMs: platform.clock(),
      before: { name: before.name, locale: before.locale, timeZone: before.timeZone },
      after: Object.fromEntries(fields),
    });
  });
}

/** Changes the password after checking the current one; every other session closes and this one gets a new token. */
export async function changePassword(
  platform: Platform,
  doer: Doer,
  change: { readonly currentPassword: string; readonly newPassword: string },
): Promise<
  Result<{ readonly token: string }, 'credentials_wrong' | 'password_too_weak' | 'sign_in_blocked' | 'too_busy'>
> {
  const { actor, ip } = doer;
  const user = await findUser(platform.db, actor.userId);
  assert(user, 'me: an actor exists');
  const credentials = { email: user.email, password: change.currentPassword };
  const checked = await checkPassword(platform, { credentials, ip, passwordHash: user.passwordHash });
  if (!checked.ok) return checked;
  const strong = requireStrongPassword(change.newPassword, user);
  if (!strong.ok) return strong;
  let passwordHash: string;
  try {
    passwordHash = await hashPassword(platform, change.newPassword);
  } catch (cause) {
    if (cause instanceof TooBusy) return refuse('too_busy');
    throw cause;
  }
  return platform.db.transaction(async (tx) => {
    await updatePasswordHash(tx, user.id, passwordHash);
    await closeSessions(platform, tx, {
      workspaceId: actor.workspaceId,
      userId: user.id,
      keptSessionId: actor.sessionId,
    });
    const token = await replaceToken(platform, tx, actor.sessionId);
    await appendAudit(tx, {
      workspaceId: actor.workspaceId,
      action: 'identity.user.password_changed',
      subject: user.id,
      userId: user.id,
      ip,
      atMs: platform.clock(),
    });
    return ok({ token });
  });
}
