/** Sign-in with a provider and linked accounts over HTTP. The browser travels by redirects, so a refusal is a page with `aviso`. */
import { ok, refuse } from '#kernel';
import type { Platform } from '#platform/domain';
import type { Actor, Http, ReplyFacts, RequestFacts } from '#platform/http';
import { readInvitationLink } from './invitation.ts';
import { INVITATION_PATH } from './link.ts';
import {
  linkAccount,
  offeredProvider,
  readLinkedAccounts,
  requireNoneLinked,
  unlinkAccount,
} from './linked-account.ts';
import { oidcApi } from './oidc-contract.ts';
import { acceptWithProvider } from './oidc-invitation.ts';
import { beginFlow, finishFlow, safePath } from './oidc-flow.ts';
import type { ProviderClaims } from './oidc.adapter.ts';
import { requireAllowedClaims, signInWithProvider } from './oidc-sign-in.ts';
import { sendSessionCookie } from './open-session.ts';
import type { IdentitySettings } from './settings.ts';
import { STEP_COOKIE, STEP_MS } from './sign-in-step.ts';

const SIGN_IN_PAGE = '/entrar';
const ACCOUNT_PAGE = '/ajustes/sesiones';
/** What the account page hears when the link was made. */
const LINKED = 'oidc_linked';

export function oidcRoutes(http: Http, platform: Platform): void {
  http.route(oidcApi.readOidc, async () => ok({ provider: offeredProvider(platform) }));

  http.route(oidcApi.startOidc, async ({ query, request, reply }) => {
    const returnPath = safePath(query.volver);
    const begun = await beginFlow(platform, { request, reply }, { returnPath });
    reply.setHeader('location', begun.ok ? begun.value : signInPage(begun.code, returnPath));
    return ok(undefined);
  });

  http.route(oidcApi.startInvited, async ({ body, request, reply }) => {
    const invited = await readInvitationLink(platform, body.token);
    if (!invited.ok) return invited;
    if (invited.value.hasAccount) return refuse('email_taken');
    const wish = { returnPath: INVITATION_PATH, invitationToken: body.token };
    const begun = await beginFlow(platform, { request, reply }, wish);
    return begun.ok ? ok({ url: begun.value }) : refuse(begun.code);
  });

  http.route(oidcApi.finishOidc, async ({ query, actor, request, reply }) => {
    const finished = await finishFlow(platform, { request, reply }, query);
    const visit = { request, reply, actor };
    reply.setHeader('location', finished ? await goOn(platform, finished, visit) : signInPage('oidc_state_lost', '/'));
    return ok(undefined);
  });

  http.route(oidcApi.listLinkedAccounts, async ({ actor }) => ok(await readLinkedAccounts(platform, actor.userId)));

  http.route(oidcApi.startLink, async ({ actor, request, reply }) => {
    const free = await requireNoneLinked(platform, actor.userId);
    if (!free.ok) return free;
    const wish = { returnPath: ACCOUNT_PAGE, sessionId: actor.sessionId };
    const begun = await beginFlow(platform, { request, reply }, wish);
    return begun.ok ? ok({ url: begun.value }) : refuse(begun.code);
  });

  http.route(oidcApi.unlink, async ({ params, actor, request }) => {
    const unlinked = await unlinkAccount(platform, { actor, ip: request.ip }, params.linkedAccountId);
    return unlinked.ok ? ok(undefined) : unlinked;
  });
}

interface Visit {
  readonly request: RequestFacts;
  readonly reply: ReplyFacts;
  readonly actor: Actor | null;
}

/** Where the browser goes after the provider's answer. */
async function goOn(
  platform: Platform,
  { flow, outcome }: NonNullable<Awaited<ReturnType<typeof finishFlow>>>,
  visit: Visit,
): Promise<string> {
  if (flow.sessionId !== null) {
    const linked = outcome.ok
      ? await link(platform, outcome.value, { ...visit, sessionId: flow.sessionId })
      : outcome.code;
    return `${ACCOUNT_PAGE}?aviso=${linked}`;
  }
  const { request, actor } = visit;
  if (flow.invitationHash !== null) {
    const accepted = outcome.ok
      ? await acceptWithProvider(
          platform,
          { claims: outcome.value, linkHash: flow.invitationHash },
          { request, previous: actor },
        )
      : outcome;
    if (!accepted.ok) return `${INVITATION_PATH}?aviso=${accepted.code}`;
    sendSessionCookie(visit.reply, accepted.value.token);
    return '/';
  }
  if (!outcome.ok) return signInPage(outcome.code, flow.returnPath);
  const signedIn = await signInWithProvider(platform, outcome.value, { request, previous: actor });
  if (!signedIn.ok) return signInPage(signedIn.code, flow.returnPath);
  if ('stepToken' in signedIn.value) {
    const { stepToken, methods } = signedIn.value;
    visit.reply.setCookie(STEP_COOKIE, stepToken, { maxAgeSeconds: STEP_MS / 1000 });
    return `${SIGN_IN_PAGE}?paso=${methods.join('.')}${backQuery(flow.returnPath)}`;
  }
  sendSessionCookie(visit.reply, signedIn.value.token);
  return flow.returnPath;
}

/** Only for the session that asked: somebody else's, or none, links nothing. */
async function link(
  platform: Platform,
  claims: ProviderClaims,
  { request, actor, sessionId }: Visit & { readonly sessionId: string },
): Promise<string> {
  if (actor?.sessionId !== sessionId) return 'oidc_state_lost';
  const settings = platform.config.section<IdentitySettings>('identity').oidc;
  const allowed = requireAllowedClaims(settings, claims);
  if (!allowed.ok) return allowed.code;
  const linked = await linkAccount(platform, { actor, ip: request.ip }, allowed.value);
  return linked.ok ? LINKED : linked.code;
}

function signInPage(code: string, returnPath: string): string {
  return `${SIGN_IN_PAGE}?aviso=${code}${backQuery(returnPath)}`;
}

function backQuery(returnPath: string): string {
  return returnPath === '/' ? '' : `&volver=${encodeURIComponent(returnPath)}`;
}
