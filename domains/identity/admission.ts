/**
 * The one door into a session: whoever proved who she is, by whichever way, comes in here. The session that the browser
 * had before ends, the token is new, and the sign-in is in the audit and the event log with its way.
 */
import { type Result, ok, refuse } from '#kernel';
import type { Transaction } from '#platform/db';
import type { Platform } from '#platform/domain';
import type { Actor, RequestFacts } from '#platform/http';
import { appendAudit } from './audit.store.ts';
import { SessionOpened } from './contract.ts';
import { announceClosed, openSession } from './open-session.ts';
import { forgetSessionsAfterCommit } from './session-cache.ts';
import { findLastWorkspaceId, revokeSession } from './session.store.ts';
import type { SignInMethod } from './sign-in-method.ts';
import { tellUnfamiliar } from './unfamiliar-sign-in.ts';
import type { User } from './user.store.ts';
import { listWorkspacesOfUser } from './workspace.store.ts';

export type AdmissionRefusal = 'user_disabled' | 'workspace_missing';

export interface Admission {
  readonly user: Pick<User, 'id' | 'isDisabled'>;
  /** How she proved who she is; kept in audit and event. */
  readonly method: SignInMethod;
  readonly request: RequestFacts;
  /** Whoever the browser was before; that session ends, so a planted one gains nothing. */
  readonly previous: Actor | null;
  /** What else belongs to this sign-in, in the same transaction. */
  readonly alongside?: (tx: Transaction) => Promise<void>;
}

/** Opens a session under a token never seen before, in the workspace she used last. */
export async function admitPerson(
  platform: Platform,
  { user, method, request, previous, alongside }: Admission,
): Promise<Result<{ userId: string; workspaceId: string; token: string }, AdmissionRefusal>> {
  if (user.isDisabled) return refuse('user_disabled');
  const workspaces = await listWorkspacesOfUser(platform.db, user.id);
  const lastWorkspaceId = await findLastWorkspaceId(platform.db, user.id);
  const workspace = workspaces.find(({ id }) => id === lastWorkspaceId) ?? workspaces[0];
  if (!workspace) return refuse('workspace_missing');
  return platform.db.transaction(async (tx) => {
    if (previous) {
      const scope = { userId: previous.userId, sessionId: previous.sessionId };
      if (await revokeSession(tx, scope, platform.clock())) announceClosed(tx, previous, [previous.sessionId]);
      forgetSessionsAfterCommit(platform, tx);
    }
    await alongside?.(tx);
    await tellUnfamiliar(platform, tx, { userId: user.id, workspaceId: workspace.id, request });
    const opened = await openSession(platform, tx, { userId: user.id, workspaceId: workspace.id, request });
    tx.emit(SessionOpened, {
      workspaceId: workspace.id,
      subjectId: opened.sessionId,
      payload: { sessionId: opened.sessionId, userId: user.id, method },
    });
    await appendAudit(tx, {
      workspaceId: workspace.id,
      action: 'identity.session.opened',
      subject: user.id,
      userId: user.id,
      ip: request.ip,
      atMs: platform.clock(),
      details: { method },
    });
    return ok({ userId: user.id, workspaceId: workspace.id, token: opened.token });
  });
}
