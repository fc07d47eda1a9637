/** Opening, replacing and closing sessions inside a caller's transaction, with their cookie and events. */
import type { Transaction } from '#platform/db';
import type { Platform } from '#platform/domain';
import type { ReplyFacts, RequestFacts } from '#platform/http';
import { SessionRevoked } from './contract.ts';
import { forgetSessionsAfterCommit } from './session-cache.ts';
import { SESSION_ABSOLUTE_MS, SESSION_COOKIE } from './session.ts';
import { insertSession, revokeSessionsOfUser, rotateToken } from './session.store.ts';
import { hashToken, newSessionToken } from './token.ts';

/** Creates a session under a new token and gives the token, for `sendSessionCookie` after the commit. */
export async function openSession(
  platform: Platform,
  tx: Transaction,
  session: { readonly userId: string; readonly workspaceId: string; readonly request: RequestFacts },
): Promise<{ readonly token: string; readonly sessionId: string }> {
  const token = newSessionToken();
  const sessionId = platform.newId();
  await insertSession(tx, {
    id: sessionId,
    tokenHash: hashToken(token),
    userId: session.userId,
    workspaceId: session.workspaceId,
    createdAtMs: platform.clock(),
    ip: session.request.ip,
    userAgent: session.request.userAgent,
  });
  return { token, sessionId };
}

/** Gives the session another token: what was known before the change of privilege opens nothing after it. */
export async function replaceToken(platform: Platform, tx: Transaction, sessionId: string): Promise<string> {
  const token = newSessionToken();
  await rotateToken(tx, sessionId, hashToken(token));
  forgetSessionsAfterCommit(platform, tx);
  return token;
}

/** Closes every session of a person, or all but one, and tells the sockets of each. */
export async function closeSessions(
  platform: Platform,
  tx: Transaction,
  scope: { readonly workspaceId: string; readonly userId: string; readonly keptSessionId: string | null },
): Promise<void> {
  const sessionIds = await revokeSessionsOfUser(tx, scope, platform.clock());
  announceClosed(tx, scope, sessionIds);
  forgetSessionsAfterCommit(platform, tx);
}

/** Tells every process that these sessions are over. */
export function announceClosed(
  tx: Transaction,
  scope: { readonly workspaceId: string; readonly userId: string },
  sessionIds: readonly string[],
): void {
  for (const sessionId of sessionIds) {
    const payload = { sessionId, userId: scope.userId };
    tx.emit(SessionRevoked, { workspaceId: scope.workspaceId, subjectId: sessionId, payload });
  }
}

export function sendSessionCookie(reply: ReplyFacts, token: string): void {
  reply.setCookie(SESSION_COOKIE, token, { maxAgeSeconds: SESSION_ABSOLUTE_MS / 1000 });
}

export function clearSessionCookie(reply: ReplyFacts): void {
  reply.clearCookie(SESSION_COOKIE);
}
