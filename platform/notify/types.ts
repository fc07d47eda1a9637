/** In-app notifications: the bell. Text is rendered by the reader's language from `kind` and `payload`. */
import type { Transaction } from '#platform/db';

export interface Notification {
  readonly workspaceId: string;
  /** Null reaches everyone in the workspace who holds `permission`. */
  readonly userId: string | null;
  readonly permission: string;
  /** Key of the dictionary, for example `markets.alert.fired`. */
  readonly kind: string;
  readonly payload: Readonly<Record<string, string>>;
  /** Path inside the app that shows the cause. */
  readonly href: string;
}

export interface Notify {
  record(tx: Transaction, notification: Notification): Promise<void>;
  /** Deletes what the bell holds of one workspace. */
  removeWorkspace(tx: Transaction, workspaceId: string): Promise<void>;
}
