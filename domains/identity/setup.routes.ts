/** First run over HTTP. */
import { ok } from '#kernel';
import type { Platform } from '#platform/domain';
import type { Http } from '#platform/http';
import { CompleteSetup, ReadSetup } from './contract.ts';
import { sendSessionCookie } from './open-session.ts';
import { completeSetup, readSetupState } from './setup.ts';

export function setupRoutes(http: Http, platform: Platform): void {
  http.route(ReadSetup, async ({ request, actor }) =>
    ok({ ...(await readSetupState(platform, request)), isSignedIn: actor !== null }),
  );

  http.route(CompleteSetup, async ({ body, request, reply }) => {
    const done = await completeSetup(platform, body, request);
    if (!done.ok) return done;
    const { token, ...created } = done.value;
    sendSessionCookie(reply, token);
    return ok(created);
  });
}
