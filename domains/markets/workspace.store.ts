/** What each workspace takes its prices from: live providers by default, the simulated market for a demo. */
import type { Queryable, Transaction } from '#platform/db';
import { sql } from 'kysely';

export type SimulatorFault = 'none' | 'outage' | 'stale' | 'spike';

export interface SimulatedWorkspace {
  readonly workspaceId: string;
  readonly seed: number;
  readonly fault: SimulatorFault;
}

/** True when the workspace lives on simulated prices. */
export async function isSimulatedWorkspace(queryable: Queryable, workspaceId: string): Promise<boolean> {
  const { rows } = await sql`select 1 from markets_workspaces
    where workspace_id = ${workspaceId} and price_source = 'simulated'`.execute(queryable.tables());
  return rows.length > 0;
}

/** Every workspace on simulated prices. */
export async function listSimulatedWorkspaces(queryable: Queryable): Promise<SimulatedWorkspace[]> {
  const { rows } = await sql<{ workspace_id: string; simulator_seed: number; simulator_fault: SimulatorFault }>`
    select workspace_id, simulator_seed, simulator_fault from markets_workspaces where price_source = 'simulated'
    order by workspace_id`.execute(queryable.tables());
  return rows.map((row) => ({ workspaceId: row.workspace_id, seed: row.simulator_seed, fault: row.simulator_fault }));
}

/** Puts a workspace on the simulated market for good; called when a demo workspace is made. */
export async function insertSimulatedWorkspace(tx: Transaction, workspace: SimulatedWorkspace): Promise<void> {
  await sql`
    insert into markets_workspaces (workspace_id, price_source, simulator_seed, simulator_fault)
    values (${workspace.workspaceId}, 'simulated', ${workspace.seed}, ${workspace.fault})
    on conflict (workspace_id) do nothing`.execute(tx.tables());
}

/** Makes the simulated market fail on purpose; false when the workspace is not simulated. */
export async function updateSimulatorFault(
  tx: Transaction,
  workspace: Pick<SimulatedWorkspace, 'workspaceId' | 'fault'>,
): Promise<boolean> {
  const { rows } = await sql`
    update markets_workspaces set simulator_fault = ${workspace.fault}
    where workspace_id = ${workspace.workspaceId} and price_source = 'simulated' returning workspace_id`.execute(
    tx.tables(),
  );
  return rows.length > 0;
}

/** Deletes everything markets holds for a workspace. */
export async function deleteWorkspaceRows(tx: Transaction, workspaceId: string): Promise<void> {
  await sql`delete from markets_alert_firings where workspace_id = ${workspaceId}`.execute(tx.tables());
  await sql`delete from markets_alert_rules where workspace_id = ${workspaceId}`.execute(tx.tables());
  await sql`delete from markets_quarantined_prices where workspace_id = ${workspaceId}`.execute(tx.tables());
  await sql`delete from markets_history_states where workspace_id = ${workspaceId}`.execute(tx.tables());
  await sql`delete from markets_empty_days where workspace_id = ${workspaceId}`.execute(tx.tables());
  await sql`delete from markets_splits where workspace_id = ${workspaceId}`.execute(tx.tables());
  await sql`delete from markets_dividends where workspace_id = ${workspaceId}`.execute(tx.tables());
  await sql`delete from markets_daily_prices where workspace_id = ${workspaceId}`.execute(tx.tables());
  await sql`delete from markets_prices where workspace_id = ${workspaceId}`.execute(tx.tables());
  await sql`delete from markets_watches where workspace_id = ${workspaceId}`.execute(tx.tables());
  await sql`delete from markets_instruments where workspace_id = ${workspaceId}`.execute(tx.tables());
  await sql`delete from markets_fx_rates where workspace_id = ${workspaceId}`.execute(tx.tables());
  await sql`delete from markets_workspaces where workspace_id = ${workspaceId}`.execute(tx.tables());
}
