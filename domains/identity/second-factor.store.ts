/** What second factors a person has and must have: SQL over passkeys, authenticator keys, members and workspaces. */
import type { UserRole } from '#kernel';
import type { Queryable, Transaction } from '#platform/db';
import { sql } from 'kysely';
import type { FactorTables } from './factor-tables.ts';

export interface Factors {
  readonly hasTotp: boolean;
  readonly passkeyCount: number;
  /** Her role in any of her workspaces must have a second factor. */
  readonly isRequired: boolean;
}

export async function readFactors(queryable: Queryable, userId: string): Promise<Factors> {
  const { rows } = await sql<{ has_totp: boolean; passkey_count: number; is_required: boolean }>`
    select
      exists (select 1 from identity_totp_keys where user_id = ${userId} and confirmed_at is not null) as has_totp,
      (select count(*)::int from identity_passkeys where user_id = ${userId}) as passkey_count,
      exists (
        select 1 from identity_members member
        join identity_workspaces workspace on workspace.workspace_id = member.workspace_id
        where member.user_id = ${userId} and member.role = any(workspace.second_factor_roles)
      ) as is_required`.execute(queryable.tables<FactorTables>());
  const [row] = rows;
  return {
    hasTotp: row?.has_totp ?? false,
    passkeyCount: row?.passkey_count ?? 0,
    isRequired: row?.is_required ?? false,
  };
}

/** Puts two changes of the same person's factors in a line, so that two of them cannot both leave "one more". */
export async function lockFactors(tx: Transaction, userId: string): Promise<void> {
  await sql`select user_id from identity_users where user_id = ${userId} for update`.execute(tx.tables<FactorTables>());
}

/** Removes every factor and recovery code of a person. */
export async function deleteFactors(tx: Transaction, userId: string): Promise<void> {
  const tables = tx.tables<FactorTables>();
  await tables.deleteFrom('identity_totp_keys').where('user_id', '=', userId).execute();
  await tables.deleteFrom('identity_passkeys').where('user_id', '=', userId).execute();
  await tables.deleteFrom('identity_recovery_codes').where('user_id', '=', userId).execute();
  await tables.deleteFrom('identity_sign_in_steps').where('user_id', '=', userId).execute();
}

export async function readSecondFactorRoles(queryable: Queryable, workspaceId: string): Promise<UserRole[]> {
  const row = await queryable
    .tables<FactorTables>()
    .selectFrom('identity_workspaces')
    .select('second_factor_roles')
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirst();
  return (row?.second_factor_roles ?? []) as UserRole[];
}

export async function updateSecondFactorRoles(
  tx: Transaction,
  workspaceId: string,
  roles: readonly UserRole[],
): Promise<void> {
  const workspaces = tx.tables<FactorTables>().updateTable('identity_workspaces');
  await workspaces
    .set({ second_factor_roles: [...roles] })
    .where('workspace_id', '=', workspaceId)
    .execute();
}

/** Notes that the person of this session proved who she is. */
export async function markProved(tx: Transaction, sessionId: string, nowMs: number): Promise<void> {
  const sessions = tx.tables<FactorTables>().updateTable('identity_sessions');
  await sessions
    .set({ proved_at: new Date(nowMs) })
    .where('session_id', '=', sessionId)
    .execute();
}
