/** Exchanging an API token for a JWT, and the keys to check one with. */
import { ok, refuse } from '#kernel';
import type { Platform } from '#platform/domain';
import type { Http } from '#platform/http';
import { ExchangeApiToken, ReadJwks } from './access-jwt-contract.ts';
import { issueAccessJwt } from './access-jwt.ts';
import { readApiToken } from './bearer.ts';
import { keyRingOf } from './signing-key.ts';

const JWKS_CACHE = 'public, max-age=300'; // A key signs at once after it is made; clients look again at an unknown id.

export function accessJwtRoutes(http: Http, platform: Platform): void {
  http.route(ExchangeApiToken, async ({ body, request }) => {
    const token = await readApiToken(platform, body.client_secret, request.ip);
    if (!token) return refuse('credentials_wrong');
    const issued = await issueAccessJwt(platform, token, body.scope);
    if (!issued.ok) return issued;
    const { jwt, lifeMs, scope } = issued.value;
    return ok({ access_token: jwt, token_type: 'Bearer' as const, expires_in: Math.floor(lifeMs / 1000), scope });
  });

  http.route(ReadJwks, async ({ reply }) => {
    const keys = await keyRingOf(platform).verifying();
    reply.setHeader('cache-control', JWKS_CACHE);
    return ok({
      keys: keys.map(({ kid, x, y }) => ({
        kid,
        kty: 'EC' as const,
        crv: 'P-256' as const,
        x,
        y,
        alg: 'ES256' as const,
        use: 'sig' as const,
      })),
    });
  });
}
