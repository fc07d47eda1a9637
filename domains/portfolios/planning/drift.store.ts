/** What was last told about the drift of each portfolio. */
import { Decimal, type LocalDate } from '#kernel';
import type { Queryable, Transaction } from '#platform/db';
import { sql } from 'kysely';
import { type Reach, REACHED, reachValues } from '../portfolio-reach.store.ts';

export interface ToldDrift {
  readonly portfolioId: string;
  readonly workspaceId: string;
  readonly modelId: string;
  readonly isOut: boolean;
  readonly outSince: LocalDate | null;
  readonly worst: string;
  readonly maxDrift: Decimal;
  readonly checkedAtMs: number;
}

interface DriftRow {
  readonly portfolio_id: string;
  readonly workspace_id: string;
  readonly model_id: string;
  readonly is_out: boolean;
  readonly out_since: LocalDate | null;
  readonly worst: string;
  readonly max_drift: string;
  readonly checked_at: number;
}

/** What was told last about the portfolios within reach. */
export async function listToldDrifts(queryable: Queryable, reach: Reach): Promise<Map<string, ToldDrift>> {
  const rows = await queryable.prepared<DriftRow>(
    'portfolios.drift.list',
    `select p.portfolio_id, d.workspace_id, d.model_id, d.is_out, d.out_since, d.worst, d.max_drift, d.checked_at
     from portfolios_portfolios p join portfolios_drifts d on d.portfolio_id = p.portfolio_id where ${REACHED}`,
    reachValues(reach),
  );
  return new Map(
    rows.map((row) => [
      row.portfolio_id,
      {
        portfolioId: row.portfolio_id,
        workspaceId: row.workspace_id,
        modelId: row.model_id,
        isOut: row.is_out,
        outSince: row.out_since,
        worst: row.worst,
        maxDrift: Decimal.from(row.max_drift),
        checkedAtMs: row.checked_at,
      },
    ]),
  );
}

/** Writes what is told now; two checks of one portfolio take turns on its row. */
export async function writeToldDrift(tx: Transaction, told: ToldDrift): Promise<void> {
  await sql`insert into portfolios_drifts
      (portfolio_id, workspace_id, model_id, is_out, out_since, worst, max_drift, checked_at)
    values (${told.portfolioId}, ${told.workspaceId}, ${told.modelId}, ${told.isOut}, ${told.outSince}, ${told.worst},
      ${told.maxDrift.toString()}, ${new Date(told.checkedAtMs).toISOString()})
    on conflict (portfolio_id) do update set model_id = excluded.model_id, is_out = excluded.is_out,
      out_since = excluded.out_since, worst = excluded.worst, max_drift = excluded.max_drift,
      checked_at = excluded.checked_at`.execute(tx.tables());
}
