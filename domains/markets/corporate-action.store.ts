/** Splits and dividends in the database, as providers told them. They are facts beside the prices and change none of them. */
import { Decimal, type LocalDate } from '#kernel';
import type { Queryable, Transaction } from '#platform/db';
import { sql } from 'kysely';
import type { SplitFact } from './alert-history.ts';
import type { PriceProviderName } from './price.ts';
import type { Dividend, Split } from './provider/price-provider.ts';

export interface CorporateActions {
  readonly workspaceId: string;
  readonly instrumentId: string;
  readonly provider: PriceProviderName;
  readonly fetchedAtMs: number;
  readonly splits: readonly Split[];
  readonly dividends: readonly Dividend[];
}

const instant = (atMs: number): string => new Date(atMs).toISOString();

/** Stores what a provider told; the same day told again replaces. Returns the splits that are new or have another ratio now. */
export async function upsertCorporateActions(tx: Transaction, actions: CorporateActions): Promise<Split[]> {
  const { workspaceId, instrumentId, provider, fetchedAtMs } = actions;
  const dividends = actions.dividends.map(({ exDate, amount, currency }) => ({
    ex_date: exDate,
    amount: amount.toString(),
    currency,
  }));
  if (dividends.length > 0) {
    await sql`
      insert into markets_dividends as known (instrument_id, ex_date, workspace_id, amount, currency, provider, fetched_at)
      select ${instrumentId}::uuid, ex_date, ${workspaceId}::uuid, amount, currency, ${provider},
        ${instant(fetchedAtMs)}::timestamptz
      from jsonb_to_recordset(${JSON.stringify(dividends)}::jsonb) as fresh (ex_date date, amount numeric, currency text)
      on conflict (instrument_id, ex_date) do update set amount = excluded.amount, currency = excluded.currency,
        provider = excluded.provider, fetched_at = excluded.fetched_at
      where known.amount <> excluded.amount or known.currency <> excluded.currency`.execute(tx.tables());
  }
  if (actions.splits.length === 0) return [];
  const splits = actions.splits.map(({ on, ratio }) => ({ on_date: on, ratio: ratio.toString() }));
  const { rows } = await sql<{ on_date: LocalDate; ratio: string }>`
    insert into markets_splits as known (instrument_id, on_date, workspace_id, ratio, provider, fetched_at)
    select ${instrumentId}::uuid, on_date, ${workspaceId}::uuid, ratio, ${provider}, ${instant(fetchedAtMs)}::timestamptz
    from jsonb_to_recordset(${JSON.stringify(splits)}::jsonb) as fresh (on_date date, ratio numeric)
    on conflict (instrument_id, on_date) do update set ratio = excluded.ratio, provider = excluded.provider,
      fetched_at = excluded.fetched_at
    where known.ratio <> excluded.ratio
    returning on_date, ratio`.execute(tx.tables());
  return rows.map((row) => ({ on: row.on_date, ratio: Decimal.from(row.ratio) }));
}

/** The known splits of each instrument, oldest first. */
export async function listSplits(
  queryable: Queryable,
  instrumentIds: readonly string[],
): Promise<Map<string, SplitFact[]>> {
  const { rows } = await sql<{ instrument_id: string; on_date: LocalDate; ratio: string }>`
    select instrument_id, on_date, ratio from markets_splits
    where instrument_id in (select jsonb_array_elements_text(${JSON.stringify(instrumentIds)}::jsonb)::uuid)
    order by on_date`.execute(queryable.tables());
  const splits = new Map<string, SplitFact[]>();
  for (const row of rows) {
    const fact = { on: row.on_date, ratio: Decimal.from(row.ratio) };
    splits.set(row.instrument_id, [...(splits.get(row.instrument_id) ?? []), fact]);
  }
  return splits;
}

/** The known splits and dividends of an instrument as they are told, newest first. */
export async function listActions(
  queryable: Queryable,
  { workspaceId, instrumentId }: { readonly workspaceId: string; readonly instrumentId: string },
) {
  const splits = await sql<{ on: LocalDate; ratio: string; provider: PriceProviderName }>`
    select on_date as "on", ratio, provider from markets_splits
    where workspace_id = ${workspaceId} and instrument_id = ${instrumentId} order by on_date desc`.execute(
    queryable.tables(),
  );
  const dividends = await sql<{ exDate: LocalDate; amount: string; currency: string; provider: PriceProviderName }>`
    select ex_date as "exDate", amount, currency, provider from markets_dividends
    where workspace_id = ${workspaceId} and instrument_id = ${instrumentId} order by ex_date desc`.execute(
    queryable.tables(),
  );
  const plain = (figure: string): string => Decimal.from(figure).toString();
  return {
    splits: splits.rows.map((row) => ({ ...row, ratio: plain(row.ratio) })),
    dividends: dividends.rows.map((row) => ({ ...row, amount: plain(row.amount) })),
  };
}
