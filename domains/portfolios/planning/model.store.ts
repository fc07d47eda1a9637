/** Models, their versions and which portfolio follows which, in the database. */
import type { Queryable, Transaction } from '#platform/db';
import { sql } from 'kysely';
import { type PortfolioScope, type Reach, REACHED, reached, reachValues } from '../portfolio-reach.store.ts';
import type { ModelRules, RiskProfile, Target } from './model.ts';

export interface Model extends ModelRules {
  readonly id: string;
  readonly workspaceId: string;
  readonly name: string;
  readonly riskProfile: RiskProfile;
  readonly version: number;
  readonly note: string;
  readonly recordedAtMs: number;
  readonly isArchived: boolean;
}

export interface ModelVersion extends ModelRules {
  readonly version: number;
  readonly note: string;
  readonly recordedAtMs: number;
  readonly recordedBy: string | null;
}

export const MODELS_MAX = 100; // A firm's shelf of models, archived ones left out.
const VERSIONS_MAX = 200; // Newest first; nobody reads further back on a screen.

interface ModelRow {
  readonly model_id: string;
  readonly workspace_id: string;
  readonly name: string;
  readonly risk_profile: RiskProfile;
  readonly version: number;
  readonly targets: readonly Target[];
  readonly outside_band_bps: number;
  readonly note: string;
  readonly recorded_at: number;
  readonly is_archived: boolean;
}

const COLUMNS = `m.model_id, m.workspace_id, m.name, m.risk_profile, m.version, v.targets, v.outside_band_bps, v.note,
  v.recorded_at, m.archived_at is not null as is_archived`;
const VERSION = 'join portfolios_model_versions v on v.model_id = m.model_id and v.version = m.version';

/** The models of a workspace by name, archived ones left out. */
export async function listModels(queryable: Queryable, workspaceId: string): Promise<Model[]> {
  const rows = await queryable.prepared<ModelRow>(
    'portfolios.model.list',
    `select ${COLUMNS} from portfolios_models m ${VERSION} where m.workspace_id = $1 and m.archived_at is null
     order by lower(m.name), m.model_id limit ${MODELS_MAX}`,
    [workspaceId],
  );
  return rows.map(modelOf);
}

/** One model, also an archived one. */
export async function findModel(
  queryable: Queryable,
  wanted: { readonly workspaceId: string; readonly modelId: string },
): Promise<Model | null> {
  const rows = await queryable.prepared<ModelRow>(
    'portfolios.model.find',
    `select ${COLUMNS} from portfolios_models m ${VERSION} where m.workspace_id = $1 and m.model_id = $2`,
    [wanted.workspaceId, wanted.modelId],
  );
  return rows[0] ? modelOf(rows[0]) : null;
}

/** Holds a model's row until the transaction ends. False when there is none. */
export async function lockModel(
  tx: Transaction,
  wanted: { readonly workspaceId: string; readonly modelId: string },
): Promise<boolean> {
  const rows = await tx.prepared<{ model_id: string }>(
    'portfolios.model.lock',
    'select model_id from portfolios_models where workspace_id = $1 and model_id = $2 and archived_at is null for update',
    [wanted.workspaceId, wanted.modelId],
  );
  return rows.length > 0;
}

/** Every version of a model, newest first. */
export async function listModelVersions(
  queryable: Queryable,
  wanted: { readonly workspaceId: string; readonly modelId: string },
): Promise<ModelVersion[]> {
  const rows = await queryable.prepared<ModelRow & { recorded_by: string | null }>(
    'portfolios.model.versions',
    `select version, targets, outside_band_bps, note, recorded_at, recorded_by from portfolios_model_versions
     where workspace_id = $1 and model_id = $2 order by version desc limit ${VERSIONS_MAX}`,
    [wanted.workspaceId, wanted.modelId],
  );
  return rows.map((row) => ({
    version: row.version,
    targets: row.targets,
    outsideBandBps: row.outside_band_bps,
    note: row.note,
    recordedAtMs: row.recorded_at,
    recordedBy: row.recorded_by,
  }));
}

export async function countModels(tx: Transaction, workspaceId: string): Promise<number> {
  const { rows } = await sql<{ count: bigint }>`select count(*) as count from portfolios_models
    where workspace_id = ${workspaceId} and archived_at is null`.execute(tx.tables());
  return Number(rows[0]?.count ?? 0n);
}

export interface WrittenVersion extends ModelRules {
  readonly workspaceId: string;
  readonly modelId: string;
  readonly name: string;
  readonly riskProfile: RiskProfile;
  readonly version: number;
  readonly note: string;
  readonly atMs: number;
  readonly userId: string | null;
}

/** Adds a model or its next version. False when another model has the name. */
export async function writeModel(tx: Transaction, written: WrittenVersion): Promise<boolean> {
  const at = new Date(written.atMs).toISOString();
  const { rows: taken } = await sql`select 1 from portfolios_models where workspace_id = ${written.workspaceId}
    and lower(name) = lower(${written.name}) and archived_at is null and model_id <> ${written.modelId}`.execute(
    tx.tables(),
  );
  if (taken.length > 0) return false;
  await sql`insert into portfolios_models (model_id, workspace_id, name, risk_profile, version, created_at)
    values (${written.modelId}, ${written.workspaceId}, ${written.name}, ${written.riskProfile}, ${written.version}, ${at})
    on conflict (model_id) do update set name = excluded.name, risk_profile = excluded.risk_profile,
      version = excluded.version`.execute(tx.tables());
  await sql`insert into portfolios_model_versions
      (model_id, version, workspace_id, targets, outside_band_bps, note, recorded_at, recorded_by)
    values (${written.modelId}, ${written.version}, ${written.workspaceId}, ${JSON.stringify(written.targets)}::jsonb,
      ${written.outsideBandBps}, ${written.note}, ${at}, ${written.userId})`.execute(tx.tables());
  return true;
}

/** Takes a model off the shelf; its versions stay. */
export async function archiveModelRow(
  tx: Transaction,
  archived: { readonly workspaceId: string; readonly modelId: string; readonly atMs: number },
): Promise<void> {
  await sql`update portfolios_models set archived_at = ${new Date(archived.atMs).toISOString()}
    where workspace_id = ${archived.workspaceId} and model_id = ${archived.modelId}`.execute(tx.tables());
}

/** How many portfolios of the workspace follow a model, whoever reaches them. */
export async function countFollowers(queryable: Queryable, workspaceId: string): Promise<Map<string, number>> {
  const { rows } = await sql<{ model_id: string; count: bigint }>`select model_id, count(*) as count
    from portfolios_model_assignments where workspace_id = ${workspaceId} group by model_id`.execute(
    queryable.tables(),
  );
  return new Map(rows.map((row) => [row.model_id, Number(row.count)]));
}

/** Which model each portfolio within reach follows. */
export async function listAssignments(queryable: Queryable, reach: Reach): Promise<Map<string, string>> {
  const rows = await queryable.prepared<{ portfolio_id: string; model_id: string }>(
    'portfolios.model.assignments',
    `select p.portfolio_id, a.model_id from portfolios_portfolios p
       join portfolios_model_assignments a on a.portfolio_id = p.portfolio_id where ${REACHED}`,
    reachValues(reach),
  );
  return new Map(rows.map((row) => [row.portfolio_id, row.model_id]));
}

/** Gives a portfolio a model, or takes it off. */
export async function writeAssignment(
  tx: Transaction,
  assigned: PortfolioScope & { readonly modelId: string | null; readonly atMs: number },
): Promise<void> {
  await sql`delete from portfolios_drifts d using portfolios_portfolios p where p.portfolio_id = d.portfolio_id
    and ${reached(assigned)} and p.portfolio_id = ${assigned.portfolioId}`.execute(tx.tables());
  if (assigned.modelId === null) {
    await sql`delete from portfolios_model_assignments a using portfolios_portfolios p
      where p.portfolio_id = a.portfolio_id and ${reached(assigned)}
        and p.portfolio_id = ${assigned.portfolioId}`.execute(tx.tables());
    return;
  }
  await sql`insert into portfolios_model_assignments (portfolio_id, workspace_id, model_id, assigned_at)
    select p.portfolio_id, p.workspace_id, ${assigned.modelId}::uuid, ${new Date(assigned.atMs).toISOString()}::timestamptz
    from portfolios_portfolios p where ${reached(assigned)} and p.portfolio_id = ${assigned.portfolioId}
    on conflict (portfolio_id) do update set model_id = excluded.model_id, assigned_at = excluded.assigned_at`.execute(
    tx.tables(),
  );
}

/** Deletes models, facts and drifts of a workspace. Assignments leave with their portfolios; they go first here. */
export async function deleteModelsOfWorkspace(tx: Transaction, workspaceId: string): Promise<void> {
  await sql`delete from portfolios_drifts where workspace_id = ${workspaceId}`.execute(tx.tables());
  await sql`delete from portfolios_model_assignments where workspace_id = ${workspaceId}`.execute(tx.tables());
  await sql`delete from portfolios_models where workspace_id = ${workspaceId}`.execute(tx.tables());
  await sql`delete from portfolios_instrument_facts where workspace_id = ${workspaceId}`.execute(tx.tables());
}

function modelOf(row: ModelRow): Model {
  return {
    id: row.model_id,
    workspaceId: row.workspace_id,
    name: row.name,
    riskProfile: row.risk_profile,
    version: row.version,
    targets: row.targets,
    outsideBandBps: row.outside_band_bps,
    note: row.note,
    recordedAtMs: row.recorded_at,
    isArchived: row.is_archived,
  };
}
