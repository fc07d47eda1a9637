/** The rulebook of a workspace. */
import type { Queryable, Transaction } from '#platform/db';
import { sql } from 'kysely';
import type { XrayRule } from './xray.ts';

export interface Rulebook {
  /** 0: the defaults of the product. */
  readonly version: number;
  readonly rules: readonly XrayRule[];
}

/** What people wrote, or null. */
export async function findRulebook(queryable: Queryable, workspaceId: string): Promise<Rulebook | null> {
  const rows = await queryable.prepared<Rulebook>(
    'portfolios.xray.find',
    'select version, rules from portfolios_xray_rulebooks where workspace_id = $1',
    [workspaceId],
  );
  return rows[0] ?? null;
}

/** Writes the next version; false when somebody else wrote it first. */
export async function writeRulebook(
  tx: Transaction,
  written: Rulebook & { readonly workspaceId: string; readonly atMs: number },
): Promise<boolean> {
  const { rows } = await sql`insert into portfolios_xray_rulebooks as b (workspace_id, version, rules, updated_at)
    values (${written.workspaceId}, ${written.version}, ${JSON.stringify(written.rules)}::jsonb,
      ${new Date(written.atMs).toISOString()})
    on conflict (workspace_id) do update set version = excluded.version, rules = excluded.rules,
      updated_at = excluded.updated_at where b.version = excluded.version - 1
    returning b.version`.execute(tx.tables());
  return rows.length > 0;
}

export async function deleteRulebookOfWorkspace(tx: Transaction, workspaceId: string): Promise<void> {
  await sql`delete from portfolios_xray_rulebooks where workspace_id = ${workspaceId}`.execute(tx.tables());
}
