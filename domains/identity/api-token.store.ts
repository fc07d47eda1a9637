/** API tokens: SQL on identity_api_tokens. A row is found by the hash of its token; the token itself is never stored. */
import type { UserRole } from '#kernel';
import type { Queryable, Transaction } from '#platform/db';
import { sql } from 'kysely';
import { instant } from './instant.store.ts';
import type { IdentityTables } from './tables.ts';

export interface ApiToken {
  readonly id: string;
  readonly name: string;
  readonly hint: string;
  readonly scopes: string[];
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  readonly lastUsedAtMs: number | null;
  readonly lastUsedIp: string | null;
}

export interface OwnedApiToken extends ApiToken {
  readonly owner: { readonly id: string; readonly name: string; readonly isDisabled: boolean };
}

/** A token that works now, with what its owner is in its workspace. */
export interface LiveApiToken {
  readonly id: string;
  readonly userId: string;
  readonly workspaceId: string;
  readonly role: UserRole;
  readonly scopes: readonly string[];
  readonly expiresAtMs: number;
  readonly lastUsedAtMs: number | null;
}

const LISTED_MAX = 1_000; // A workspace of twenty people with all their tokens.

export async function insertApiToken(
  tx: Transaction,
  token: {
    readonly id: string;
    readonly workspaceId: string;
    readonly userId: string;
    readonly name: string;
    readonly tokenHash: Buffer;
    readonly hint: string;
    readonly scopes: readonly string[];
    readonly createdAtMs: number;
    readonly expiresAtMs: number;
  },
): Promise<void> {
  await tx
    .tables<IdentityTables>()
    .insertInto('identity_api_tokens')
    .values({
      api_token_id: token.id,
      workspace_id: token.workspaceId,
      user_id: token.userId,
      name: token.name,
      token_sha256: token.tokenHash,
      hint: token.hint,
      scopes: [...token.scopes],
      created_at: new Date(token.createdAtMs),
      expires_at: new Date(token.expiresAtMs),
    })
    .execute();
}

/** Tokens of a person here that still work. */
export async function countLiveApiTokens(
  queryable: Queryable,
  owner: { readonly workspaceId: string; readonly userId: string },
  nowMs: number,
): Promise<number> {
  const { count } = await queryable
    .tables<IdentityTables>()
    .selectFrom('identity_api_tokens')
    .select((column) => column.fn.countAll<bigint>().as('count'))
    .where('workspace_id', '=', owner.workspaceId)
    .where('user_id', '=', owner.userId)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', instant(nowMs))
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Tokens of a workspace that still work, newest first; of one person when named. */
export async function listApiTokens(
  queryable: Queryable,
  scope: { readonly workspaceId: string; readonly userId: string | null },
  nowMs: number,
): Promise<OwnedApiToken[]> {
  let select = queryable
    .tables<IdentityTables>()
    .selectFrom('identity_api_tokens as token')
    .innerJoin('identity_users as person', 'person.user_id', 'token.user_id')
    .select(['token.api_token_id', 'token.name', 'token.hint', 'token.scopes', 'token.created_at', 'token.expires_at'])
    .select(['token.last_used_at', 'token.last_used_ip', 'token.user_id', 'person.disabled_at'])
    .select('person.name as owner_name')
    .where('token.workspace_id', '=', scope.workspaceId)
    .where('token.revoked_at', 'is', null)
    .where('token.expires_at', '>', instant(nowMs));
  if (scope.userId !== null) select = select.where('token.user_id', '=', scope.userId);
  const rows = await select
    .orderBy('token.created_at', 'desc')
    .orderBy('token.api_token_id')
    .limit(LISTED_MAX)
    .execute();
  return rows.map((row) => ({
    id: row.api_token_id,
    name: row.name,
    hint: row.hint,
    scopes: row.scopes,
    createdAtMs: row.created_at,
    expiresAtMs: row.expires_at,
    lastUsedAtMs: row.last_used_at,
    lastUsedIp: row.last_used_ip,
    owner: { id: row.user_id, name: row.owner_name, isDisabled: row.disabled_at !== null },
  }));
}

/** Takes a token of this workspace back (of one person when named); its owner and name, or null when there is none. */
export async function revokeLiveApiToken(
  tx: Transaction,
  scope: { readonly apiTokenId: string; readonly workspaceId: string; readonly userId: string | null },
  nowMs: number,
): Promise<{ readonly userId: string; readonly name: string } | null> {
  let update = tx
    .tables<IdentityTables>()
    .updateTable('identity_api_tokens')
    .set({ revoked_at: new Date(nowMs) })
    .where('api_token_id', '=', scope.apiTokenId)
    .where('workspace_id', '=', scope.workspaceId)
    .where('revoked_at', 'is', null);
  if (scope.userId !== null) update = update.where('user_id', '=', scope.userId);
  const row = await update.returning(['user_id', 'name']).executeTakeFirst();
  return row ? { userId: row.user_id, name: row.name } : null;
}

const LIVE_SQL = `
  select token.api_token_id, token.user_id, token.workspace_id, token.scopes, token.expires_at, token.last_used_at, member.role
  from identity_api_tokens token
  join identity_users person on person.user_id = token.user_id and person.disabled_at is null
  join identity_members member on member.user_id = token.user_id and member.workspace_id = token.workspace_id
  where token.revoked_at is null and token.expires_at > $2`;

interface LiveRow {
  readonly api_token_id: string;
  readonly user_id: string;
  readonly workspace_id: string;
  readonly scopes: string[];
  readonly expires_at: number;
  readonly last_used_at: number | null;
  readonly role: UserRole;
}

/** One prepared query: the token, its person (enabled) and her role in the token's workspace. */
export async function findLiveApiToken(
  queryable: Queryable,
  tokenHash: Buffer,
  nowMs: number,
): Promise<LiveApiToken | null> {
  const text = `${LIVE_SQL} and token.token_sha256 = $1`;
  const values = [tokenHash, new Date(nowMs)];
  const [row] = await queryable.prepared<LiveRow>('identity.api_token.find', text, values);
  return row ? liveOf(row) : null;
}

/** The same by its id, for the JWTs made from it. */
export async function findLiveApiTokenById(
  queryable: Queryable,
  apiTokenId: string,
  nowMs: number,
): Promise<LiveApiToken | null> {
  const text = `${LIVE_SQL} and token.api_token_id = $1`;
  const values = [apiTokenId, new Date(nowMs)];
  const [row] = await queryable.prepared<LiveRow>('identity.api_token.find_by_id', text, values);
  return row ? liveOf(row) : null;
}

/** Notes that it was used; loses against a note of the same minute. */
export async function touchApiToken(
  queryable: Queryable,
  use: { readonly apiTokenId: string; readonly ip: string; readonly atMs: number; readonly intervalMs: number },
): Promise<void> {
  await sql`
    update identity_api_tokens set last_used_at = ${instant(use.atMs)}, last_used_ip = ${use.ip}
    where api_token_id = ${use.apiTokenId}
      and (last_used_at is null or last_used_at <= ${instant(use.atMs - use.intervalMs)})`.execute(
    queryable.tables<IdentityTables>(),
  );
}

export interface EndingApiToken {
  readonly id: string;
  readonly workspaceId: string;
  readonly userId: string;
  readonly name: string;
  readonly hint: string;
  readonly expiresAtMs: number;
}

/** Live tokens of people who may sign in that end in the window; not those made for less time than `aheadMs` anyway. */
export async function listEndingApiTokens(
  queryable: Queryable,
  window: { readonly nowMs: number; readonly untilMs: number; readonly aheadMs: number },
): Promise<EndingApiToken[]> {
  const rows = await queryable
    .tables<IdentityTables>()
    .selectFrom('identity_api_tokens as token')
    .innerJoin('identity_users as person', 'person.user_id', 'token.user_id')
    .select([
      'token.api_token_id',
      'token.workspace_id',
      'token.user_id',
      'token.name',
      'token.hint',
      'token.expires_at',
    ])
    .where('person.disabled_at', 'is', null)
    .where('token.revoked_at', 'is', null)
    .where('token.expires_at', '>', instant(window.nowMs))
    .where('token.expires_at', '<=', instant(window.untilMs))
    .where(sql<boolean>`token.expires_at - token.created_at > ${window.aheadMs} * interval '1 millisecond'`)
    .orderBy('token.expires_at')
    .limit(LISTED_MAX)
    .execute();
  return rows.map((row) => ({
    id: row.api_token_id,
    workspaceId: row.workspace_id,
    userId: row.user_id,
    name: row.name,
    hint: row.hint,
    expiresAtMs: row.expires_at,
  }));
}

/** Forgets tokens that ended before `beforeMs`; gives how many. */
export async function deleteEndedApiTokens(queryable: Queryable, beforeMs: number): Promise<number> {
  const ended = await queryable
    .tables<IdentityTables>()
    .deleteFrom('identity_api_tokens')
    .where((column) =>
      column.or([column('revoked_at', '<', instant(beforeMs)), column('expires_at', '<', instant(beforeMs))]),
    )
    .executeTakeFirst();
  return Number(ended.numDeletedRows);
}

function liveOf(row: LiveRow): LiveApiToken {
  return {
    id: row.api_token_id,
    userId: row.user_id,
    workspaceId: row.workspace_id,
    role: row.role,
    scopes: row.scopes,
    expiresAtMs: row.expires_at,
    lastUsedAtMs: row.last_used_at,
  };
}
