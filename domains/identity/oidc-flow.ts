/**
 * A sign-in on its way to the provider and back. The browser holds one random token in an httpOnly cookie; nonce and PKCE
 * verifier are derived from it, so that the table keeps hashes only, and an answer serves the browser that asked, once,
 * within ten minutes (RFC 9700 section 4.7 and 4.5).
 */
import { createHmac } from 'node:crypto';
import { type Result, ok, refuse } from '#kernel';
import type { Platform } from '#platform/domain';
import type { ReplyFacts, RequestFacts } from '#platform/http';
import { addressGroup } from './attempt.ts';
import { type FlowSecrets, oidcProviderOf, type ProviderClaims, type RedeemRefusal } from './oidc.adapter.ts';
import { insertFlow, type OidcFlow, takeFlow } from './oidc-flow.store.ts';
import { redirectUriOf } from './oidc-settings.ts';
import { hashToken, newSessionToken } from './token.ts';

const FLOW_MS = 10 * 60_000;
const FLOW_COOKIE = 'cactus_oidc';
const PATH_LENGTH_MAX = 1_000;
const TOKEN = /^[\w-]{43}$/;

export type BeginRefusal = 'oidc_off' | 'oidc_address_wrong' | 'oidc_too_many' | 'oidc_provider_unreachable';
export type FinishRefusal = 'oidc_off' | 'oidc_state_lost' | 'oidc_cancelled' | 'oidc_provider_refused' | RedeemRefusal;

export interface FlowWish {
  readonly returnPath: string;
  /** Links the account to the person of this session instead of signing in. */
  readonly sessionId?: string;
  /** Accepts the invitation with this link; its token stays with the browser. */
  readonly invitationToken?: string;
}

/** Opens a flow and gives the address to send the browser to. */
export async function beginFlow(
  platform: Platform,
  exchange: { readonly request: RequestFacts; readonly reply: ReplyFacts },
  wish: FlowWish,
): Promise<Result<string, BeginRefusal>> {
  const provider = oidcProviderOf(platform);
  if (!provider) return refuse('oidc_off');
  const { request, reply } = exchange;
  const redirectUri = redirectUriOf(platform.config.publicUrl, request.origin);
  if (!redirectUri.ok) return redirectUri;
  const browserToken = newSessionToken();
  const secrets = flowSecrets(newSessionToken(), browserToken);
  const url = await provider.authorizationUrl(redirectUri.value, secrets);
  if (!url.ok) {
    const { issuer } = provider.settings;
    platform.telemetry.log.warn('oidc: the provider cannot be reached', { issuer, reason: url.details['reason'] });
    return url;
  }
  const nowMs = platform.clock();
  const flow = {
    stateHash: hashToken(secrets.state),
    browserHash: hashToken(browserToken),
    sessionId: wish.sessionId ?? null,
    invitationHash: wish.invitationToken === undefined ? null : hashToken(wish.invitationToken),
    returnPath: wish.returnPath,
    redirectUri: redirectUri.value,
    address: addressGroup(request.ip),
    expiresAtMs: nowMs + FLOW_MS,
  };
  if (!(await insertFlow(platform.db, flow, nowMs))) return refuse('oidc_too_many');
  reply.setCookie(FLOW_COOKIE, browserToken, { maxAgeSeconds: FLOW_MS / 1000 });
  return ok(url.value.href);
}

export interface FinishedFlow {
  readonly flow: OidcFlow;
  readonly outcome: Result<ProviderClaims, FinishRefusal>;
}

/** Takes the answer of the provider: only from the browser that asked, once. Gives the flow too, when it was one. */
export async function finishFlow(
  platform: Platform,
  exchange: { readonly request: RequestFacts; readonly reply: ReplyFacts },
  answer: Readonly<Record<string, unknown>>,
): Promise<FinishedFlow | null> {
  const { request, reply } = exchange;
  const provider = oidcProviderOf(platform);
  const browserToken = request.cookies[FLOW_COOKIE];
  if (browserToken === undefined) return null;
  const state = answer['state'];
  if (!provider || !TOKEN.test(browserToken) || typeof state !== 'string') return null;
  const key = { stateHash: hashToken(state), browserHash: hashToken(browserToken) };
  const flow = await takeFlow(platform.db, key, platform.clock());
  if (!flow) return null;
  reply.clearCookie(FLOW_COOKIE);
  if (typeof answer['error'] === 'string') {
    const isHerChoice = answer['error'] === 'access_denied';
    return { flow, outcome: refuse(isHerChoice ? 'oidc_cancelled' : 'oidc_provider_refused') };
  }
  const outcome = await provider.redeem(answerUrl(flow, answer), flowSecrets(state, browserToken));
  if (!outcome.ok) {
    const { issuer } = provider.settings;
    const { reason } = outcome.details;
    platform.telemetry.log.warn('oidc: the answer of the provider was refused', { issuer, code: outcome.code, reason });
  }
  return { flow, outcome };
}

/** A path of this app to go to; anything else, such as another site, is its first page. */
export function safePath(wanted: string | undefined): string {
  if (wanted === undefined || wanted.length > PATH_LENGTH_MAX) return '/';
  const here = 'http://cactus.invalid';
  // Parsed as a browser parses it, so that what a browser drops or turns around is seen: tabs, backslashes, dots.
  const url = URL.parse(wanted, here);
  if (!url || url.origin !== here || /^\/+api(?:\/|$)/i.test(url.pathname) || url.pathname.startsWith('//')) return '/';
  return `${url.pathname}${url.search}${url.hash}`;
}

/** Nonce and verifier come from the browser's token: whoever reads the table cannot make them. */
function flowSecrets(state: string, browserToken: string): FlowSecrets {
  const derive = (purpose: string): string =>
    createHmac('sha256', browserToken).update(`${purpose} ${state}`).digest('base64url');
  return { state, nonce: derive('nonce'), codeVerifier: derive('pkce') };
}

/** The address the browser came back to, rebuilt on the redirect URI that was sent: what a proxy changed plays no part. */
function answerUrl(flow: OidcFlow, answer: Readonly<Record<string, unknown>>): URL {
  const url = new URL(flow.redirectUri);
  for (const [name, value] of Object.entries(answer)) {
    if (typeof value === 'string') url.searchParams.set(name, value);
  }
  return url;
}
