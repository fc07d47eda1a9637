/** Mail as the rest of the product sees it: written down with the change that causes it, sent after the commit. */
import type { Queryable, Transaction } from '#platform/db';
import type { SmtpServer } from './smtp-server-address.ts';

export interface Mail {
  /** One address; callers validate it. */
  readonly to: string;
  readonly subject: string;
  /** Plain text; may hold a secret link. */
  readonly text: string;
  readonly html?: string;
  /** What it is for: `identity.invitation`, `identity.password-reset`; shown to operators, unlike the body. */
  readonly purpose: string;
  /** Whose workspace it belongs to; leave out for mail of the installation. */
  readonly workspaceId?: string;
  /** After this nobody wants it any more (a link that ran out): it is not sent and its body is wiped. */
  readonly expiresAtMs?: number;
  /** For digests: where a person stops them (RFC 2369). */
  readonly unsubscribeUrl?: string;
}

export type MailState = 'waiting' | 'sent' | 'failed' | 'expired';

/** Why a mail did not leave; each has a sentence and a remedy in the dictionary. */
export type MailFaultCode =
  | 'mail_not_configured'
  | 'mail_host_unknown'
  | 'mail_host_unreachable'
  | 'mail_timeout'
  | 'mail_tls_refused'
  | 'mail_tls_certificate'
  | 'mail_sign_in_refused'
  | 'mail_sender_refused'
  | 'mail_relay_denied'
  | 'mail_recipient_refused'
  | 'mail_too_large'
  | 'mail_busy'
  | 'mail_refused';

/** One mail as an operator may see it: never its body. */
export interface MailRow {
  readonly id: string;
  readonly purpose: string;
  readonly to: string;
  readonly state: MailState;
  readonly attempts: number;
  readonly errorCode: MailFaultCode | null;
  readonly errorDetail: string | null;
  readonly createdAtMs: number;
  readonly sentAtMs: number | null;
}

export interface MailFilter {
  readonly workspaceId: string;
  /** Null: every state, or purpose. */
  readonly state: MailState | null;
  readonly purpose: string | null;
  readonly countMax: number;
}

/** Of a password or token: never the value. */
export interface CredentialFact {
  readonly source: 'settings' | 'page' | 'none';
  /** When it was entered; null unless on the page. */
  readonly changedAtMs: number | null;
}

export interface MailDoor {
  /** False until an SMTP server is set; offer the link to copy instead of promising a mail. */
  isConfigured(): Promise<boolean>;
  /**
   * Writes the mail and its job in the caller's transaction: a rolled-back change sends nothing. Retried with backoff for
   * about an hour, at least once, always with the same Message-ID. Gives the id of the mail.
   */
  send(tx: Transaction, mail: Mail): Promise<string>;
  find(queryable: Queryable, mailId: string): Promise<MailRow | null>;
  findAll(queryable: Queryable, mailIds: readonly string[]): Promise<readonly MailRow[]>;
  /** The newest of a workspace, and those of no workspace. */
  list(queryable: Queryable, filter: MailFilter): Promise<readonly MailRow[]>;
  /** Where mail goes, without secrets; null when no server is set. */
  server(): Pick<SmtpServer, 'host' | 'port' | 'user' | 'from' | 'security'> | null;
  /** Where the password comes from; the settings win over what was entered on the page. */
  passwordFact(): Promise<CredentialFact>;
  /** Wipes bodies whose time is over and forgets old rows. */
  purge(): Promise<void>;
}
