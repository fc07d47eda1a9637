/** Rows of `platform_secrets` and `platform_secret_keys`. */
import type { InstantColumn, NullableInstantColumn, Queryable, Transaction } from '#platform/db';
import { type Generated, sql } from 'kysely';
import type { StalePage } from './sealed-column.ts';
import type { SecretFact, SecretScope } from './types.ts';

interface SecretTables {
  platform_secrets: {
    workspace_id: string;
    name: string;
    sealed: string;
    created_at: InstantColumn;
    changed_at: InstantColumn;
    last_used_at: NullableInstantColumn;
  };
  platform_secret_keys: { key_id: string; position: Generated<bigint>; created_at: InstantColumn };
}

/** The key that sealed last; null in a database that holds no secrets yet. */
export async function findNewestKeyId(queryable: Queryable): Promise<string | null> {
  const keys = queryable.tables<SecretTables>().selectFrom('platform_secret_keys').select('key_id');
  return (await keys.orderBy('position', 'desc').limit(1).executeTakeFirst())?.key_id ?? null;
}

/** The key that replaced another one last; null while the first still seals. */
export async function findKeyChange(
  queryable: Queryable,
): Promise<{ readonly keyId: string; readonly createdAtMs: number } | null> {
  const rows = await queryable
    .tables<SecretTables>()
    .selectFrom('platform_secret_keys')
    .select(['key_id', 'created_at'])
    .orderBy('position', 'desc')
    .limit(2)
    .execute();
  const [newest] = rows;
  return newest && rows.length > 1 ? { keyId: newest.key_id, createdAtMs: newest.created_at } : null;
}

export async function insertKeyId(queryable: Queryable, keyId: string, createdAtMs: number): Promise<void> {
  await queryable
    .tables<SecretTables>()
    .insertInto('platform_secret_keys')
    .values({ key_id: keyId, created_at: new Date(createdAtMs) })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Writes or replaces; says whether the name is new. */
export async function upsertSecret(
  tx: Transaction,
  { workspaceId, name }: SecretScope,
  row: { readonly sealed: string; readonly changedAtMs: number },
): Promise<boolean> {
  const changed_at = new Date(row.changedAtMs);
  const written = await tx
    .tables<SecretTables>()
    .insertInto('platform_secrets')
    .values({ workspace_id: workspaceId, name, sealed: row.sealed, created_at: changed_at, changed_at })
    .onConflict((conflict) =>
      conflict.columns(['workspace_id', 'name']).doUpdateSet({ sealed: row.sealed, changed_at, last_used_at: null }),
    )
    .returning(sql<boolean>`xmax = 0`.as('isNew'))
    .executeTakeFirstOrThrow();
  return written.isNew;
}

export async function deleteSecret(tx: Transaction, { workspaceId, name }: SecretScope): Promise<boolean> {
  const { numDeletedRows } = await tx
    .tables<SecretTables>()
    .deleteFrom('platform_secrets')
    .where('workspace_id', '=', workspaceId)
    .where('name', '=', name)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

export async function listSecrets(
  queryable: Queryable,
  workspaceId: string,
  countMax: number,
): Promise<readonly SecretFact[]> {
  const rows = await queryable
    .tables<SecretTables>()
    .selectFrom('platform_secrets')
    .select(['name', 'created_at', 'changed_at', 'last_used_at'])
    .where('workspace_id', '=', workspaceId)
    .orderBy('name')
    .limit(countMax)
    .execute();
  return rows.map((row) => ({
    name: row.name,
    createdAtMs: row.created_at,
    changedAtMs: row.changed_at,
    lastUsedAtMs: row.last_used_at,
  }));
}

/** Makes writers of one workspace's secrets come one after the other, so that a limit holds. */
export async function lockSecrets(tx: Transaction, workspaceId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`secrets ${workspaceId}`}, 11))`.execute(tx.tables());
}

export async function findSealed(
  queryable: Queryable,
  { workspaceId, name }: SecretScope,
): Promise<{ readonly sealed: string; readonly lastUsedAtMs: number | null } | null> {
  const row = await queryable
    .tables<SecretTables>()
    .selectFrom('platform_secrets')
    .select(['sealed', 'last_used_at'])
    .where('workspace_id', '=', workspaceId)
    .where('name', '=', name)
    .executeTakeFirst();
  return row ? { sealed: row.sealed, lastUsedAtMs: row.last_used_at } : null;
}

export async function noteUse(
  queryable: Queryable,
  { workspaceId, name }: SecretScope,
  usedAtMs: number,
): Promise<void> {
  await queryable
    .tables<SecretTables>()
    .updateTable('platform_secrets')
    .set({ last_used_at: new Date(usedAtMs) })
    .where('workspace_id', '=', workspaceId)
    .where('name', '=', name)
    .execute();
}

/** Secrets whose data key is not wrapped by `keyId`, held until the commit. Their id is `<workspace> <name>`. */
export async function lockStaleSecrets(
  tx: Transaction,
  { keyId, afterId, countMax }: StalePage,
): Promise<readonly { readonly id: string; readonly scope: SecretScope; readonly sealed: string }[]> {
  const id = sql<string>`workspace_id::text || ' ' || name collate "C"`;
  const rows = await tx
    .tables<SecretTables>()
    .selectFrom('platform_secrets')
    .select(['workspace_id', 'name', 'sealed', id.as('id')])
    .where(isStale(keyId))
    .where(sql<boolean>`${afterId}::text is null or ${id} > ${afterId}`)
    .orderBy(id)
    .limit(countMax)
    .forUpdate()
    .execute();
  return rows.map((row) => ({
    id: row.id,
    scope: { workspaceId: row.workspace_id, name: row.name },
    sealed: row.sealed,
  }));
}

export async function countStaleSecrets(queryable: Queryable, keyId: string): Promise<number> {
  const { total } = await queryable
    .tables<SecretTables>()
    .selectFrom('platform_secrets')
    .select(sql<number>`count(*)::integer`.as('total'))
    .where(isStale(keyId))
    .executeTakeFirstOrThrow();
  return total;
}

function isStale(keyId: string) {
  return sql<boolean>`split_part(sealed, '.', 2) <> ${keyId}`;
}

export async function updateSealed(tx: Transaction, { workspaceId, name }: SecretScope, sealed: string): Promise<void> {
  await tx
    .tables<SecretTables>()
    .updateTable('platform_secrets')
    .set({ sealed })
    .where('workspace_id', '=', workspaceId)
    .where('name', '=', name)
    .execute();
}

export async function deleteSecretsOfWorkspace(tx: Transaction, workspaceId: string): Promise<void> {
  await tx.tables<SecretTables>().deleteFrom('platform_secrets').where('workspace_id', '=', workspaceId).execute();
}
