/** What instruments are made of, in the database. The facts are the workspace's, like the instruments themselves. */
import type { Queryable, Transaction } from '#platform/db';
import { sql } from 'kysely';
import type { AssetClass } from './model.ts';

/** Parts in basis points by name; what is missing to the whole is unknown. */
export type Breakdown = Readonly<Record<string, number>>;

export interface InstrumentFacts {
  readonly instrumentId: string;
  readonly assetClass: AssetClass;
  readonly regions: Breakdown;
  readonly sectors: Breakdown;
  readonly feeBps: number | null;
}

interface FactsRow {
  readonly instrument_id: string;
  readonly asset_class: AssetClass;
  readonly regions: Breakdown;
  readonly sectors: Breakdown;
  readonly fee_bps: number | null;
}

/** The facts people stated, by instrument. */
export async function listInstrumentFacts(
  queryable: Queryable,
  workspaceId: string,
): Promise<Map<string, InstrumentFacts>> {
  const rows = await queryable.prepared<FactsRow>(
    'portfolios.facts.list',
    `select instrument_id, asset_class, regions, sectors, fee_bps from portfolios_instrument_facts where workspace_id = $1`,
    [workspaceId],
  );
  return new Map(rows.map((row) => [row.instrument_id, factsOf(row)]));
}

/** Writes what an instrument is made of over what was said before. */
export async function writeInstrumentFacts(
  tx: Transaction,
  facts: InstrumentFacts & { readonly workspaceId: string; readonly atMs: number },
): Promise<void> {
  await sql`insert into portfolios_instrument_facts
      (workspace_id, instrument_id, asset_class, regions, sectors, fee_bps, updated_at)
    values (${facts.workspaceId}, ${facts.instrumentId}, ${facts.assetClass}, ${JSON.stringify(facts.regions)}::jsonb,
      ${JSON.stringify(facts.sectors)}::jsonb, ${facts.feeBps}, ${new Date(facts.atMs).toISOString()})
    on conflict (workspace_id, instrument_id) do update set asset_class = excluded.asset_class,
      regions = excluded.regions, sectors = excluded.sectors, fee_bps = excluded.fee_bps,
      updated_at = excluded.updated_at`.execute(tx.tables());
}

function factsOf(row: FactsRow): InstrumentFacts {
  const { instrument_id: instrumentId, asset_class: assetClass, regions, sectors, fee_bps: feeBps } = row;
  return { instrumentId, assetClass, regions, sectors, feeBps };
}
