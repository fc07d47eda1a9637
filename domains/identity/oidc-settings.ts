/** The settings of sign-in with a provider (Google or any OpenID provider), and what they decide by themselves. */
import { type Result, ok, refuse } from '#kernel';
import ipaddr from 'ipaddr.js';
import { z } from 'zod';

export const GOOGLE_ISSUER = 'https://accounts.google.com';
export const CALLBACK_PATH = '/api/auth/oidc/callback';

const issuer = z.string().refine(isIssuer, 'an https address').meta({
  allowed: 'an https address (http only for a provider on this machine)',
});
const domain = z
  .string()
  .toLowerCase()
  .regex(/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/)
  .meta({ allowed: 'a domain such as example.com' });
const email = z.email().toLowerCase().meta({ allowed: 'an address such as ana@example.com' });
const text = z.string().trim().min(1);

export const oidcSettings = z.object({
  issuer: issuer.default(GOOGLE_ISSUER).describe('Provider that says who somebody is; its discovery page is read.'),
  clientId: text
    .nullable()
    .default(null)
    .meta({ alias: 'GOOGLE_CLIENT_ID' })
    .describe('Id of Cactus at the provider; with the secret it switches this way of signing in on.'),
  clientSecret: text
    .nullable()
    .default(null)
    .meta({ alias: 'GOOGLE_CLIENT_SECRET' })
    .describe('Secret of Cactus at the provider.'),
  name: text.max(40).default('Google').describe('Name on the button.'),
  allowedDomains: z
    .array(domain)
    .default([])
    .describe('Only e-mail addresses of these domains come in (Google: only accounts that the domain itself manages).'),
  allowedEmails: z.array(email).default([]).describe('Only these e-mail addresses come in, besides the domains.'),
  autoProvisionRole: z
    .enum(['manager', 'adviser', 'trader', 'bookkeeper', 'analyst', 'client'])
    .nullable()
    .default(null)
    .describe('Role of unknown people of the allowed domains and addresses; without it they must be added first.'),
});

export type OidcSettings = z.output<typeof oidcSettings>;
/** Settings of a provider that is switched on. */
export type OidcClientSettings = OidcSettings & { readonly clientId: string; readonly clientSecret: string };

/** The settings when the provider can be used, else null. */
export function switchedOn(settings: OidcSettings): OidcClientSettings | null {
  const { clientId, clientSecret } = settings;
  return clientId === null || clientSecret === null ? null : { ...settings, clientId, clientSecret };
}

/** True when the lists say nothing, or name this person. */
export function isAllowed(
  settings: OidcSettings,
  person: { readonly email: string; readonly hostedDomain: string | null },
) {
  return (settings.allowedDomains.length === 0 && settings.allowedEmails.length === 0) || isNamed(settings, person);
}

/**
 * True when the lists name this person. Google vouches for an address of a company's domain only with the `hd` claim:
 * without it, somebody opened a private account with that address once, and may have left the company since.
 */
export function isNamed(
  settings: OidcSettings,
  person: { readonly email: string; readonly hostedDomain: string | null },
): boolean {
  const address = person.email.toLowerCase();
  if (settings.allowedEmails.includes(address)) return true;
  const itsDomain = address.slice(address.lastIndexOf('@') + 1);
  if (!settings.allowedDomains.includes(itsDomain)) return false;
  return settings.issuer !== GOOGLE_ISSUER || person.hostedDomain?.toLowerCase() === itsDomain;
}

/**
 * Where the provider sends people back. Only the public URL, or this machine's own address: any other `Host` is what the
 * browser was told, and its cookie would not be there when the person comes back.
 */
export function redirectUriOf(publicUrl: string | null, origin: string): Result<string, 'oidc_address_wrong'> {
  const isOwn = publicUrl === null ? isLoopbackHost(new URL(origin).hostname) : origin === publicUrl;
  return isOwn ? ok(`${origin}${CALLBACK_PATH}`) : refuse('oidc_address_wrong', { publicUrl });
}

/** True for `localhost`, its sub-names and the loopback addresses. */
export function isLoopbackHost(hostname: string): boolean {
  const name = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (name === 'localhost' || name.endsWith('.localhost')) return true;
  return ipaddr.isValid(name) && ipaddr.process(name).range() === 'loopback';
}

/** Plain http is for a provider on this machine alone (development, tests): nobody can listen in between. */
function isIssuer(address: string): boolean {
  const url = URL.parse(address);
  if (!url || url.username !== '' || url.search !== '' || url.hash !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname));
}
