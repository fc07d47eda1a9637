/**
 * Short-lived JWTs for API clients: an API token is exchanged for one (like OAuth's client credentials, RFC 6749 section 4.4, as
 * JSON), and anybody can check it with the published keys (RFC 7517, RFC 9068). The names of the answer are OAuth's.
 */
import { z } from 'zod';
import { endpoint } from '#kernel';

const SCOPE_LENGTH_MAX = 8_000; // Every permission of the catalogue with room to spare.

export const ExchangeApiToken = endpoint({
  method: 'POST',
  path: '/api/auth/token',
  permission: 'public',
  summary: 'Exchanges an API token for a JWT of ten minutes. `scope` (words with a space between) narrows it further.',
  body: z.object({
    grant_type: z.literal('client_credentials'),
    /** The API token, `cact_…`. */
    client_secret: z.string().min(1).max(200),
    scope: z.string().max(SCOPE_LENGTH_MAX).optional(),
  }),
  response: z.object({
    access_token: z.string(),
    token_type: z.literal('Bearer'),
    expires_in: z.number(),
    scope: z.string(),
  }),
  holdsSecret: true,
  refusals: { credentials_wrong: 401, scope_not_yours: 422 },
});

export const ReadJwks = endpoint({
  method: 'GET',
  path: '/api/auth/jwks.json',
  permission: 'public',
  summary: 'The public keys that sign access JWTs (a JWK set). A retired key stays until its last JWT has ended.',
  response: z.object({
    keys: z.array(
      z.object({
        kid: z.string(),
        kty: z.literal('EC'),
        crv: z.literal('P-256'),
        x: z.string(),
        y: z.string(),
        alg: z.literal('ES256'),
        use: z.literal('sig'),
      }),
    ),
  }),
});
