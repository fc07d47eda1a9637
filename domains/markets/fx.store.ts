/** Exchange rates in the database. ECB rates are shared by all workspaces; a simulated workspace has its own. */
import { Decimal, type LocalDate } from '#kernel';
import type { Queryable, Transaction } from '#platform/db';
import { sql } from 'kysely';
import { crossRate, type EuroRate, type FxPair, type FxRate } from './fx.ts';

/** Owner of what belongs to every workspace. */
export const SHARED_WORKSPACE_ID = '00000000-0000-0000-0000-000000000000';

export interface FxQuery {
  readonly workspaceId: string;
  readonly pairs: readonly (FxPair & { readonly on: LocalDate })[];
}

interface RateRow {
  readonly currency: string;
  readonly wanted_on: LocalDate;
  readonly on_date: LocalDate;
  readonly units_per_eur: string;
  readonly provider: string;
}

/**
 * The rate of each asked pair as known on its day (the last one published on or before it), in the order asked.
 * Identity is one; a currency nobody quotes gives null, never a guess.
 */
export async function fxRates(queryable: Queryable, query: FxQuery): Promise<(FxRate | null)[]> {
  const wanted = new Map<string, { currency: string; wanted_on: LocalDate }>();
  for (const { base, quote, on } of query.pairs) {
    if (base === quote) continue;
    for (const currency of [base, quote]) {
      if (currency !== 'EUR') wanted.set(`${currency}:${on}`, { currency, wanted_on: on });
    }
  }
  const owner = await rateOwner(queryable, query.workspaceId);
  const { rows } = await sql<RateRow>`
    select w.currency, w.wanted_on, r.on_date, r.units_per_eur, r.provider
    from jsonb_to_recordset(${JSON.stringify([...wanted.values()])}::jsonb) as w (currency text, wanted_on date)
    cross join lateral (
      select on_date, units_per_eur, provider from markets_fx_rates
      where workspace_id = ${owner}::uuid and currency = w.currency and on_date <= w.wanted_on
      order by on_date desc limit 1) r`.execute(queryable.tables());
  const found = new Map(rows.map((row) => [`${row.currency}:${row.wanted_on}`, euroRateOf(row)]));
  const euroRate = (currency: string, on: LocalDate): EuroRate | undefined =>
    currency === 'EUR' ? euro(on) : found.get(`${currency}:${on}`);
  return query.pairs.map(({ base, quote, on }) => {
    if (base === quote) return { rate: Decimal.one, on, isSimulated: false };
    const baseRate = euroRate(base, on);
    const quoteRate = euroRate(quote, on);
    return baseRate && quoteRate ? crossRate(baseRate, quoteRate) : null;
  });
}

export interface FxRangeQuery {
  readonly workspaceId: string;
  readonly currencies: readonly string[];
  readonly from: LocalDate;
  readonly to: LocalDate;
}

/**
 * Units per euro by currency, oldest first, published days only. The last rate before `from` comes first, so that the
 * caller can carry it forward; cross two with `crossRate`.
 */
export async function euroRatesBetween(queryable: Queryable, query: FxRangeQuery): Promise<Map<string, EuroRate[]>> {
  const owner = await rateOwner(queryable, query.workspaceId);
  const { rows } = await sql<Omit<RateRow, 'wanted_on'>>`
    select r.currency, r.on_date, r.units_per_eur, r.provider
    from jsonb_array_elements_text(${JSON.stringify(query.currencies)}::jsonb) as w (currency)
    join markets_fx_rates r on r.workspace_id = ${owner}::uuid and r.currency = w.currency
    where r.on_date <= ${query.to} and r.on_date >= coalesce(
      (select max(e.on_date) from markets_fx_rates e where e.workspace_id = ${owner}::uuid
        and e.currency = w.currency and e.on_date < ${query.from}), ${query.from})
    order by r.currency, r.on_date`.execute(queryable.tables());
  const rates = new Map<string, EuroRate[]>(query.currencies.map((currency) => [currency, []]));
  if (rates.has('EUR')) rates.set('EUR', [euro(query.from)]);
  for (const row of rows) rates.get(row.currency)?.push(euroRateOf(row));
  return rates;
}

function euro(on: LocalDate): EuroRate {
  return { currency: 'EUR', on, unitsPerEur: Decimal.one, isSimulated: false };
}

function euroRateOf(row: Omit<RateRow, 'wanted_on'>): EuroRate {
  const unitsPerEur = Decimal.from(row.units_per_eur);
  return { currency: row.currency, on: row.on_date, unitsPerEur, isSimulated: row.provider === 'simulator' };
}

/** Whose rates a workspace uses: its own when it is simulated, everybody's otherwise. */
export async function rateOwner(queryable: Queryable, workspaceId: string): Promise<string> {
  const { rows } = await sql`select 1 from markets_workspaces
    where workspace_id = ${workspaceId} and price_source = 'simulated'`.execute(queryable.tables());
  return rows.length > 0 ? workspaceId : SHARED_WORKSPACE_ID;
}

export interface EuroRateInput {
  readonly currency: string;
  readonly on: LocalDate;
  readonly unitsPerEur: Decimal;
}

export interface RateBatch {
  readonly workspaceId: string;
  readonly provider: 'ecb' | 'simulator';
  readonly fetchedAtMs: number;
  readonly rates: readonly EuroRateInput[];
}

const ROWS_PER_STATEMENT_MAX = 5_000; // Keeps one statement below a few hundred kilobytes.

/** Stores published rates; publishing again replaces. */
export async function upsertEuroRates(tx: Transaction, batch: RateBatch): Promise<void> {
  for (let start = 0; start < batch.rates.length; start += ROWS_PER_STATEMENT_MAX) {
    const rows = batch.rates
      .slice(start, start + ROWS_PER_STATEMENT_MAX)
      .map(({ currency, on, unitsPerEur }) => ({ currency, on_date: on, units_per_eur: unitsPerEur.toString() }));
    await sql`
      insert into markets_fx_rates (workspace_id, currency, on_date, units_per_eur, provider, fetched_at)
      select ${batch.workspaceId}::uuid, currency, on_date, units_per_eur, ${batch.provider},
        ${new Date(batch.fetchedAtMs).toISOString()}::timestamptz
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as fresh (currency text, on_date date, units_per_eur numeric)
      order by currency, on_date
      on conflict (workspace_id, currency, on_date) do update set units_per_eur = excluded.units_per_eur,
        provider = excluded.provider, fetched_at = excluded.fetched_at`.execute(tx.tables());
  }
}

/** The newest published day; null when none was ever stored. */
export async function newestEuroRateDay(queryable: Queryable, workspaceId: string): Promise<LocalDate | null> {
  const { rows } = await sql<{ on_date: LocalDate | null }>`
    select max(on_date) as on_date from markets_fx_rates where workspace_id = ${workspaceId}`.execute(
    queryable.tables(),
  );
  return rows[0]?.on_date ?? null;
}
