/** Accounts of providers that people sign in with: SQL on identity_linked_accounts. The subject is who, never the e-mail. */
import type { Queryable, Transaction } from '#platform/db';
import type { IdentityTables } from './tables.ts';

export interface LinkedAccount {
  readonly id: string;
  readonly userId: string;
  readonly issuer: string;
  /** As the provider told it when the account was linked; shown, never matched. */
  readonly email: string;
  readonly linkedAtMs: number;
  readonly lastUsedAtMs: number | null;
}

const LISTED_MAX = 20; // One per provider that this install ever used.

/** False when this account is somebody's already, or the person has one of this provider. */
export async function insertLinkedAccount(
  tx: Transaction,
  account: Omit<LinkedAccount, 'lastUsedAtMs'> & { readonly subject: string },
): Promise<boolean> {
  const row = await tx
    .tables<IdentityTables>()
    .insertInto('identity_linked_accounts')
    .values({
      linked_account_id: account.id,
      user_id: account.userId,
      issuer: account.issuer,
      subject: account.subject,
      email: account.email,
      linked_at: new Date(account.linkedAtMs),
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('linked_account_id')
    .executeTakeFirst();
  return row !== undefined;
}

/** The account that the provider calls by this subject. */
export async function findLinkedAccount(
  queryable: Queryable,
  account: { readonly issuer: string; readonly subject: string },
): Promise<LinkedAccount | null> {
  const row = await accountRows(queryable)
    .where('issuer', '=', account.issuer)
    .where('subject', '=', account.subject)
    .executeTakeFirst();
  return row ? accountOf(row) : null;
}

export async function listLinkedAccounts(queryable: Queryable, userId: string): Promise<LinkedAccount[]> {
  const rows = await accountRows(queryable)
    .where('user_id', '=', userId)
    .orderBy('linked_at')
    .limit(LISTED_MAX)
    .execute();
  return rows.map(accountOf);
}

export async function touchLinkedAccount(tx: Transaction, id: string, nowMs: number): Promise<void> {
  const accounts = tx.tables<IdentityTables>().updateTable('identity_linked_accounts');
  await accounts
    .set({ last_used_at: new Date(nowMs) })
    .where('linked_account_id', '=', id)
    .execute();
}

export async function deleteLinkedAccount(tx: Transaction, id: string): Promise<boolean> {
  const accounts = tx.tables<IdentityTables>().deleteFrom('identity_linked_accounts');
  const row = await accounts.where('linked_account_id', '=', id).returning('linked_account_id').executeTakeFirst();
  return row !== undefined;
}

function accountRows(queryable: Queryable) {
  return queryable
    .tables<IdentityTables>()
    .selectFrom('identity_linked_accounts')
    .select(['linked_account_id', 'user_id', 'issuer', 'email', 'linked_at', 'last_used_at']);
}

function accountOf(row: {
  linked_account_id: string;
  user_id: string;
  issuer: string;
  email: string;
  linked_at: number;
  last_used_at: number | null;
}): LinkedAccount {
  return {
    id: row.linked_account_id,
    userId: row.user_id,
    issuer: row.issuer,
    email: row.email,
    linkedAtMs: row.linked_at,
    lastUsedAtMs: row.last_used_at,
  };
}
