/** Which SMTP server, and how: read from the settings; a URL fills what the single keys leave open. */
import type { Config } from '#platform/config';
import ipaddr from 'ipaddr.js';

export type SmtpSettings = Config['smtp'];
export type SmtpSecurity = 'implicit' | 'starttls' | 'opportunistic' | 'none';

export interface SmtpServer {
  readonly host: string;
  readonly port: number;
  readonly user: string | null;
  readonly password: string | null;
  /** `opportunistic` only on this machine; `none` only when the operator said so. */
  readonly security: SmtpSecurity;
  readonly from: string;
}

const IMPLICIT_TLS_PORT = 465;
const SUBMISSION_PORT = 587; // RFC 6409.

/** Null when no server is set. */
export function smtpServerOf(settings: SmtpSettings, publicUrl: string | null): SmtpServer | null {
  const url = settings.url === null ? null : URL.parse(settings.url);
  const host = settings.host ?? (url && decodeURIComponent(url.hostname).replaceAll(/^\[|\]$/g, ''));
  if (!host) return null;
  const isImplicit = url?.protocol === 'smtps:' || settings.tls === 'implicit';
  const urlPort = url && url.port !== '' ? Number(url.port) : null;
  const port = settings.port ?? urlPort ?? (isImplicit ? IMPLICIT_TLS_PORT : SUBMISSION_PORT);
  const user = settings.user ?? (url && url.username !== '' ? decodeURIComponent(url.username) : null);
  const password = settings.password ?? (url && url.password !== '' ? decodeURIComponent(url.password) : null);
  const from = settings.from ?? defaultSender(user, publicUrl);
  return { host, port, user, password, from, security: securityOf({ settings, host, port, isImplicit }) };
}

/** True for this very machine, where no wire can be listened to. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host.endsWith('.localhost')) return true;
  return ipaddr.isValid(host) && ipaddr.process(host).range() === 'loopback';
}

function securityOf(facts: {
  readonly settings: SmtpSettings;
  readonly host: string;
  readonly port: number;
  readonly isImplicit: boolean;
}): SmtpSecurity {
  const { tls } = facts.settings;
  if (tls === 'none' || tls === 'starttls') return tls;
  if (facts.isImplicit || facts.port === IMPLICIT_TLS_PORT) return 'implicit';
  return isLoopback(facts.host) ? 'opportunistic' : 'starttls';
}

/** Most servers only let an account write as itself. */
function defaultSender(user: string | null, publicUrl: string | null): string {
  if (user?.includes('@')) return `Cactus <${user}>`;
  return `Cactus <cactus@${(publicUrl && URL.parse(publicUrl)?.hostname) ?? 'localhost'}>`;
}
