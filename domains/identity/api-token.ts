/**
 * API tokens: a person lends a program part of what she may do, in one workspace and for a time. What it may do is decided
 * at each use (its scopes as far as her role holds them then), so a demotion reaches her tokens too.
 */
import { DAY_MS, type Result, ok, refuse } from '#kernel';
import type { Domain, PermissionDefinition, Platform } from '#platform/domain';
import type { Actor } from '#platform/http';
import { API_TOKENS_PER_PERSON_MAX, ApiTokenCreated, ApiTokenRevoked } from './api-token-contract.ts';
import { hintOf, newApiToken } from './api-token-format.ts';
import {
  type ApiToken,
  countLiveApiTokens,
  insertApiToken,
  type LiveApiToken,
  revokeLiveApiToken,
} from './api-token.store.ts';
import { appendAudit } from './audit.store.ts';
import { permissionCatalogue, permissionsOfRole } from './permissions.ts';
import { forgetSessionsAfterCommit, type KnownApiToken } from './session-cache.ts';
import { hashToken } from './token.ts';
import type { Doer } from './user.ts';
import { lockMembership } from './user.store.ts';

/**
 * No token carries these: every endpoint of theirs needs a person (a test compares them with the routes), or they say whose
 * rows a role reaches, which a token takes from its owner.
 */
const NEVER_SCOPES: ReadonlySet<string> = new Set([
  'identity.rows.all',
  'identity.rows.team',
  'identity.api_tokens.create',
  'identity.api_tokens.read',
  'identity.api_tokens.revoke',
  'identity.users.create',
  'identity.security.update',
  'identity.workspaces.remove',
  'identity.teams.update',
  'identity.manager_changes.create',
  'identity.manager_changes.decide',
]);

/** What a token can carry at all, of every domain. */
export function scopeCatalogue(domains: readonly Domain[]): readonly PermissionDefinition[] {
  return permissionCatalogue(domains).filter(({ name }) => !NEVER_SCOPES.has(name));
}

/** What a token may do now: its scopes, as far as the role of its owner holds them today. */
export function permissionsOfToken(
  domains: readonly Domain[],
  token: Pick<LiveApiToken, 'role' | 'scopes'>,
): ReadonlySet<string> {
  const held = permissionsOfRole(domains, token.role);
  return new Set(token.scopes.filter((scope) => held.has(scope)));
}

/** Makes a token for the actor herself. The secret is in the answer and nowhere else. */
export async function createApiToken(
  platform: Platform,
  doer: Doer,
  input: { readonly name: string; readonly scopes: readonly string[]; readonly expiresInDays: number },
): Promise<Result<{ readonly apiToken: ApiToken; readonly secret: string }, 'scope_not_yours' | 'api_tokens_full'>> {
  const { actor, ip } = doer;
  const scopes = [...new Set(input.scopes)].toSorted();
  const known = new Set<string>(scopeCatalogue(platform.domains).map(({ name }) => name));
  const strange = scopes.find((scope) => !known.has(scope) || !actor.permissions.has(scope));
  if (strange !== undefined) return refuse('scope_not_yours', { scope: strange });
  const { workspaceId, userId } = actor;
  const secret = newApiToken();
  const createdAtMs = platform.clock();
  const apiToken: ApiToken = {
    id: platform.newId(),
    name: input.name,
    hint: hintOf(secret),
    scopes,
    createdAtMs,
    expiresAtMs: createdAtMs + input.expiresInDays * DAY_MS,
    lastUsedAtMs: null,
    lastUsedIp: null,
  };
  return platform.db.transaction(async (tx) => {
    // Two at once queue here, so that the limit holds.
    await lockMembership(tx, workspaceId, userId);
    const count = await countLiveApiTokens(tx, { workspaceId, userId }, createdAtMs);
    if (count >= API_TOKENS_PER_PERSON_MAX) return refuse('api_tokens_full', { countMax: API_TOKENS_PER_PERSON_MAX });
    await insertApiToken(tx, { ...apiToken, workspaceId, userId, tokenHash: hashToken(secret) });
    const payload = { apiTokenId: apiToken.id, userId, expiresAtMs: apiToken.expiresAtMs };
    tx.emit(ApiTokenCreated, { workspaceId, subjectId: apiToken.id, payload });
    await appendAudit(tx, {
      workspaceId,
      action: 'identity.api_token.created',
      subject: apiToken.id,
      userId,
      ip,
      atMs: createdAtMs,
      details: { name: input.name, scopes: scopes.join(' ') },
    });
    return ok({ apiToken, secret });
  });
}

/** Takes a token of the actor's workspace back: one of her own, or with `ofAnybody` any. Another workspace's does not exist. */
export async function revokeApiToken(
  platform: Platform,
  doer: Doer,
  which: { readonly apiTokenId: string; readonly of: 'actor' | 'anybody' },
): Promise<Result<undefined, 'api_token_not_found'>> {
  const { actor, ip } = doer;
  const { workspaceId } = actor;
  const { apiTokenId } = which;
  const atMs = platform.clock();
  return platform.db.transaction(async (tx) => {
    const scope = { apiTokenId, workspaceId, userId: which.of === 'actor' ? actor.userId : null };
    const revoked = await revokeLiveApiToken(tx, scope, atMs);
    if (!revoked) return refuse('api_token_not_found');
    tx.emit(ApiTokenRevoked, { workspaceId, subjectId: apiTokenId, payload: { apiTokenId, userId: revoked.userId } });
    forgetSessionsAfterCommit(platform, tx);
    await appendAudit(tx, {
      workspaceId,
      action: 'identity.api_token.revoked',
      subject: apiTokenId,
      userId: actor.userId,
      ip,
      atMs,
      details: { name: revoked.name, ownerId: revoked.userId },
    });
    return ok(undefined);
  });
}

/** Who asks with this token. */
export function actorOfToken(domains: readonly Domain[], token: KnownApiToken): Actor {
  return {
    userId: token.userId,
    sessionId: token.id,
    apiTokenId: token.id,
    workspaceId: token.workspaceId,
    role: token.role,
    permissions: permissionsOfToken(domains, token),
    rows: token.rows,
  };
}
