/** Notifications: the bell, and the channels a person chose. Text is rendered in the reader's language from the kind. */
import type { Transaction } from '#platform/db';

export type Language = 'es' | 'en';
export type Channel = 'email' | 'telegram';
export type Severity = 'info' | 'warning' | 'urgent';

export const CHANNELS: readonly Channel[] = ['email', 'telegram'];
/** Least important first. */
export const SEVERITIES: readonly Severity[] = ['info', 'warning', 'urgent'];

/** A kind of the catalogue; a domain declares its own in its manifest (`notices`). */
export interface NoticeKind {
  /** `<domain>.<noun>.<past verb>`; `Notification.kind`. */
  readonly kind: `${string}.${string}.${string}`;
  /** Who may be told: what `Notification.permission` says too. */
  readonly permission: string;
  readonly severity: Severity;
  /** Its row on the page: "Alertas de precio". */
  readonly label: Readonly<Record<Language, string>>;
  /** The sentence; `{name}` is filled from the payload. */
  readonly text: Readonly<Record<Language, string>>;
  /** Channels that are on until a person says otherwise; the bell always is. */
  readonly channels: readonly Channel[];
}

export interface Notification {
  readonly workspaceId: string;
  /** Null reaches everyone in the workspace who holds `permission`. */
  readonly userId: string | null;
  readonly permission: string;
  /** One of the catalogue; a kind that nobody declared only rings the bell. */
  readonly kind: string;
  readonly payload: Readonly<Record<string, string>>;
  /** Path inside the app that shows the cause. */
  readonly href: string;
  /** The same fact told twice is recorded once per workspace. */
  readonly dedupeKey?: string;
}

/** Somebody who can be told, as the directory of people knows her. */
export interface Person {
  readonly userId: string;
  readonly email: string;
  readonly locale: Language;
  readonly timeZone: string;
  readonly permissions: ReadonlySet<string>;
}

export interface Notify {
  record(tx: Transaction, notification: Notification): Promise<void>;
  /** Deletes what the bell holds of one workspace, and what was sent of it. */
  removeWorkspace(tx: Transaction, workspaceId: string): Promise<void>;
  /** Forgets notifications nobody looks back at any more. */
  purge(): Promise<void>;
}
