/** Workspaces: SQL on identity_workspaces, and who belongs to them. */
import type { UserRole } from '#kernel';
import type { Queryable, Transaction } from '#platform/db';
import { sql } from 'kysely';
import type { IdentityTables, WorkspaceKind } from './tables.ts';

export interface Workspace {
  readonly id: string;
  readonly name: string;
  readonly kind: WorkspaceKind;
  readonly baseCurrency: string;
}

export type JoinedWorkspace = Workspace & { readonly role: UserRole };

const WORKSPACES_PER_USER_MAX = 100; // The switcher is a menu, not a page.

export async function insertWorkspace(
  tx: Transaction,
  workspace: Workspace & { readonly createdAtMs: number },
): Promise<void> {
  await tx
    .tables<IdentityTables>()
    .insertInto('identity_workspaces')
    .values({
      workspace_id: workspace.id,
      name: workspace.name,
      kind: workspace.kind,
      base_currency: workspace.baseCurrency,
      created_at: new Date(workspace.createdAtMs),
    })
    .execute();
}

export async function findWorkspace(queryable: Queryable, workspaceId: string): Promise<Workspace | null> {
  const row = await queryable
    .tables<IdentityTables>()
    .selectFrom('identity_workspaces')
    .select(['workspace_id', 'name', 'kind', 'base_currency'])
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirst();
  return row ? workspaceOf(row) : null;
}

/** Every workspace, for jobs that visit them all; oldest first. */
export async function listWorkspaces(queryable: Queryable, countMax: number): Promise<Workspace[]> {
  const rows = await queryable
    .tables<IdentityTables>()
    .selectFrom('identity_workspaces')
    .select(['workspace_id', 'name', 'kind', 'base_currency'])
    .orderBy('created_at')
    .orderBy('workspace_id')
    .limit(countMax)
    .execute();
  return rows.map(workspaceOf);
}

/** The workspaces of a person with her role in each; real ones first, oldest first. */
export async function listWorkspacesOfUser(queryable: Queryable, userId: string): Promise<JoinedWorkspace[]> {
  const rows = await queryable
    .tables<IdentityTables>()
    .selectFrom('identity_members')
    .innerJoin('identity_workspaces', 'identity_workspaces.workspace_id', 'identity_members.workspace_id')
    .select([
      'identity_workspaces.workspace_id as workspace_id',
      'identity_workspaces.name as name',
      'identity_workspaces.kind as kind',
      'identity_workspaces.base_currency as base_currency',
      'identity_members.role as role',
    ])
    .where('identity_members.user_id', '=', userId)
    .orderBy('identity_workspaces.kind', 'desc')
    .orderBy('identity_workspaces.created_at')
    .orderBy('identity_workspaces.workspace_id')
    .limit(WORKSPACES_PER_USER_MAX)
    .execute();
  return rows.map((row) => ({ ...workspaceOf(row), role: row.role }));
}

export async function listMemberIds(queryable: Queryable, workspaceId: string): Promise<string[]> {
  const rows = await queryable
    .tables<IdentityTables>()
    .selectFrom('identity_members')
    .select('user_id')
    .where('workspace_id', '=', workspaceId)
    .orderBy('user_id')
    .execute();
  return rows.map((row) => row.user_id);
}

/** Locks the workspace against being removed twice; null when it is already gone. */
export async function lockWorkspace(tx: Transaction, workspaceId: string): Promise<Workspace | null> {
  const row = await tx
    .tables<IdentityTables>()
    .selectFrom('identity_workspaces')
    .select(['workspace_id', 'name', 'kind', 'base_currency'])
    .where('workspace_id', '=', workspaceId)
    .forUpdate()
    .executeTakeFirst();
  return row ? workspaceOf(row) : null;
}

/** Deletes the workspace with its memberships and its audit chain; sessions must have moved away before. */
export async function deleteWorkspaceRows(tx: Transaction, workspaceId: string): Promise<void> {
  const tables = tx.tables<IdentityTables>();
  // The trail refuses to lose entries unless the transaction names the workspace that goes.
  await sql`select set_config('identity.removing_workspace', ${workspaceId}, true)`.execute(tables);
  await tables.deleteFrom('identity_audit_entries').where('workspace_id', '=', workspaceId).execute();
  await tables.deleteFrom('identity_audit_heads').where('workspace_id', '=', workspaceId).execute();
  await tables.deleteFrom('identity_members').where('workspace_id', '=', workspaceId).execute();
  await tables.deleteFrom('identity_workspaces').where('workspace_id', '=', workspaceId).execute();
  await sql`select set_config('identity.removing_workspace', '', true)`.execute(tables);
}

function workspaceOf(row: {
  workspace_id: string;
  name: string;
  kind: WorkspaceKind;
  base_currency: string;
}): Workspace {
  return { id: row.workspace_id, name: row.name, kind: row.kind, baseCurrency: row.base_currency };
}
