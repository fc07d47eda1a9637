/** Signing in and out, and my devices. */
import { ok, refuse } from '#kernel';
import type { Platform } from '#platform/domain';
import type { Actor, Http } from '#platform/http';
import { appendAudit } from './audit.store.ts';
import { ListSessions, RevokeOtherSessions, RevokeSession, SignIn, SignOut } from './contract.ts';
import { announceClosed, clearSessionCookie, closeSessions, sendSessionCookie } from './open-session.ts';
import { forgetSessionsAfterCommit } from './session-cache.ts';
import { listDevices, revokeSession } from './session.store.ts';
import { STEP_COOKIE, STEP_MS } from './sign-in-step.ts';
import { signIn } from './sign-in.ts';

export function sessionRoutes(http: Http, platform: Platform): void {
  http.route(SignIn, async ({ body, actor, request, reply }) => {
    const opened = await signIn(platform, { credentials: body, request, previous: actor });
    if (!opened.ok) {
      const waitSeconds = opened.details['retryAfterSeconds'];
      if (typeof waitSeconds === 'number') reply.setHeader('retry-after', String(waitSeconds));
      return opened;
    }
    if ('stepToken' in opened.value) {
      reply.setCookie(STEP_COOKIE, opened.value.stepToken, { maxAgeSeconds: STEP_MS / 1000 });
      return refuse('second_step_required', { methods: opened.value.methods });
    }
    const { token, ...session } = opened.value;
    sendSessionCookie(reply, token);
    return ok(session);
  });

  http.route(SignOut, async ({ actor, request, reply }) => {
    await closeSession(platform, actor, { sessionId: actor.sessionId, ip: request.ip });
    clearSessionCookie(reply);
    return ok(undefined);
  });

  http.route(ListSessions, async ({ actor }) => {
    const devices = await listDevices(platform.db, actor.userId, platform.clock());
    return ok({ items: devices.map((device) => ({ ...device, isCurrent: device.id === actor.sessionId })) });
  });

  http.route(RevokeOtherSessions, async ({ actor, request }) => {
    await platform.db.transaction(async (tx) => {
      const scope = { workspaceId: actor.workspaceId, userId: actor.userId, keptSessionId: actor.sessionId };
      await closeSessions(platform, tx, scope);
      await appendAudit(tx, {
        workspaceId: actor.workspaceId,
        action: 'identity.session.others_closed',
        subject: actor.userId,
        userId: actor.userId,
        ip: request.ip,
        atMs: platform.clock(),
      });
    });
    return ok(undefined);
  });

  http.route(RevokeSession, async ({ params, actor, request, reply }) => {
    const isClosed = await closeSession(platform, actor, { sessionId: params.sessionId, ip: request.ip });
    if (!isClosed) return refuse('session_not_found');
    if (params.sessionId === actor.sessionId) clearSessionCookie(reply);
    return ok(undefined);
  });
}

async function closeSession(
  platform: Platform,
  actor: Actor,
  { sessionId, ip }: { readonly sessionId: string; readonly ip: string },
): Promise<boolean> {
  return platform.db.transaction(async (tx) => {
    const isClosed = await revokeSession(tx, { userId: actor.userId, sessionId }, platform.clock());
    if (!isClosed) return false;
    announceClosed(tx, actor, [sessionId]);
    forgetSessionsAfterCommit(platform, tx);
    await appendAudit(tx, {
      workspaceId: actor.workspaceId,
      action: 'identity.session.closed',
      subject: sessionId,
      userId: actor.userId,
      ip,
      atMs: platform.clock(),
    });
    return true;
  });
}
