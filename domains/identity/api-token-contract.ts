/**
 * API tokens to the outside: making one (shown once), mine, everybody's, and taking them back. A token acts as its owner in
 * one workspace, with the scopes it was given as far as her role still holds them.
 */
import { z } from 'zod';
import { endpoint, event } from '#kernel';

export const API_TOKEN_DAYS_MAX = 365; // A leaked token dies within a year; there is none that lives for ever.
export const API_TOKEN_DAYS_DEFAULT = 90;
export const API_TOKENS_PER_PERSON_MAX = 50; // One per program; the list is one page.
const NAME_LENGTH_MAX = 80;
const SCOPES_MAX = 200; // More than the catalogue holds.

const Id = z.uuid();

const ApiToken = z.object({
  id: Id,
  name: z.string(),
  /** Last characters of the secret, to tell two tokens apart. */
  hint: z.string(),
  scopes: z.array(z.string()),
  createdAtMs: z.number(),
  expiresAtMs: z.number(),
  lastUsedAtMs: z.number().nullable(),
  lastUsedIp: z.string().nullable(),
});

const Params = z.object({ apiTokenId: Id });

export const ListApiTokens = endpoint({
  method: 'GET',
  path: '/api/api-tokens',
  permission: 'session',
  summary: 'My API tokens in this workspace that still work, newest first. Their secret is never shown again.',
  response: z.object({ items: z.array(ApiToken) }),
});

export const ListApiTokenScopes = endpoint({
  method: 'GET',
  path: '/api/api-token-scopes',
  permission: 'identity.api_tokens.create',
  caller: 'person',
  summary: 'The permissions I can give to an API token of mine.',
  response: z.object({ items: z.array(z.object({ name: z.string(), summary: z.string(), summaryEs: z.string() })) }),
});

export const CreateApiToken = endpoint({
  method: 'POST',
  path: '/api/api-tokens',
  permission: 'identity.api_tokens.create',
  caller: 'person',
  summary: 'Makes an API token and answers with its secret, this one time.',
  body: z.object({
    name: z.string().trim().min(1).max(NAME_LENGTH_MAX),
    scopes: z.array(z.string().max(100)).min(1).max(SCOPES_MAX),
    expiresInDays: z.number().int().min(1).max(API_TOKEN_DAYS_MAX).default(API_TOKEN_DAYS_DEFAULT),
  }),
  response: z.object({ apiToken: ApiToken, secret: z.string() }),
  status: 201,
  holdsSecret: true,
  stepUp: true,
  refusals: { scope_not_yours: 422, api_tokens_full: 409 },
});

export const RevokeApiToken = endpoint({
  method: 'DELETE',
  path: '/api/api-tokens/:apiTokenId',
  permission: 'session',
  summary: 'Takes one of my API tokens back; it opens nothing from now on, nor do the JWTs made from it.',
  params: Params,
  status: 204,
  refusals: { api_token_not_found: 404 },
});

export const ListAllApiTokens = endpoint({
  method: 'GET',
  path: '/api/workspace/api-tokens',
  permission: 'identity.api_tokens.read',
  caller: 'person',
  summary: 'Every API token of the workspace that still works, with its owner, newest first.',
  response: z.object({
    items: z.array(ApiToken.extend({ owner: z.object({ id: Id, name: z.string(), isDisabled: z.boolean() }) })),
  }),
});

export const RevokeAnyApiToken = endpoint({
  method: 'DELETE',
  path: '/api/workspace/api-tokens/:apiTokenId',
  permission: 'identity.api_tokens.revoke',
  caller: 'person',
  summary: 'Takes anybody’s API token of this workspace back.',
  params: Params,
  status: 204,
  refusals: { api_token_not_found: 404 },
});

const EXAMPLE = {
  apiTokenId: '01975f3c-7a00-7000-8000-000000000004',
  userId: '01975f3c-7a00-7000-8000-000000000002',
};

export const ApiTokenCreated = event({
  name: 'identity.api_token.created',
  version: 1,
  summary: 'A person made an API token.',
  permission: 'identity.api_tokens.read',
  schema: z.object({ apiTokenId: Id, userId: Id, expiresAtMs: z.number() }),
  example: { ...EXAMPLE, expiresAtMs: 1_790_000_000_000 },
});

export const ApiTokenRevoked = event({
  name: 'identity.api_token.revoked',
  version: 1,
  summary: 'An API token was taken back; open sockets of it must close.',
  permission: 'identity.api_tokens.read',
  schema: z.object({ apiTokenId: Id, userId: Id }),
  example: EXAMPLE,
});
