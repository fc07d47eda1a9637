/**
 * The OpenID provider as seen from here (OpenID Connect Core 1.0, RFC 7636, RFC 9207), on openid-client. Its discovery page
 * is read at the first use, never at start. Tokens live inside `redeem` and are neither kept nor logged.
 */
import { type Clock, type Result, ok, refuse } from '#kernel';
import type { Platform } from '#platform/domain';
import type * as client from 'openid-client';
import { GOOGLE_ISSUER, type OidcClientSettings, switchedOn } from './oidc-settings.ts';
import type { IdentitySettings } from './settings.ts';

const TIMEOUT_SECONDS = 8; // A person waits in front of an empty page; a provider that needs longer is down.
const KNOWN_MS = 60 * 60_000; // Addresses of a provider change once in years; an hour is soon enough to follow.
const SCOPE = 'openid email profile';

/** What the provider says about the person who was there. */
export interface ProviderClaims {
  readonly issuer: string;
  readonly subject: string;
  readonly email: string | null;
  readonly isEmailVerified: boolean;
  readonly name: string | null;
  readonly locale: string | null;
  /** Google: the company domain that manages the account. */
  readonly hostedDomain: string | null;
}

/** What ties an answer to the browser that asked; see oidc-flow.ts. */
export interface FlowSecrets {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

export type RedeemRefusal = 'oidc_provider_unreachable' | 'oidc_misconfigured' | 'oidc_answer_invalid';

export class OidcProvider {
  readonly settings: OidcClientSettings;
  readonly #clock: Clock;
  #known: { readonly configuration: Promise<client.Configuration>; readonly untilMs: number } | null = null;

  constructor(settings: OidcClientSettings, clock: Clock) {
    this.settings = settings;
    this.#clock = clock;
  }

  /** Where to send the browser. Fails as `oidc_provider_unreachable` when the discovery page cannot be read. */
  async authorizationUrl(redirectUri: string, secrets: FlowSecrets): Promise<Result<URL, 'oidc_provider_unreachable'>> {
    const openid = await library();
    let configuration: client.Configuration;
    try {
      configuration = await this.#configuration();
    } catch (cause) {
      return refuse('oidc_provider_unreachable', { reason: reasonOf(cause) });
    }
    const url = openid.buildAuthorizationUrl(configuration, {
      redirect_uri: redirectUri,
      scope: SCOPE,
      response_type: 'code',
      code_challenge: await openid.calculatePKCECodeChallenge(secrets.codeVerifier),
      code_challenge_method: 'S256',
      state: secrets.state,
      nonce: secrets.nonce,
      // With several accounts in the browser the person says which one, instead of being signed in as the wrong one.
      ...(knowsAccountChoice(configuration) ? { prompt: 'select_account' } : {}),
    });
    return ok(url);
  }

  /**
   * Exchanges the code for who was there: state, issuer, nonce, audience, times and the signature of the id token are
   * checked. `url` is the address the browser came back to.
   */
  async redeem(url: URL, secrets: FlowSecrets): Promise<Result<ProviderClaims, RedeemRefusal>> {
    const openid = await library();
    try {
      const configuration = await this.#configuration();
      const tokens = await openid.authorizationCodeGrant(configuration, url, {
        pkceCodeVerifier: secrets.codeVerifier,
        expectedState: secrets.state,
        expectedNonce: secrets.nonce,
        idTokenExpected: true,
      });
      const idToken = tokens.claims();
      if (!idToken) return refuse('oidc_answer_invalid', { reason: 'no id token' });
      // Small providers put the e-mail on their user page only.
      const hasUserPage = configuration.serverMetadata().userinfo_endpoint !== undefined;
      const more =
        idToken['email'] === undefined && hasUserPage
          ? await openid.fetchUserInfo(configuration, tokens.access_token, idToken.sub)
          : {};
      return ok(claimsOf({ ...more, ...idToken }, idToken));
    } catch (cause) {
      return refuse(refusalOf(cause), { reason: reasonOf(cause) });
    }
  }

  /** One question at a time; a failure is forgotten at once, so that the next person asks again. */
  #configuration(): Promise<client.Configuration> {
    const known = this.#known;
    if (known && known.untilMs > this.#clock()) return known.configuration;
    const configuration = discover(this.settings);
    const entry = { configuration, untilMs: this.#clock() + KNOWN_MS };
    this.#known = entry;
    configuration.catch(() => {
      if (this.#known === entry) this.#known = null;
    });
    return configuration;
  }
}

/** Loaded by the first question to a provider. */
export const library = (): Promise<typeof client> => import('openid-client');

const providers = new WeakMap<Platform, OidcProvider | null>();

/** The provider of this install; null when none is switched on. */
export function oidcProviderOf(platform: Platform): OidcProvider | null {
  let provider = providers.get(platform);
  if (provider === undefined) {
    const settings = switchedOn(platform.config.section<IdentitySettings>('identity').oidc);
    provider = settings && new OidcProvider(settings, platform.clock);
    providers.set(platform, provider);
  }
  return provider;
}

/** Reads the discovery page. Throws what openid-client throws; `fetch` may be replaced to look at the answers. */
export async function discover(
  settings: OidcClientSettings,
  fetch?: client.CustomFetch,
): Promise<client.Configuration> {
  const openid = await library();
  const issuer = new URL(settings.issuer);
  return openid.discovery(issuer, settings.clientId, undefined, clientAuth(openid, settings.clientSecret), {
    timeout: TIMEOUT_SECONDS,
    execute: [
      // By the standard TLS to the provider may stand in for the signature; we check the signature as well.
      openid.enableNonRepudiationChecks,
      // The settings allow http for a provider on this machine only.
      ...(issuer.protocol === 'http:' ? [openid.allowInsecureRequests] : []),
    ],
    ...(fetch ? { [openid.customFetch]: fetch } : {}),
  });
}

/** `client_secret_basic` is the standard's default; `client_secret_post` only where the provider knows nothing else. */
function clientAuth(openid: typeof client, secret: string): client.ClientAuth {
  const basic = openid.ClientSecretBasic(secret);
  const post = openid.ClientSecretPost(secret);
  return (server, metadata, body, headers) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    return (methods.includes('client_secret_basic') ? basic : post)(server, metadata, body, headers);
  };
}

/** Providers refuse a `prompt` they do not list; Google knows it and lists none. */
function knowsAccountChoice(configuration: client.Configuration): boolean {
  const { issuer, prompt_values_supported: prompts } = configuration.serverMetadata();
  return issuer === GOOGLE_ISSUER || (Array.isArray(prompts) && prompts.includes('select_account'));
}

function claimsOf(
  claims: Readonly<Record<string, unknown>>,
  idToken: { readonly iss: string; readonly sub: string },
): ProviderClaims {
  const text = (name: string): string | null => {
    const value = claims[name];
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
  };
  return {
    issuer: idToken.iss,
    subject: idToken.sub,
    email: text('email'),
    // Some providers send the word instead of the truth value.
    isEmailVerified: claims['email_verified'] === true || claims['email_verified'] === 'true',
    name: text('name'),
    locale: text('locale'),
    hostedDomain: text('hd'),
  };
}

const UNREACHABLE_CODES = new Set(['OAUTH_TIMEOUT', 'OAUTH_RESPONSE_IS_NOT_CONFORM', 'OAUTH_RESPONSE_IS_NOT_JSON']);

function refusalOf(cause: unknown): RedeemRefusal {
  if (isClientRefused(cause)) return 'oidc_misconfigured';
  if (isErrorAnswer(cause)) {
    if (cause.status >= 500) return 'oidc_provider_unreachable';
    return cause.error === 'invalid_grant' ? 'oidc_answer_invalid' : 'oidc_misconfigured';
  }
  if (cause instanceof TypeError) return 'oidc_provider_unreachable'; // What `fetch` throws when nobody answers.
  return UNREACHABLE_CODES.has(codeOf(cause) ?? '') ? 'oidc_provider_unreachable' : 'oidc_answer_invalid';
}

/** Why, in words that hold no token: the code of the standard or of the library, never the body. */
export function reasonOf(cause: unknown): string {
  if (isErrorAnswer(cause) || isRefusedByProvider(cause)) return cause.error.slice(0, 80);
  const below = cause instanceof Error ? codeOf(cause.cause) : undefined;
  const message = cause instanceof Error ? cause.message : 'unknown';
  return [message.slice(0, 120), codeOf(cause), below].filter((part) => part !== undefined).join(', ');
}

/** By their codes, which are public: the classes would load the library where nobody signs in with a provider. */
export function isErrorAnswer(cause: unknown): cause is client.ResponseBodyError {
  return codeOf(cause) === 'OAUTH_RESPONSE_BODY_ERROR';
}

/** The provider does not let our client in. */
export function isClientRefused(cause: unknown): boolean {
  return codeOf(cause) === 'OAUTH_WWW_AUTHENTICATE_CHALLENGE';
}

function isRefusedByProvider(cause: unknown): cause is client.AuthorizationResponseError {
  return codeOf(cause) === 'OAUTH_AUTHORIZATION_RESPONSE_ERROR';
}

function codeOf(cause: unknown): string | undefined {
  if (typeof cause !== 'object' || cause === null || !('code' in cause)) return undefined;
  return typeof cause.code === 'string' ? cause.code : undefined;
}
