/** Turns the bearer token or the cookie of a request into its actor: one indexed query, or none within a few seconds. */
import type { Platform } from '#platform/domain';
import { type Actor, isBearer, type RequestFacts } from '#platform/http';
import { authenticateBearer, bearerOf } from './bearer.ts';
import { permissionsOfRole } from './permissions.ts';
import { rowScopeOf } from './row-scope.ts';
import { type KnownSession, sessionCacheOf } from './session-cache.ts';
import { PROOF_MS, SESSION_COOKIE, TOUCH_INTERVAL_MS } from './session.ts';
import { findLiveSession, type LiveSession, touchSession } from './session.store.ts';
import { hashToken } from './token.ts';

const TOKEN_LENGTH_MAX = 100; // Ours has 43 characters; longer text is not worth hashing.

/** The actor, or null for a stranger, an ended session, a disabled person or one who left the workspace. */
export async function authenticate(request: RequestFacts, platform: Platform): Promise<Actor | null> {
  if (isBearer(request.authorization)) {
    // Never falls back to the cookie: a request with a bearer token was not checked for forgery.
    const bearer = bearerOf(request.authorization);
    return bearer === null ? null : authenticateBearer(platform, bearer, request);
  }
  const token = request.cookies[SESSION_COOKIE];
  if (!token || token.length > TOKEN_LENGTH_MAX) return null;
  const tokenHash = hashToken(token);
  const session = await sessionCacheOf(platform).read(tokenHash, async () => {
    const found = await findLiveSession(platform.db, tokenHash, platform.clock());
    if (!found) return null;
    touchInBackground(platform, found);
    return { ...found, rows: await rowScopeOf(platform, found) };
  });
  return session && actorOf(platform, session);
}

function actorOf(platform: Platform, session: KnownSession): Actor {
  return {
    userId: session.userId,
    sessionId: session.id,
    workspaceId: session.workspaceId,
    role: session.role,
    permissions: permissionsOfRole(platform.domains, session.role),
    rows: session.rows,
    isRecentlyProved: platform.clock() - session.provedAtMs < PROOF_MS,
    lacksSecondFactor: session.lacksSecondFactor,
  };
}

/** The request does not wait for the note of when it came; a note that fails is written by the next request. */
function touchInBackground(platform: Platform, session: LiveSession): void {
  const nowMs = platform.clock();
  if (nowMs - session.lastSeenAtMs < TOUCH_INTERVAL_MS) return;
  touchSession(platform.db, session, nowMs).catch((cause: unknown) => {
    platform.telemetry.log.warn('session: last seen was not written', { sessionId: session.id, cause: String(cause) });
  });
}
