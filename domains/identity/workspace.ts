/** Workspaces of a person: switching among them, and removing the demo with everything in it. */
import { type Result, ok, refuse } from '#kernel';
import type { Transaction } from '#platform/db';
import type { Platform } from '#platform/domain';
import { appendAudit } from './audit.store.ts';
import { WorkspaceRemoved } from './contract.ts';
import { announceClosed, replaceToken } from './open-session.ts';
import { permissionsOfRole } from './permissions.ts';
import { forgetSessionsAfterCommit } from './session-cache.ts';
import { listSessionsInWorkspace, moveSession, revokeSession } from './session.store.ts';
import type { Doer } from './user.ts';
import { deleteWorkspaceRows, listWorkspacesOfUser, lockWorkspace } from './workspace.store.ts';

export type RemoveRefusal = 'workspace_not_found' | 'workspace_is_real' | 'workspace_is_your_only_one';

/**
 * Moves the session to another workspace of its person. Her role may change with it, so the session gets a new token,
 * which no process remembers under the old workspace.
 */
export async function switchWorkspace(
  platform: Platform,
  doer: Doer,
  workspaceId: string,
): Promise<Result<{ readonly token: string }, 'workspace_not_found'>> {
  const { actor } = doer;
  return platform.db.transaction(async (tx) => {
    const workspaces = await listWorkspacesOfUser(tx, actor.userId);
    const target = workspaces.find(({ id }) => id === workspaceId);
    if (!target) return refuse('workspace_not_found');
    await moveSession(tx, actor.sessionId, target.id);
    const token = await replaceToken(platform, tx, actor.sessionId);
    await appendAudit(tx, {
      workspaceId: target.id,
      action: 'identity.session.moved',
      subject: actor.sessionId,
      atMs: platform.clock(),
      before: { workspaceId: actor.workspaceId },
      after: { workspaceId: target.id },
    });
    return ok({ token });
  });
}

/**
 * Removes a demo workspace in one transaction: every domain deletes its own rows, people move to their real
 * workspace, and who has no other is signed out. Refuses a real workspace. Gives where the actor is now.
 */
export async function removeWorkspace(
  platform: Platform,
  doer: Doer,
  workspaceId: string,
): Promise<Result<{ readonly workspaceId: string }, RemoveRefusal>> {
  const { actor, ip } = doer;
  return platform.db.transaction(async (tx) => {
    const workspaces = await listWorkspacesOfUser(tx, actor.userId);
    const target = workspaces.find(({ id }) => id === workspaceId);
    const locked = await lockWorkspace(tx, workspaceId);
    const maySay = target && permissionsOfRole(platform.domains, target.role).has('identity.workspaces.remove');
    if (!locked || !maySay) return refuse('workspace_not_found');
    if (target.kind === 'real') return refuse('workspace_is_real');
    const next = workspaces.find(({ id }) => id !== workspaceId);
    if (!next) return refuse('workspace_is_your_only_one');
    await moveSessionsAway(platform, tx, workspaceId);
    for (const domain of platform.domains) await domain.removeWorkspace?.(tx, workspaceId);
    await platform.notify.removeWorkspace(tx, workspaceId);
    await platform.files.removeWorkspace(tx, workspaceId);
    await deleteWorkspaceRows(tx, workspaceId);
    tx.emit(WorkspaceRemoved, { workspaceId, subjectId: workspaceId, payload: { workspaceId, kind: target.kind } });
    await appendAudit(tx, {
      workspaceId: next.id,
      action: 'identity.workspace.removed',
      subject: workspaceId,
      userId: actor.userId,
      ip,
      atMs: platform.clock(),
      details: { name: target.name },
    });
    return ok({ workspaceId: actor.workspaceId === workspaceId ? next.id : actor.workspaceId });
  });
}

async function moveSessionsAway(platform: Platform, tx: Transaction, workspaceId: string): Promise<void> {
  const sessions = await listSessionsInWorkspace(tx, workspaceId);
  for (const { sessionId, userId } of sessions) {
    const next = (await listWorkspacesOfUser(tx, userId)).find(({ id }) => id !== workspaceId);
    if (next) {
      await moveSession(tx, sessionId, next.id);
      continue;
    }
    await revokeSession(tx, { userId, sessionId }, platform.clock());
    announceClosed(tx, { workspaceId, userId }, [sessionId]);
  }
  forgetSessionsAfterCommit(platform, tx);
}
