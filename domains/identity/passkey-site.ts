/**
 * Where passkeys live. A passkey belongs to one host name (WebAuthn calls it RP ID) and answers only pages of it, so the
 * name must be ours for certain: the public address of the configuration, or this machine's own `localhost`.
 */
import type { Config } from '#platform/config';

export interface PasskeySite {
  readonly rpId: string;
  readonly origin: string;
}

/** The site of a request's origin; null where passkeys cannot be: an IP, another name, plain http beyond this machine. */
export function passkeySiteOf(config: Pick<Config, 'publicUrl'>, origin: string): PasskeySite | null {
  const { hostname, protocol } = new URL(origin);
  const isLocal = hostname === 'localhost' || hostname.endsWith('.localhost');
  if (isLocal) return { rpId: hostname, origin };
  const isPublic = config.publicUrl !== null && new URL(config.publicUrl).origin === origin;
  const isName = !/^[\d.]+$/.test(hostname) && !hostname.startsWith('[');
  return isPublic && isName && protocol === 'https:' ? { rpId: hostname, origin } : null;
}
