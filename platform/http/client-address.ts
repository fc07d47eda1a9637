/**
 * Who really called: the socket's address, or what trusted proxies say in X-Forwarded-*. Nothing is believed from a peer
 * that the configuration does not name, so a header can neither fake an address nor turn http into https.
 */
import type { IncomingMessage } from 'node:http';
import ipaddr from 'ipaddr.js';
import { LRUCache } from 'lru-cache';

export interface ClientAddress {
  readonly ip: string;
  /** `http://host:port` as the browser wrote it. */
  readonly origin: string;
  /** Host header in lower case, with port when it has one. */
  readonly host: string;
  /** True when a proxy's headers are present, believed or not. */
  readonly isForwarded: boolean;
}

const HOPS_MAX = 10; // Longer chains are made up.
const ADDRESSES_MAX = 5_000; // Reading an address costs more than the rest of this file; the same few call all the time.

/** Reads the address of a request. `trustedProxies` are addresses or CIDR ranges; `publicUrl` fixes the scheme of its host. */
export function clientAddress(
  request: IncomingMessage,
  trust: { readonly trustedProxies: readonly string[]; readonly publicUrl: string | null },
): ClientAddress {
  const peer = plainIp(request.socket.remoteAddress ?? '127.0.0.1');
  const isTrusted = isInside(peer, trust.trustedProxies);
  const forwardedHost = isTrusted ? firstOf(request.headers['x-forwarded-host']) : undefined;
  const forwardedScheme = isTrusted ? firstOf(request.headers['x-forwarded-proto']) : undefined;
  const host = (forwardedHost ?? request.headers.host ?? request.headers[':authority']?.toString() ?? '').toLowerCase();
  const isEncrypted = 'encrypted' in request.socket && request.socket.encrypted === true;
  const scheme = forwardedScheme === 'https' || isEncrypted ? 'https' : 'http';
  const publicOrigin = trust.publicUrl === null ? null : new URL(trust.publicUrl);
  return {
    ip: isTrusted ? forwardedIp(request, peer, trust.trustedProxies) : peer,
    origin: publicOrigin && publicOrigin.host === host ? publicOrigin.origin : `${scheme}://${host}`,
    host,
    isForwarded: request.headers['x-forwarded-for'] !== undefined || request.headers.forwarded !== undefined,
  };
}

/** True for 127.0.0.0/8 and ::1. */
export function isLoopback(ip: string): boolean {
  return readAddress(ip).isLoopback;
}

interface ReadAddress {
  /** Without the IPv6 wrapping of an IPv4 address; what is no address stays as it is. */
  readonly plain: string;
  readonly isLoopback: boolean;
}

const addresses = new LRUCache<string, ReadAddress>({ max: ADDRESSES_MAX });

function readAddress(ip: string): ReadAddress {
  const known = addresses.get(ip);
  if (known) return known;
  if (!ipaddr.isValid(ip)) return { plain: ip, isLoopback: false };
  const address = ipaddr.process(ip);
  const read = { plain: address.toString(), isLoopback: address.range() === 'loopback' };
  addresses.set(ip, read);
  return read;
}

/** Walks X-Forwarded-For from the right and stops at the first address that is not one of our proxies. */
function forwardedIp(request: IncomingMessage, peer: string, trustedProxies: readonly string[]): string {
  const header = request.headers['x-forwarded-for'];
  const hops = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',').map((hop) => hop.trim());
  let client = peer;
  for (const hop of hops.toReversed().slice(0, HOPS_MAX)) {
    if (!ipaddr.isValid(hop)) break;
    client = plainIp(hop);
    if (!isInside(client, trustedProxies)) break;
  }
  return client;
}

function isInside(ip: string, ranges: readonly string[]): boolean {
  if (ranges.length === 0 || !ipaddr.isValid(ip)) return false;
  const address = ipaddr.process(ip);
  return ranges.some((range) => {
    const [network, bits] = range.includes('/')
      ? ipaddr.parseCIDR(range)
      : [ipaddr.process(range), ipaddr.process(range).kind() === 'ipv6' ? 128 : 32];
    return network.kind() === address.kind() && address.match(network, bits);
  });
}

function plainIp(ip: string): string {
  return readAddress(ip).plain;
}

function firstOf(header: string | string[] | undefined): string | undefined {
  const text = Array.isArray(header) ? header[0] : header;
  return text?.split(',')[0]?.trim();
}
