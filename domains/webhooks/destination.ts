/**
 * Where a webhook may go. Guards against server-side request forgery: only public addresses, unless an operator allow-listed
 * the host or the private networks. The address that was checked is the address the socket connects to (`guardedLookup`),
 * so a name that changes between check and use gains nothing. Redirects are never followed.
 */
import { lookup } from 'node:dns';
import type { LookupAddress, LookupOptions } from 'node:dns';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { Fault, ok, refuse, type Result } from '#kernel';

const URL_LENGTH_MAX = 2000; // Longer ones are refused by many proxies anyway.

/** Settings of the operator, never of a user. */
export interface DestinationPolicy {
  /** Host names, addresses or CIDR ranges that are always reachable, also over plain http. */
  readonly allowedHosts: readonly string[];
  /** Lets loopback and private ranges through; link-local (cloud metadata) stays refused. */
  readonly allowPrivateNetworks: boolean;
}

export type DestinationRefusal = 'url_not_valid' | 'url_not_https' | 'url_with_credentials' | 'destination_not_allowed';

/** Ranges that `allowPrivateNetworks` opens; everything else but `unicast` needs the address itself on the list. */
const PRIVATE_RANGES: ReadonlySet<string> = new Set(['loopback', 'private', 'uniqueLocal', 'carrierGradeNat']);

/** Checks the text of a URL without leaving the process; a host name is checked again at each connection. */
export function checkDestination(urlText: string, policy: DestinationPolicy): Result<URL, DestinationRefusal> {
  if (urlText.length > URL_LENGTH_MAX || !URL.canParse(urlText)) return refuse('url_not_valid');
  const url = new URL(urlText);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return refuse('url_not_valid');
  if (url.username !== '' || url.password !== '') return refuse('url_with_credentials');
  const host = hostOf(url);
  if (isIP(host) !== 0 && !isAddressAllowed(host, policy)) return refuse('destination_not_allowed', { host });
  if (isIP(host) === 0 && !isHostNameAllowed(host, policy)) return refuse('destination_not_allowed', { host });
  if (url.protocol === 'http:' && !mayUsePlainHttp(host, policy)) return refuse('url_not_https', { host });
  return ok(url);
}

/** True when a socket may connect to this address. */
export function isAddressAllowed(address: string, policy: DestinationPolicy): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address); // `process` unwraps IPv4 inside IPv6 (::ffff:10.0.0.1).
  if (policy.allowedHosts.some((entry) => covers(entry, parsed))) return true;
  const range = parsed.range();
  return (range === 'unicast' && isGlobal(parsed)) || (policy.allowPrivateNetworks && PRIVATE_RANGES.has(range));
}

/**
 * A `lookup` for sockets: resolves once, refuses unless every address is allowed, and hands over only checked ones.
 * One bad address refuses the name: a mixed answer is how a rebinding attack looks.
 */
export function guardedLookup(policy: DestinationPolicy, resolve: typeof lookup = lookup) {
  return (
    hostname: string,
    options: LookupOptions,
    done: (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void,
  ): void => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error, []);
      const isNamed = policy.allowedHosts.includes(hostname.toLowerCase());
      const refused = addresses.find(({ address }) => !isNamed && !isAddressAllowed(address, policy));
      const first = addresses[0];
      if (refused || !first) return done(destinationFault(hostname, refused?.address), []);
      if (options.all) return done(null, addresses);
      return done(null, first.address, first.family);
    });
  };
}

/** Host of a URL without the brackets of IPv6. */
export function hostOf(url: URL): string {
  return url.hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();
}

/** IPv6 hands out 2000::/3 only (RFC 4291); the rest is old or unassigned, such as IPv4 written as `::127.0.0.1`. */
function isGlobal(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  return address instanceof ipaddr.IPv4 || ((address.parts[0] ?? 0) & 0xe000) === 0x2000;
}

function destinationFault(hostname: string, address: string | undefined): Fault {
  return new Fault('destination_not_allowed', `${hostname} resolves to ${address ?? 'nothing'}, which is not allowed`, {
    retryable: true,
  });
}

function covers(entry: string, address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (ipaddr.isValid(entry)) return ipaddr.process(entry).toString() === address.toString();
  if (!ipaddr.isValidCIDR(entry)) return false;
  const [network, prefixLength] = ipaddr.parseCIDR(entry);
  return network.kind() === address.kind() && address.match(network, prefixLength);
}

/** `localhost` and names of the local network never leave this machine or house, so they need the operator's word. */
function isHostNameAllowed(host: string, policy: DestinationPolicy): boolean {
  if (policy.allowedHosts.includes(host)) return true;
  const isLocal =
    host === 'localhost' || /\.(?:localhost|local|internal|home\.arpa)$/.test(host) || !host.includes('.');
  return !isLocal || policy.allowPrivateNetworks;
}

function mayUsePlainHttp(host: string, policy: DestinationPolicy): boolean {
  if (policy.allowedHosts.includes(host) || policy.allowPrivateNetworks) return true;
  return ipaddr.isValid(host) && policy.allowedHosts.some((entry) => covers(entry, ipaddr.process(host)));
}
