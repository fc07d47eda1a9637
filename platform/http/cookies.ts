/**
 * Cookies: always HttpOnly, SameSite=Lax, Path=/. On https they carry the `__Host-` prefix and Secure, so no sibling
 * domain can plant or read one (RFC 6265bis). Domains use the plain name; the prefix is added and removed here.
 */
import { assert } from '#kernel';

const HOST_PREFIX = '__Host-';
const COOKIES_MAX = 50; // Browsers keep about 50 per site; more is noise from a shared localhost.
const NAME = /^[\w.-]+$/;

/** Cookies of a request by plain name. On https only prefixed cookies count: a plain one could come from a sibling. */
export function readCookies(header: string | undefined, origin: string): Readonly<Record<string, string | undefined>> {
  const isHttps = origin.startsWith('https:');
  const found = new Map<string, string>();
  for (const pair of (header ?? '').split(';').slice(0, COOKIES_MAX)) {
    const equals = pair.indexOf('=');
    const name = pair.slice(0, Math.max(0, equals)).trim();
    if (name === '' || name.startsWith(HOST_PREFIX) !== isHttps) continue;
    const plain = isHttps ? name.slice(HOST_PREFIX.length) : name;
    // The first one wins, as in RFC 6265: the browser sends the most specific path first.
    if (!found.has(plain)) found.set(plain, decoded(pair.slice(equals + 1).trim()));
  }
  return Object.fromEntries(found);
}

/** The `Set-Cookie` text; `maxAgeSeconds` 0 clears it. */
export function cookieText(facts: {
  readonly name: string;
  readonly value: string;
  readonly maxAgeSeconds: number;
  readonly origin: string;
}): string {
  assert(NAME.test(facts.name), `cookies: not a cookie name: ${facts.name}`);
  const isHttps = facts.origin.startsWith('https:');
  const name = isHttps ? `${HOST_PREFIX}${facts.name}` : facts.name;
  const secure = isHttps ? '; Secure' : '';
  const value = encodeURIComponent(facts.value);
  return `${name}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${Math.floor(facts.maxAgeSeconds)}${secure}`;
}

function decoded(text: string): string {
  const bare = text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
  try {
    return decodeURIComponent(bare);
  } catch {
    return bare;
  }
}
