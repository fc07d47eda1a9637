/** A forgotten password over HTTP. */
import type { Platform } from '#platform/domain';
import type { Http } from '#platform/http';
import { CompleteReset, IssueReset, RequestReset } from './reset-contract.ts';
import { completeReset, issueReset, requestReset } from './reset.ts';

export function resetRoutes(http: Http, platform: Platform): void {
  http.route(RequestReset, async ({ body, request, reply }) => {
    const noted = await requestReset(platform, { email: body.email, ip: request.ip });
    const waitSeconds = noted.ok ? undefined : noted.details['retryAfterSeconds'];
    if (typeof waitSeconds === 'number') reply.setHeader('retry-after', String(waitSeconds));
    return noted;
  });

  http.route(CompleteReset, ({ body, request }) => completeReset(platform, { ...body, ip: request.ip }));

  http.route(IssueReset, ({ params, actor, request }) =>
    issueReset(platform, { actor, ip: request.ip }, params.userId),
  );
}
