/**
 * Access JWTs (RFC 9068): ten minutes, for one person in one workspace with some scopes, made from an API token. What it names
 * is looked up again at every use, so a revoked token, a disabled person or a lost role refuses it at once.
 */
import { type Result, ok, refuse } from '#kernel';
import type { Platform } from '#platform/domain';
import { permissionsOfToken } from './api-token.ts';
import type { KnownApiToken } from './session-cache.ts';
import { ACCESS_JWT_MS, keyRingOf, SIGNING_ALGORITHM } from './signing-key.ts';

export const ACCESS_JWT_AUDIENCE = 'cactus-api';
const TYPE = 'at+jwt';
const UUID = /^[0-9a-f-]{36}$/;

/** What an intact, living JWT says. Whether its token and person still stand is another question. */
export interface AccessClaims {
  readonly apiTokenId: string;
  readonly userId: string;
  readonly workspaceId: string;
  readonly scopes: readonly string[];
}

/** `iss`: the address of this installation, or its kind when it has none. */
export function issuerOf(platform: Platform): string {
  return platform.config.publicUrl ?? 'urn:cactus';
}

/** Signs a JWT for what the token may do now, or for the part of it that is asked for. */
export async function issueAccessJwt(
  platform: Platform,
  token: KnownApiToken,
  wanted: string | undefined,
): Promise<Result<{ readonly jwt: string; readonly lifeMs: number; readonly scope: string }, 'scope_not_yours'>> {
  const held = permissionsOfToken(platform.domains, token);
  const asked = wanted === undefined ? null : wanted.split(' ').filter((word) => word !== '');
  const strange = asked?.find((scope) => !held.has(scope));
  if (strange !== undefined) return refuse('scope_not_yours', { scope: strange });
  const scope = [...new Set(asked ?? held)].toSorted().join(' ');
  const { kid, key } = await keyRingOf(platform).signing();
  const nowMs = platform.clock();
  // Never longer than the token it comes from.
  const lifeMs = Math.min(ACCESS_JWT_MS, token.expiresAtMs - nowMs);
  const { SignJWT } = await import('jose'); // Loaded by who uses JWTs, not by every start.
  const jwt = await new SignJWT({ scope, workspace: token.workspaceId, client_id: token.id })
    .setProtectedHeader({ alg: SIGNING_ALGORITHM, typ: TYPE, kid })
    .setIssuer(issuerOf(platform))
    .setAudience(ACCESS_JWT_AUDIENCE)
    .setSubject(token.userId)
    .setJti(platform.newId())
    .setIssuedAt(new Date(nowMs))
    .setExpirationTime(new Date(nowMs + lifeMs))
    .sign(key);
  return ok({ jwt, lifeMs, scope });
}

/** True for text that can only be meant as a JWT. */
export function isJwtText(text: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]*$/.test(text);
}

/**
 * The claims of an intact JWT of ours, or null. The algorithm is ours and never the header's, the key is found by its id among
 * our own and never taken from the token.
 */
export async function verifyAccessJwt(platform: Platform, jwt: string): Promise<AccessClaims | null> {
  const { errors, jwtVerify } = await import('jose');
  try {
    const { payload } = await jwtVerify(
      jwt,
      async ({ kid }) => {
        const found = kid === undefined ? null : await keyRingOf(platform).find(kid);
        if (!found) throw new errors.JWKSNoMatchingKey();
        return found.key;
      },
      {
        algorithms: [SIGNING_ALGORITHM],
        typ: TYPE,
        issuer: issuerOf(platform),
        audience: ACCESS_JWT_AUDIENCE,
        requiredClaims: ['exp', 'iat', 'sub', 'jti', 'client_id', 'workspace', 'scope'],
        currentDate: new Date(platform.clock()),
      },
    );
    const { sub, client_id: apiTokenId, workspace, scope } = payload;
    const ids = [sub, apiTokenId, workspace].filter((id): id is string => typeof id === 'string' && UUID.test(id));
    const [userId, tokenId, workspaceId] = ids;
    if (!userId || !tokenId || !workspaceId || typeof scope !== 'string') return null;
    return { userId, apiTokenId: tokenId, workspaceId, scopes: scope.split(' ').filter((word) => word !== '') };
  } catch (error) {
    if (error instanceof errors.JOSEError) return null;
    throw error;
  }
}
