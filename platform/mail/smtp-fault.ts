/**
 * What a mail server or the way to it said, as a cause a person can act on. Codes: nodemailer's (`EAUTH`, `ETLS`, …), Node's
 * network codes, and SMTP replies with enhanced status (RFC 5321, RFC 3463).
 */
import { Fault } from '#kernel';
import type { MailFaultCode } from './types.ts';

export class MailFault extends Fault {
  declare readonly code: MailFaultCode;
  /** First line of what the server said, without the address of the mail. */
  readonly detail: string;

  constructor(code: MailFaultCode, detail: string, options: { readonly retryable: boolean; readonly cause?: unknown }) {
    super(code, `${code}: ${detail}`, options);
    this.detail = detail;
  }
}

interface ErrorFacts {
  readonly code?: string;
  readonly responseCode?: number;
  readonly response?: string;
  readonly command?: string;
  readonly message?: string;
}

const DETAIL_LENGTH_MAX = 300;
const UNREACHABLE = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ECONNRESET', 'EPIPE']);
const CERTIFICATE = /certificate|altname|self.signed|CERT_|unable to verify/i;
const TLS_WORDS = /STARTTLS|wrong version number|SSL|TLS/i;

/** Names the cause; never repeats a password (nodemailer does not put it into errors, and only the first line is kept). */
export function mailFaultOf(error: unknown, secrets: readonly string[] = []): MailFault {
  if (error instanceof MailFault) return error;
  const facts: ErrorFacts = typeof error === 'object' && error !== null ? error : {};
  const detail = withoutSecrets(facts.response ?? facts.message ?? String(error), secrets);
  const code = networkCode(facts) ?? replyCode(facts);
  return new MailFault(code, detail, { retryable: isRetryable(code), cause: error });
}

function networkCode(facts: ErrorFacts): MailFaultCode | null {
  const { code = '', message = '' } = facts;
  if (code === 'EDNS' || code === 'ENOTFOUND' || code === 'EAI_AGAIN' || /ENOTFOUND|EAI_AGAIN/.test(message)) {
    return 'mail_host_unknown';
  }
  if (code === 'EAUTH' || code === 'ENOAUTH') return 'mail_sign_in_refused';
  if (CERTIFICATE.test(code) || CERTIFICATE.test(message)) return 'mail_tls_certificate';
  if (code === 'ETLS' || (facts.responseCode === undefined && TLS_WORDS.test(message))) return 'mail_tls_refused';
  if (code === 'ETIMEDOUT') return 'mail_timeout';
  if (facts.responseCode !== undefined) return null;
  if (UNREACHABLE.has(code) || code === 'ESOCKET' || code === 'ECONNECTION') return 'mail_host_unreachable';
  return null;
}

function replyCode({ responseCode, response = '', command = '' }: ErrorFacts): MailFaultCode {
  if (responseCode === undefined) return 'mail_refused';
  if (responseCode === 530 || responseCode === 534 || responseCode === 535) return 'mail_sign_in_refused';
  if (responseCode >= 400 && responseCode < 500) return 'mail_busy';
  if (responseCode === 552 || /5\.3\.4/.test(response)) return 'mail_too_large';
  if (/relay|5\.7\.1\b/i.test(response) && /RCPT/i.test(command)) return 'mail_relay_denied';
  if (/MAIL FROM/i.test(command)) return 'mail_sender_refused';
  if (/RCPT/i.test(command)) return 'mail_recipient_refused';
  return 'mail_refused';
}

/** A wrong mailbox or a too large mail stays wrong; a wrong password may be corrected within the hour. */
function isRetryable(code: MailFaultCode): boolean {
  return code !== 'mail_recipient_refused' && code !== 'mail_too_large' && code !== 'mail_refused';
}

function withoutSecrets(text: string, secrets: readonly string[]): string {
  const [line = ''] = text.split(/\r?\n/);
  const clean = secrets
    .filter((secret) => secret !== '')
    .reduce((left, secret) => left.replaceAll(secret, '••••'), line);
  return clean.slice(0, DETAIL_LENGTH_MAX);
}
