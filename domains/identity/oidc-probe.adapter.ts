/**
 * Questions to the provider that need nobody at a browser: is it there, does it know our redirect URI, does it know our
 * secret. By the standard an authorization with `prompt=none` must come back to the redirect URI at once, and a made-up code
 * must be refused as `invalid_grant` by a provider that accepted the client.
 */
import type { Clock } from '#kernel';
import type * as client from 'openid-client';
import { discover, isClientRefused, isErrorAnswer, library, reasonOf } from './oidc.adapter.ts';
import type { OidcClientSettings } from './oidc-settings.ts';

const PROBE_MS_MAX = 8_000;
const PAGE_LENGTH_MAX = 200_000; // The page of an error is read to find its code.
const KNOWN_ERRORS =
  /redirect_uri_mismatch|invalid_redirect_uri|invalid_client|unauthorized_client|deleted_client|disabled_client|org_internal|access_denied|invalid_request/;

export interface Discovered {
  readonly configuration: client.Configuration;
  /** How far this machine's clock is ahead; null when the provider did not tell its time. */
  readonly clockAheadMs: number | null;
}

/** Reads the discovery page, and the clock of the provider with it. Gives the reason when it cannot. */
export async function probeDiscovery(
  settings: OidcClientSettings,
  clock: Clock,
): Promise<Discovered | { readonly reason: string }> {
  let clockAheadMs: number | null = null;
  try {
    const configuration = await discover(settings, async (url, options) => {
      const askedAtMs = clock();
      const answer = await fetch(url, options as RequestInit);
      const toldAtMs = Date.parse(answer.headers.get('date') ?? '');
      // The provider looked at its clock between question and answer.
      if (Number.isFinite(toldAtMs)) clockAheadMs = (askedAtMs + clock()) / 2 - toldAtMs;
      return answer;
    });
    return { configuration, clockAheadMs };
  } catch (cause) {
    return { reason: reasonOf(cause) };
  }
}

export type RedirectVerdict =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string };

/** Whether the provider knows this client id with this redirect URI. */
export async function probeRedirect(
  configuration: client.Configuration,
  redirectUri: string,
): Promise<RedirectVerdict> {
  const openid = await library();
  const url = openid.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri,
    scope: 'openid',
    response_type: 'code',
    prompt: 'none',
    state: openid.randomState(),
    nonce: openid.randomNonce(),
    code_challenge: await openid.calculatePKCECodeChallenge(openid.randomPKCECodeVerifier()),
    code_challenge_method: 'S256',
  });
  try {
    const answer = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(PROBE_MS_MAX) });
    const location = answer.headers.get('location');
    if (location === null) return pageVerdict(answer.status, await answer.text());
    const to = new URL(location, url);
    if (to.href.startsWith(`${redirectUri}?`)) return comeBackVerdict(to.searchParams.get('error'));
    return elsewhereVerdict(to);
  } catch (cause) {
    return { kind: 'unknown', reason: reasonOf(cause) };
  }
}

/** Coming back is what matters; nobody is signed in there, so an error about that is the right answer. */
function comeBackVerdict(error: string | null): RedirectVerdict {
  const isAboutPerson = error === null || /^(?:login|interaction|consent|account_selection)_required$/.test(error);
  return isAboutPerson ? { kind: 'accepted' } : { kind: 'refused', reason: error };
}

function pageVerdict(status: number, page: string): RedirectVerdict {
  const [known] = KNOWN_ERRORS.exec(page.slice(0, PAGE_LENGTH_MAX)) ?? [];
  if (status >= 400 && status < 500) return { kind: 'refused', reason: known ?? `status ${status}` };
  return { kind: 'unknown', reason: known ?? `status ${status}` };
}

/** Google shows its own error page, with the code inside an encoded parameter. */
function elsewhereVerdict(to: URL): RedirectVerdict {
  const encoded = to.searchParams.get('authError') ?? '';
  const words = `${to.href} ${Buffer.from(encoded, 'base64url').toString('latin1')}`;
  const [known] = KNOWN_ERRORS.exec(words) ?? [];
  if (known !== undefined || /\/error\b/.test(to.pathname))
    return { kind: 'refused', reason: known ?? 'an error page' };
  return { kind: 'unknown', reason: `it leads to ${to.origin}${to.pathname}` };
}

/** Whether the provider accepts our secret: a made-up code is refused only after the client was let in. */
export async function probeSecret(configuration: client.Configuration, redirectUri: string): Promise<RedirectVerdict> {
  try {
    const openid = await library();
    await openid.genericGrantRequest(configuration, 'authorization_code', {
      code: `made-up-by-cactus-doctor-${openid.randomState()}`,
      redirect_uri: redirectUri,
      code_verifier: openid.randomPKCECodeVerifier(),
    });
    return { kind: 'unknown', reason: 'a made-up code was accepted' };
  } catch (cause) {
    if (isClientRefused(cause)) return { kind: 'refused', reason: 'invalid_client' };
    if (!isErrorAnswer(cause)) return { kind: 'unknown', reason: reasonOf(cause) };
    if (cause.error === 'invalid_grant') return { kind: 'accepted' };
    return { kind: cause.status < 500 ? 'refused' : 'unknown', reason: cause.error };
  }
}
