/** What changed in the market's history since an instant, for whoever computed figures from it. */
import { epochDay, type LocalDate } from '#kernel';
import type { Queryable } from '#platform/db';
import { sql } from 'kysely';
import { rateOwner } from './fx.store.ts';

export interface MarketChanges {
  /** First epoch day whose close is another, or new, by instrument; and whose rate is, by currency. */
  readonly closes: ReadonlyMap<string, number>;
  readonly rates: ReadonlyMap<string, number>;
  /** Whose rates the workspace uses: another owner is another history. */
  readonly rateOwner: string;
}

/** Closes and rates that arrived at or after an instant, each by the first day it is about. */
export async function marketChangesSince(
  queryable: Queryable,
  { workspaceId, sinceMs }: { readonly workspaceId: string; readonly sinceMs: number },
): Promise<MarketChanges> {
  const since = new Date(sinceMs).toISOString();
  const owner = await rateOwner(queryable, workspaceId);
  const closes = await sql<{ instrument_id: string; first_on: LocalDate }>`
    select instrument_id, min(on_date) as first_on from markets_daily_prices
    where workspace_id = ${workspaceId} and fetched_at >= ${since}::timestamptz
    group by instrument_id`.execute(queryable.tables());
  const rates = await sql<{ currency: string; first_on: LocalDate }>`
    select currency, min(on_date) as first_on from markets_fx_rates
    where workspace_id = ${owner}::uuid and fetched_at >= ${since}::timestamptz
    group by currency`.execute(queryable.tables());
  return {
    closes: new Map(closes.rows.map((row) => [row.instrument_id, epochDay(row.first_on)])),
    rates: new Map(rates.rows.map((row) => [row.currency, epochDay(row.first_on)])),
    rateOwner: owner,
  };
}
