/** Checks that need only the head of a request: host name (DNS rebinding) and site of origin (CSRF). Pure. */
import type { IncomingHttpHeaders } from 'node:http';
import type { EndpointShape } from '#kernel';
import { isLoopback } from './client-address.ts';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * DNS rebinding: a page on evil.example can point its name at 127.0.0.1 and read a server that only listens there.
 * Bound to loopback, only loopback names, the public URL and configured names are answered.
 */
export function isHostAllowed(
  host: string,
  config: { readonly host: string; readonly publicUrl: string | null; readonly allowedHosts: readonly string[] },
): boolean {
  const name = hostName(host);
  const isBoundToLoopback = config.host === 'localhost' || isLoopback(config.host);
  if (config.publicUrl !== null && name === hostName(new URL(config.publicUrl).host)) return true;
  if (config.allowedHosts.includes(name)) return true;
  if (config.allowedHosts.length > 0 || isBoundToLoopback) return isLoopbackName(name);
  return true;
}

/**
 * CSRF: true when a write may be a forgery by another site. Writes that carry the session cookie must prove their origin
 * (`Sec-Fetch-Site` or `Origin`); writes without cookie (sign-in) are refused only when they say they are cross-site.
 * A request with a bearer token cannot be forged: no other site can add that header without our CORS consent, and such a
 * request is never answered by its cookie. `Basic` proves nothing: browsers add it by themselves, also from other sites.
 */
export function isForgeable(request: {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly origin: string;
}): boolean {
  if (SAFE_METHODS.has(request.method) || isBearer(request.headers.authorization)) return false;
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  const origin = request.headers.origin;
  if (origin !== undefined) return origin !== request.origin;
  return request.headers.cookie !== undefined;
}

/** WebSocket upgrades carry cookies from any site, so they always need our own Origin (or a token). */
export function isForeignUpgrade(request: { readonly headers: IncomingHttpHeaders; readonly origin: string }): boolean {
  if (isBearer(request.headers.authorization)) return false;
  return request.headers.origin !== request.origin;
}

/** True for an `Authorization` header of the bearer scheme (RFC 6750), whatever follows it. */
export function isBearer(authorization: string | undefined): boolean {
  return authorization !== undefined && /^bearer(?: |$)/i.test(authorization);
}

/** True when an API token may not call this endpoint, whatever its scopes. */
export function needsPerson(endpoint: Pick<EndpointShape, 'permission' | 'caller'>): boolean {
  return endpoint.caller === undefined ? endpoint.permission === 'session' : endpoint.caller === 'person';
}

function hostName(host: string): string {
  const lower = host.toLowerCase();
  if (lower.startsWith('[')) return lower.slice(1, lower.indexOf(']'));
  return lower.split(':')[0] ?? '';
}

function isLoopbackName(name: string): boolean {
  return name === 'localhost' || name.endsWith('.localhost') || isLoopback(name);
}
