/** Secrets: sealed at rest under the installation's master key; written by people, read only by the parts that use them. */
import type { Result } from '#kernel';
import type { Queryable, Transaction } from '#platform/db';

/** Whose secret and which: bound to the sealed text, so that a record copied to another place does not open. */
export interface SecretScope {
  readonly workspaceId: string;
  /** `<part>.<noun>:<id>` for a part's own column, or the name a person gave. */
  readonly name: string;
}

export interface SecretFact {
  readonly name: string;
  readonly createdAtMs: number;
  readonly changedAtMs: number;
  readonly lastUsedAtMs: number | null;
}

/** Turns a sealed text into one under the newest master key; the same text when it is already. */
export type Rewrap = (scope: SecretScope, sealed: string) => string;

export interface Secrets {
  /** Seals a text for a column of the caller's own table. */
  seal(scope: SecretScope, secret: string): string;
  /** Throws `secret_not_readable` when the master key is gone, the scope is another one or the text was changed. */
  open(scope: SecretScope, sealed: string): string;
  readonly rewrap: Rewrap;
  /** Keeps a named secret, replacing the one of the same name. */
  set(
    tx: Transaction,
    scope: SecretScope,
    secret: string,
  ): Promise<Result<{ readonly isNew: boolean }, 'secrets_full'>>;
  delete(tx: Transaction, scope: SecretScope): Promise<boolean>;
  list(workspaceId: string): Promise<readonly SecretFact[]>;
  /** Name and age of one; null when nobody set it. */
  find(scope: SecretScope, queryable?: Queryable): Promise<SecretFact | null>;
  /** The value, for the part that needs it; notes the use. Null when nobody set it. Never answer a request with it. */
  use(scope: SecretScope): Promise<string | null>;
  /** The newest master key's id: a fingerprint, safe to show. Another one after a rotation. */
  readonly keyId: string;
  /** The master keys themselves, newest first, for sealing what is not a column (backups). */
  readonly keys: readonly MasterKey[];
}

export interface MasterKey {
  /** First 16 hex digits of an HMAC under the key: names it without telling it. */
  readonly id: string;
  readonly bytes: Buffer;
}
