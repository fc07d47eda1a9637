/** API tokens over HTTP. All of it is for persons: a token that could make tokens would outlive its own end. */
import { ok } from '#kernel';
import type { Platform } from '#platform/domain';
import type { Http } from '#platform/http';
import {
  CreateApiToken,
  ListAllApiTokens,
  ListApiTokens,
  ListApiTokenScopes,
  RevokeAnyApiToken,
  RevokeApiToken,
} from './api-token-contract.ts';
import { createApiToken, revokeApiToken, scopeCatalogue } from './api-token.ts';
import { listApiTokens } from './api-token.store.ts';

export function apiTokenRoutes(http: Http, platform: Platform): void {
  http.route(ListApiTokens, async ({ actor }) => {
    const tokens = await listApiTokens(platform.db, actor, platform.clock());
    return ok({ items: tokens.map(({ owner: _me, ...token }) => token) });
  });

  http.route(ListApiTokenScopes, ({ actor }) => {
    const mine = scopeCatalogue(platform.domains).filter(({ name }) => actor.permissions.has(name));
    const items = mine.map(({ name, summary, summaryEs }) => ({ name, summary, summaryEs: summaryEs ?? summary }));
    return Promise.resolve(ok({ items }));
  });

  http.route(CreateApiToken, ({ body, actor, request }) => createApiToken(platform, { actor, ip: request.ip }, body));

  http.route(RevokeApiToken, ({ params, actor, request }) =>
    revokeApiToken(platform, { actor, ip: request.ip }, { apiTokenId: params.apiTokenId, of: 'actor' }),
  );

  http.route(ListAllApiTokens, async ({ actor }) => {
    const scope = { workspaceId: actor.workspaceId, userId: null };
    return ok({ items: await listApiTokens(platform.db, scope, platform.clock()) });
  });

  http.route(RevokeAnyApiToken, ({ params, actor, request }) =>
    revokeApiToken(platform, { actor, ip: request.ip }, { apiTokenId: params.apiTokenId, of: 'anybody' }),
  );
}
