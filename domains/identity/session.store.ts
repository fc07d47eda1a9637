/** Sessions: SQL on identity_sessions. A row is found by the hash of its token; the token itself is never stored. */
import type { UserRole } from '#kernel';
import type { Queryable, Transaction } from '#platform/db';
import { sessionExpiry } from './session.ts';
import { instant } from './instant.store.ts';
import type { IdentityTables } from './tables.ts';

export interface LiveSession {
  readonly id: string;
  readonly userId: string;
  readonly workspaceId: string;
  readonly role: UserRole;
  readonly createdAtMs: number;
  readonly lastSeenAtMs: number;
  /** When she last proved who she is: at sign-in, or since by a step-up. */
  readonly provedAtMs: number;
  /** Her role here needs a second factor and she has none. */
  readonly lacksSecondFactor: boolean;
}

export interface Device {
  readonly id: string;
  readonly ip: string;
  readonly userAgent: string;
  readonly createdAtMs: number;
  readonly lastSeenAtMs: number;
  readonly expiresAtMs: number;
}

const USER_AGENT_LENGTH_MAX = 300;
const SESSIONS_LISTED_MAX = 100; // Newest first; nobody has more devices.

export async function insertSession(
  tx: Transaction,
  session: {
    readonly id: string;
    readonly tokenHash: Buffer;
    readonly userId: string;
    readonly workspaceId: string;
    readonly createdAtMs: number;
    readonly ip: string;
    readonly userAgent: string;
  },
): Promise<void> {
  const expiry = sessionExpiry(session.createdAtMs, session.createdAtMs);
  await tx
    .tables<IdentityTables>()
    .insertInto('identity_sessions')
    .values({
      session_id: session.id,
      token_sha256: session.tokenHash,
      user_id: session.userId,
      workspace_id: session.workspaceId,
      created_at: new Date(session.createdAtMs),
      last_seen_at: new Date(session.createdAtMs),
      idle_expires_at: new Date(expiry.idleAtMs),
      absolute_expires_at: new Date(expiry.absoluteAtMs),
      ip: session.ip,
      user_agent: session.userAgent.slice(0, USER_AGENT_LENGTH_MAX),
    })
    .execute();
}

const LIVE_SESSION_SQL = `
  select session.session_id, session.user_id, session.workspace_id, session.created_at, session.last_seen_at, member.role,
    coalesce(session.proved_at, session.created_at) as proved_at,
    member.role = any(workspace.second_factor_roles)
      and not exists (select 1 from identity_passkeys passkey where passkey.user_id = session.user_id)
      and not exists (select 1 from identity_totp_keys totp
        where totp.user_id = session.user_id and totp.confirmed_at is not null) as lacks_second_factor
  from identity_sessions session
  join identity_users person on person.user_id = session.user_id and person.disabled_at is null
  join identity_members member on member.user_id = session.user_id and member.workspace_id = session.workspace_id
  join identity_workspaces workspace on workspace.workspace_id = session.workspace_id
  where session.token_sha256 = $1 and session.revoked_at is null
    and session.idle_expires_at > $2 and session.absolute_expires_at > $2`;

/** One prepared query per request: the session, its person (enabled) and her role in the session's workspace. */
export async function findLiveSession(
  queryable: Queryable,
  tokenHash: Buffer,
  nowMs: number,
): Promise<LiveSession | null> {
  const [row] = await queryable.prepared<{
    session_id: string;
    user_id: string;
    workspace_id: string;
    created_at: number;
    last_seen_at: number;
    role: UserRole;
    proved_at: number;
    lacks_second_factor: boolean;
  }>('identity.session.find', LIVE_SESSION_SQL, [tokenHash, new Date(nowMs)]);
  if (!row) return null;
  return {
    id: row.session_id,
    userId: row.user_id,
    workspaceId: row.workspace_id,
    role: row.role,
    createdAtMs: row.created_at,
    lastSeenAtMs: row.last_seen_at,
    provedAtMs: row.proved_at,
    lacksSecondFactor: row.lacks_second_factor,
  };
}

const PLACES_MAX = 500; // Of one person in a month; more would be a program.

/** Where a person's sessions came from, those that ended too. */
export async function listSessionPlaces(
  queryable: Queryable,
  userId: string,
): Promise<readonly { readonly ip: string; readonly userAgent: string }[]> {
  const rows = await queryable
    .tables<IdentityTables>()
    .selectFrom('identity_sessions')
    .select(['ip', 'user_agent'])
    .distinct()
    .where('user_id', '=', userId)
    .limit(PLACES_MAX)
    .execute();
  return rows.map(({ ip, user_agent }) => ({ ip, userAgent: user_agent }));
}

/** Moves "last seen" and the idle end forward; loses against a newer touch. */
export async function touchSession(queryable: Queryable, session: LiveSession, nowMs: number): Promise<void> {
  const expiry = sessionExpiry(session.createdAtMs, nowMs);
  await queryable
    .tables<IdentityTables>()
    .updateTable('identity_sessions')
    .set({ last_seen_at: new Date(nowMs), idle_expires_at: new Date(expiry.idleAtMs) })
    .where('session_id', '=', session.id)
    .where('last_seen_at', '<', instant(nowMs))
    .execute();
}

export async function listDevices(queryable: Queryable, userId: string, nowMs: number): Promise<Device[]> {
  const rows = await queryable
    .tables<IdentityTables>()
    .selectFrom('identity_sessions')
    .select(['session_id', 'ip', 'user_agent', 'created_at', 'last_seen_at', 'idle_expires_at'])
    .where('user_id', '=', userId)
    .where('revoked_at', 'is', null)
    .where('idle_expires_at', '>', instant(nowMs))
    .orderBy('last_seen_at', 'desc')
    .limit(SESSIONS_LISTED_MAX)
    .execute();
  return rows.map((row) => ({
    id: row.session_id,
    ip: row.ip,
    userAgent: row.user_agent,
    createdAtMs: row.created_at,
    lastSeenAtMs: row.last_seen_at,
    expiresAtMs: row.idle_expires_at,
  }));
}

/** Where this person looked last, so that she comes back to it. */
export async function findLastWorkspaceId(queryable: Queryable, userId: string): Promise<string | null> {
  const row = await queryable
    .tables<IdentityTables>()
    .selectFrom('identity_sessions')
    .select('workspace_id')
    .where('user_id', '=', userId)
    .orderBy('last_seen_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.workspace_id ?? null;
}

/** Closes one open session of this person; false when she has no such session. */
export async function revokeSession(
  tx: Transaction,
  scope: { readonly userId: string; readonly sessionId: string },
  nowMs: number,
): Promise<boolean> {
  const row = await tx
    .tables<IdentityTables>()
    .updateTable('identity_sessions')
    .set({ revoked_at: new Date(nowMs) })
    .where('session_id', '=', scope.sessionId)
    .where('user_id', '=', scope.userId)
    .where('revoked_at', 'is', null)
    .returning('session_id')
    .executeTakeFirst();
  return row !== undefined;
}

/** Closes every open session of a person but one (null keeps none); gives their ids. */
export async function revokeSessionsOfUser(
  tx: Transaction,
  scope: { readonly userId: string; readonly keptSessionId: string | null },
  nowMs: number,
): Promise<readonly string[]> {
  let update = tx
    .tables<IdentityTables>()
    .updateTable('identity_sessions')
    .set({ revoked_at: new Date(nowMs) })
    .where('user_id', '=', scope.userId)
    .where('revoked_at', 'is', null);
  if (scope.keptSessionId !== null) update = update.where('session_id', '!=', scope.keptSessionId);
  const rows = await update.returning('session_id').execute();
  return rows.map((row) => row.session_id);
}

/** Replaces the token of a session: the old cookie opens nothing from now on. */
export async function rotateToken(tx: Transaction, sessionId: string, tokenHash: Buffer): Promise<void> {
  const sessions = tx.tables<IdentityTables>().updateTable('identity_sessions');
  await sessions.set({ token_sha256: tokenHash }).where('session_id', '=', sessionId).execute();
}

export async function moveSession(tx: Transaction, sessionId: string, workspaceId: string): Promise<void> {
  const sessions = tx.tables<IdentityTables>().updateTable('identity_sessions');
  await sessions.set({ workspace_id: workspaceId }).where('session_id', '=', sessionId).execute();
}

/** Open sessions that look at a workspace, to be moved before it goes. */
export async function listSessionsInWorkspace(
  tx: Transaction,
  workspaceId: string,
): Promise<readonly { readonly sessionId: string; readonly userId: string }[]> {
  const rows = await tx
    .tables<IdentityTables>()
    .selectFrom('identity_sessions')
    .select(['session_id', 'user_id'])
    .where('workspace_id', '=', workspaceId)
    .where('revoked_at', 'is', null)
    .orderBy('session_id')
    .execute();
  return rows.map((row) => ({ sessionId: row.session_id, userId: row.user_id }));
}

/** Forgets sessions that ended before `beforeMs`; gives how many. */
export async function deleteEndedSessions(queryable: Queryable, beforeMs: number): Promise<number> {
  const ended = await queryable
    .tables<IdentityTables>()
    .deleteFrom('identity_sessions')
    .where((column) =>
      column.or([column('revoked_at', '<', instant(beforeMs)), column('idle_expires_at', '<', instant(beforeMs))]),
    )
    .executeTakeFirst();
  return Number(ended.numDeletedRows);
}
