/** The sealed texts of `webhooks_endpoints`, of every workspace: for the change of the master key only. */
import type { Queryable, Transaction } from '#platform/db';
import type { StalePage } from '#platform/secrets';
import { sql } from 'kysely';
import type { StoredKeyPair, StoredSecret } from './endpoint.ts';
import type { EndpointName } from './secret.ts';

interface SealedTexts extends EndpointName {
  readonly secrets: readonly StoredSecret[];
  readonly keyPairs: readonly StoredKeyPair[];
}

export async function countStaleEndpoints(queryable: Queryable, keyId: string): Promise<number> {
  const { rows } = await sql<{ readonly total: number }>`
    select count(*)::integer as total from webhooks_endpoints where ${isStale(keyId)}`.execute(queryable.tables());
  return rows[0]?.total ?? 0;
}

export async function lockStaleEndpoints(
  tx: Transaction,
  { keyId, afterId, countMax }: StalePage,
): Promise<readonly SealedTexts[]> {
  const { rows } = await sql<{ id: string; workspace_id: string; secrets: StoredSecret[]; key_pairs: StoredKeyPair[] }>`
    select id, workspace_id, secrets, key_pairs from webhooks_endpoints
    where ${isStale(keyId)} and (${afterId}::uuid is null or id > ${afterId}::uuid)
    order by id limit ${countMax} for update`.execute(tx.tables());
  return rows.map((row) => ({
    id: row.id,
    workspaceId: row.workspace_id,
    secrets: row.secrets,
    keyPairs: row.key_pairs,
  }));
}

export async function updateSealedTexts(tx: Transaction, row: SealedTexts): Promise<void> {
  await sql`
    update webhooks_endpoints
    set secrets = ${JSON.stringify(row.secrets)}, key_pairs = ${JSON.stringify(row.keyPairs)}
    where id = ${row.id} and workspace_id = ${row.workspaceId}`.execute(tx.tables());
}

function isStale(keyId: string) {
  return sql<boolean>`exists (
    select from jsonb_array_elements(secrets || key_pairs) entry where split_part(entry ->> 'sealed', '.', 2) <> ${keyId}
  )`;
}
