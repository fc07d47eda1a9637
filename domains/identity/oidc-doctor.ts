/** `cactus oauth doctor`: what stands between a person and signing in with the provider, and one thing to do about each. */
import type { Clock } from '#kernel';
import type { Config } from '#platform/config';
import { isIP } from 'node:net';
import {
  CALLBACK_PATH,
  GOOGLE_ISSUER,
  isLoopbackHost,
  type OidcClientSettings,
  type OidcSettings,
  switchedOn,
} from './oidc-settings.ts';
import { type Discovered, probeDiscovery, probeRedirect, probeSecret } from './oidc-probe.adapter.ts';
import type { IdentitySettings } from './settings.ts';

export interface OidcCheck {
  readonly name: string;
  readonly state: 'ok' | 'warning' | 'problem';
  readonly detail: string;
  readonly remedy: string | null;
}

export interface OidcDiagnosis {
  /** What to register at the provider, exactly; null when the address cannot be known. */
  readonly redirectUri: string | null;
  readonly checks: readonly OidcCheck[];
}

const CLOCK_OFF_MS_MAX = 30_000; // What the check of a token's times forgives.
/** Ends of names that no public certificate and no Google client can have. */
const PRIVATE_NAMES = /\.(?:local|lan|home|internal|intranet|corp|test|invalid)$/;

/** Looks at the settings, then asks the provider; changes nothing and signs nobody in. */
export async function diagnoseOidc(
  config: Pick<Config, 'publicUrl' | 'host' | 'port' | 'section'>,
  clock: Clock,
): Promise<OidcDiagnosis> {
  const settings = config.section<IdentitySettings>('identity').oidc;
  const address = checkAddress(config, settings);
  const { redirectUri } = address;
  const checks = [checkClient(settings), address.check, checkPeople(settings)];
  const client = switchedOn(settings);
  if (!client) return { redirectUri, checks };
  const discovered = await probeDiscovery(client, clock);
  if ('reason' in discovered) return { redirectUri, checks: [...checks, unreachable(client, discovered.reason)] };
  const reached: OidcCheck = { name: 'Provider', state: 'ok', detail: `${client.issuer} answers`, remedy: null };
  const asked = redirectUri === null ? [] : await askAbout(client, discovered, redirectUri);
  return { redirectUri, checks: [...checks, reached, checkClock(discovered.clockAheadMs), ...asked] };
}

function checkClient(settings: OidcSettings): OidcCheck {
  const name = 'Client';
  const missing = [
    ...(settings.clientId === null ? ['GOOGLE_CLIENT_ID (or CACTUS_IDENTITY_OIDC_CLIENT_ID)'] : []),
    ...(settings.clientSecret === null ? ['GOOGLE_CLIENT_SECRET (or CACTUS_IDENTITY_OIDC_CLIENT_SECRET)'] : []),
  ];
  if (missing.length > 0) {
    const remedy = 'Create an OAuth client of type "Web application" at the provider and set both values.';
    return { name, state: 'problem', detail: `not set: ${missing.join(', ')}; the button is not shown`, remedy };
  }
  const isOddForGoogle =
    settings.issuer === GOOGLE_ISSUER && !settings.clientId?.endsWith('.apps.googleusercontent.com');
  return {
    name,
    state: isOddForGoogle ? 'warning' : 'ok',
    detail: `id ${settings.clientId ?? ''}, secret set`,
    remedy: isOddForGoogle
      ? 'Ids of Google end in .apps.googleusercontent.com: was the secret pasted as the id?'
      : null,
  };
}

interface Address {
  readonly redirectUri: string | null;
  readonly check: OidcCheck;
}

function checkAddress(config: Pick<Config, 'publicUrl' | 'host' | 'port'>, settings: OidcSettings): Address {
  if (config.publicUrl !== null) return checkPublicUrl(new URL(config.publicUrl), settings);
  const name = 'Address';
  if (config.port === 0) {
    const remedy = 'Set CACTUS_PUBLIC_URL, or a fixed CACTUS_PORT.';
    const detail = 'the port is chosen anew at every start, so there is no address to register';
    return { redirectUri: null, check: { name, state: 'problem', detail, remedy } };
  }
  const redirectUri = `http://localhost:${config.port}${CALLBACK_PATH}`;
  if (isLoopbackHost(config.host)) {
    const detail = 'no public URL: signing in with the provider works on this machine, at http://localhost only';
    return { redirectUri, check: { name, state: 'ok', detail, remedy: null } };
  }
  const detail = 'Cactus listens to the network without a public URL: only http://localhost may use the provider';
  const remedy = 'Set CACTUS_PUBLIC_URL to the https address that people type.';
  return { redirectUri, check: { name, state: 'warning', detail, remedy } };
}

function checkPublicUrl(url: URL, settings: OidcSettings): Address {
  const name = 'Address';
  const redirectUri = `${url.origin}${CALLBACK_PATH}`;
  const problem = (detail: string, remedy: string): Address => ({
    redirectUri,
    check: { name, state: 'problem', detail, remedy },
  });
  const isHere = isLoopbackHost(url.hostname);
  if (!isHere && isIP(url.hostname.replace(/^\[|\]$/g, '')) !== 0) {
    return problem(
      `the public URL is a bare address (${url.hostname}); Google and most providers refuse it`,
      'Give the machine a name (DNS) and set CACTUS_PUBLIC_URL to https://that-name.',
    );
  }
  if (!isHere && url.protocol !== 'https:') {
    return problem(
      'the public URL is plain http; providers send codes over https only, except to localhost',
      'Put a proxy with a certificate in front and set CACTUS_PUBLIC_URL to its https address.',
    );
  }
  const isPrivate = settings.issuer === GOOGLE_ISSUER && (PRIVATE_NAMES.test(url.hostname) || !/\./.test(url.hostname));
  if (!isHere && isPrivate) {
    return problem(
      `${url.hostname} does not end in a public domain; Google refuses it`,
      'Use a name below a domain that you own; it may still point to a private address.',
    );
  }
  return { redirectUri, check: { name, state: 'ok', detail: `people come in at ${url.origin}`, remedy: null } };
}

function checkPeople(settings: OidcSettings): OidcCheck {
  const name = 'People';
  const lists = [...settings.allowedDomains, ...settings.allowedEmails];
  const role = settings.autoProvisionRole;
  if (role !== null && lists.length === 0) {
    const remedy = 'Set CACTUS_IDENTITY_OIDC_ALLOWED_DOMAINS or CACTUS_IDENTITY_OIDC_ALLOWED_EMAILS.';
    return { name, state: 'warning', detail: `role ${role} for unknown people, but no list names any`, remedy };
  }
  if (settings.issuer === GOOGLE_ISSUER && settings.allowedDomains.includes('gmail.com')) {
    const remedy = 'List private addresses one by one in CACTUS_IDENTITY_OIDC_ALLOWED_EMAILS.';
    const detail = 'gmail.com is no company’s domain: listing it lets nobody in';
    return { name, state: 'warning', detail, remedy };
  }
  const who = lists.length === 0 ? 'people with a linked account' : `linked accounts of ${lists.join(', ')}`;
  const unknown = role === null ? 'unknown people are refused' : `unknown people of the lists come in as ${role}`;
  return { name, state: 'ok', detail: `${who}; ${unknown}`, remedy: null };
}

function unreachable(settings: OidcClientSettings, reason: string): OidcCheck {
  return {
    name: 'Provider',
    state: 'problem',
    detail: `${settings.issuer}/.well-known/openid-configuration cannot be read: ${reason}`,
    remedy: 'Check that this machine reaches it (DNS, firewall, proxy) and that CACTUS_IDENTITY_OIDC_ISSUER is exact.',
  };
}

function checkClock(clockAheadMs: number | null): OidcCheck {
  const name = 'Clock';
  if (clockAheadMs === null) {
    return { name, state: 'warning', detail: 'the provider did not tell its time', remedy: null };
  }
  const offMs = Math.abs(clockAheadMs);
  const seconds = Math.round(offMs / 1000);
  if (offMs <= CLOCK_OFF_MS_MAX)
    return { name, state: 'ok', detail: `within ${seconds} s of the provider`, remedy: null };
  const detail = `this machine is ${seconds} s ${clockAheadMs > 0 ? 'ahead of' : 'behind'} the provider; its tokens look out of date`;
  return {
    name,
    state: 'problem',
    detail,
    remedy: 'Switch time synchronisation (NTP) on, for example: timedatectl set-ntp true',
  };
}

async function askAbout(
  settings: OidcClientSettings,
  { configuration }: Discovered,
  redirectUri: string,
): Promise<OidcCheck[]> {
  const redirect = await probeRedirect(configuration, redirectUri);
  const secret = await probeSecret(configuration, redirectUri);
  const where =
    settings.issuer === GOOGLE_ISSUER
      ? 'Google Cloud console > APIs & Services > Credentials > your client > Authorised redirect URIs'
      : 'the redirect URIs of your client at the provider';
  return [
    {
      name: 'Redirect URI',
      ...verdict(redirect, {
        accepted: 'the provider knows it',
        refused: `the provider does not accept it with this client id (${reasonIn(redirect)})`,
      }),
      remedy:
        redirect.kind === 'accepted'
          ? null
          : `redirect_uri_mismatch means that it is not registered letter by letter. Add ${redirectUri} to ${where}: ` +
            'same scheme, host, port and path, no slash at the end. Google may need five minutes to notice.',
    },
    {
      name: 'Secret',
      ...verdict(secret, {
        accepted: 'the provider accepts it',
        refused: `the provider does not accept id and secret (${reasonIn(secret)})`,
      }),
      remedy: secret.kind === 'accepted' ? null : 'Copy id and secret of the same client again, or make a new secret.',
    },
  ];
}

type Verdict = Awaited<ReturnType<typeof probeRedirect>>;

function verdict(
  found: Verdict,
  words: { readonly accepted: string; readonly refused: string },
): Pick<OidcCheck, 'state' | 'detail'> {
  if (found.kind === 'accepted') return { state: 'ok', detail: words.accepted };
  if (found.kind === 'refused') return { state: 'problem', detail: words.refused };
  return { state: 'warning', detail: `the provider did not say (${found.reason}); try it in a browser` };
}

function reasonIn(found: Verdict): string {
  return found.kind === 'accepted' ? '' : found.reason;
}
