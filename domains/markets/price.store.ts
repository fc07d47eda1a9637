/** Prices in the database: latest, daily closes and the quarantine. */
import { Decimal, type LocalDate } from '#kernel';
import type { Queryable, Transaction } from '#platform/db';
import { sql } from 'kysely';
import type { InstrumentKind } from './instrument.ts';
import {
  type DailyPrice,
  isStalePrice,
  type LatestPrice,
  type Price,
  type PriceDoubt,
  type PriceProviderName,
} from './price.ts';

export interface LatestPricesQuery {
  readonly workspaceId: string;
  readonly instrumentIds: readonly string[];
  /** The instant staleness is judged at. */
  readonly atMs: number;
}

interface LatestRow {
  readonly instrument_id: string;
  readonly kind: InstrumentKind;
  readonly price_problem: string | null;
  readonly is_quarantined: boolean;
  readonly price: string | null;
  readonly currency: string;
  readonly provider: PriceProviderName;
  readonly market_at: number;
  readonly fetched_at: number;
  readonly is_adjusted: boolean;
  readonly previous_close: string | null;
  readonly day_volume: string | null;
}

/** The newest price of each instrument. Every id of the workspace is answered, priced or missing with its reason. */
export async function latestPrices(queryable: Queryable, query: LatestPricesQuery): Promise<Map<string, LatestPrice>> {
  const { rows } = await sql<LatestRow>`
    select i.id as instrument_id, i.kind, i.price_problem,
      exists (select 1 from markets_quarantined_prices q where q.instrument_id = i.id) as is_quarantined,
      p.price, coalesce(p.currency, i.currency) as currency, p.provider, p.market_at, p.fetched_at, p.is_adjusted,
      p.previous_close, p.day_volume
    from markets_instruments i left join markets_prices p on p.instrument_id = i.id
    where i.workspace_id = ${query.workspaceId}
      and i.id in (select jsonb_array_elements_text(${JSON.stringify(query.instrumentIds)}::jsonb)::uuid)`.execute(
    queryable.tables(),
  );
  return new Map(rows.map((row) => [row.instrument_id, latestOf(row, query.atMs)]));
}

function latestOf(row: LatestRow, atMs: number): LatestPrice {
  const { instrument_id: instrumentId, provider } = row;
  if (row.price === null) {
    if (row.kind === 'cash') return { state: 'missing', instrumentId, reason: 'cash' };
    if (row.is_quarantined) return { state: 'missing', instrumentId, reason: 'quarantined' };
    if (row.price_problem === null) return { state: 'missing', instrumentId, reason: 'never_fetched' };
    const isUnknown = row.price_problem.startsWith('unknown_symbol');
    return { state: 'missing', instrumentId, reason: isUnknown ? 'unknown_symbol' : 'provider_failed' };
  }
  return {
    state: 'priced',
    instrumentId,
    price: Decimal.from(row.price),
    currency: row.currency,
    provider,
    marketAtMs: row.market_at,
    fetchedAtMs: row.fetched_at,
    isAdjusted: row.is_adjusted,
    previousClose: row.previous_close === null ? null : Decimal.from(row.previous_close),
    ...(row.day_volume === null ? {} : { dayVolume: Decimal.from(row.day_volume) }),
    isStale: isStalePrice({ provider, marketAtMs: row.market_at }, row.kind, atMs),
    isSimulated: provider === 'simulator',
    isManual: provider === 'manual',
  };
}

export interface DayRangeQuery {
  readonly workspaceId: string;
  readonly instrumentIds: readonly string[];
  readonly from: LocalDate;
  readonly to: LocalDate;
}

interface DailyRow {
  readonly instrument_id: string;
  readonly on_date: LocalDate;
  readonly price: string;
  readonly currency: string;
  readonly provider: PriceProviderName;
}

/**
 * Daily closes by instrument, oldest first, days without a market left out. The last close before `from` comes
 * first, so that the caller can carry it forward.
 */
export async function pricesBetween(queryable: Queryable, query: DayRangeQuery): Promise<Map<string, DailyPrice[]>> {
  const ids = JSON.stringify(query.instrumentIds);
  const { rows } = await sql<DailyRow>`
    with wanted as (
      select id from markets_instruments where workspace_id = ${query.workspaceId}
        and id in (select jsonb_array_elements_text(${ids}::jsonb)::uuid))
    select d.instrument_id, d.on_date, d.price, d.currency, d.provider
    from wanted join markets_daily_prices d on d.instrument_id = wanted.id
    where d.on_date <= ${query.to} and d.on_date >= coalesce(
      (select max(e.on_date) from markets_daily_prices e
        where e.instrument_id = wanted.id and e.on_date < ${query.from}), ${query.from})
    order by d.instrument_id, d.on_date`.execute(queryable.tables());
  const prices = new Map<string, DailyPrice[]>(query.instrumentIds.map((id) => [id, []]));
  for (const row of rows) {
    prices.get(row.instrument_id)?.push({
      instrumentId: row.instrument_id,
      on: row.on_date,
      price: Decimal.from(row.price),
      currency: row.currency,
      provider: row.provider,
    });
  }
  return prices;
}

const instant = (atMs: number): string => new Date(atMs).toISOString();

/** Stores newest prices in one statement; one that is older than the stored one changes nothing. Returns what was taken. */
export async function upsertLatestPrices(
  tx: Transaction,
  workspaceId: string,
  prices: readonly Price[],
): Promise<Set<string>> {
  const rows = prices.map((price) => ({
    instrument_id: price.instrumentId,
    price: price.price.toString(),
    currency: price.currency,
    provider: price.provider,
    market_at: instant(price.marketAtMs),
    fetched_at: instant(price.fetchedAtMs),
    is_adjusted: price.isAdjusted,
    previous_close: price.previousClose?.toString() ?? null,
    day_volume: price.dayVolume?.toString() ?? null,
  }));
  const result = await sql<{ instrument_id: string }>`
    insert into markets_prices as known (instrument_id, workspace_id, price, currency, provider, market_at, fetched_at,
      is_adjusted, previous_close, day_volume)
    select instrument_id, ${workspaceId}::uuid, price, currency, provider, market_at, fetched_at, is_adjusted,
      previous_close, day_volume
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as fresh (instrument_id uuid, price numeric, currency text,
      provider text, market_at timestamptz, fetched_at timestamptz, is_adjusted boolean, previous_close numeric,
      day_volume numeric)
    order by instrument_id
    on conflict (instrument_id) do update set price = excluded.price, currency = excluded.currency,
      provider = excluded.provider, market_at = excluded.market_at, fetched_at = excluded.fetched_at,
      is_adjusted = excluded.is_adjusted, previous_close = coalesce(excluded.previous_close, known.previous_close),
      day_volume = excluded.day_volume
    where known.market_at <= excluded.market_at
    returning instrument_id`.execute(tx.tables());
  return new Set(result.rows.map((row) => row.instrument_id));
}

export interface DailyPriceInput {
  readonly instrumentId: string;
  readonly on: LocalDate;
  readonly price: Decimal;
  readonly currency: string;
  readonly provider: PriceProviderName;
  readonly marketAtMs: number;
  readonly fetchedAtMs: number;
  readonly volume?: Decimal;
}

/** Stores daily closes. A close that a person wrote is only replaced by a person. */
export async function upsertDailyPrices(
  tx: Transaction,
  workspaceId: string,
  prices: readonly DailyPriceInput[],
): Promise<void> {
  if (prices.length === 0) return;
  const rows = prices.map((price) => ({
    instrument_id: price.instrumentId,
    on_date: price.on,
    price: price.price.toString(),
    currency: price.currency,
    provider: price.provider,
    market_at: instant(price.marketAtMs),
    fetched_at: instant(price.fetchedAtMs),
    volume: price.volume?.toString() ?? null,
  }));
  await sql`
    insert into markets_daily_prices as known (instrument_id, on_date, workspace_id, price, currency, provider,
      market_at, fetched_at, is_adjusted, volume)
    select instrument_id, on_date, ${workspaceId}::uuid, price, currency, provider, market_at, fetched_at, false, volume
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as fresh (instrument_id uuid, on_date date, price numeric,
      currency text, provider text, market_at timestamptz, fetched_at timestamptz, volume numeric)
    order by instrument_id, on_date
    on conflict (instrument_id, on_date) do update set price = excluded.price, currency = excluded.currency,
      provider = excluded.provider, market_at = excluded.market_at, fetched_at = excluded.fetched_at,
      volume = coalesce(excluded.volume, known.volume)
    where known.provider <> 'manual' or excluded.provider = 'manual'`.execute(tx.tables());
}

export interface QuarantinedPrice {
  readonly price: Price;
  readonly reason: PriceDoubt;
  readonly referencePrice: Decimal | null;
  /** What another provider said at the same time; null when nobody else was asked. */
  readonly other: { readonly provider: PriceProviderName; readonly price: Decimal } | null;
}

/** Keeps the newest refused price of an instrument for a person to look at. True when there was none waiting. */
export async function upsertQuarantined(
  tx: Transaction,
  workspaceId: string,
  entry: QuarantinedPrice,
): Promise<boolean> {
  const { price, reason, referencePrice, other } = entry;
  const { rows } = await sql<{ is_new: boolean }>`
    insert into markets_quarantined_prices (instrument_id, workspace_id, price, currency, provider, market_at,
      fetched_at, is_adjusted, reason, reference_price, other_provider, other_price)
    values (${price.instrumentId}, ${workspaceId}, ${price.price.toString()}, ${price.currency}, ${price.provider},
      ${instant(price.marketAtMs)}, ${instant(price.fetchedAtMs)}, ${price.isAdjusted}, ${reason},
      ${referencePrice?.toString() ?? null}, ${other?.provider ?? null}, ${other?.price.toString() ?? null})
    on conflict (instrument_id) do update set price = excluded.price, currency = excluded.currency,
      provider = excluded.provider, market_at = excluded.market_at, fetched_at = excluded.fetched_at,
      reason = excluded.reason, reference_price = excluded.reference_price,
      other_provider = excluded.other_provider, other_price = excluded.other_price
    returning (xmax = 0) as is_new`.execute(tx.tables());
  return rows[0]?.is_new ?? false;
}

/** Empties the quarantine of instruments that have a sane price again. */
export async function deleteQuarantined(
  tx: Transaction,
  workspaceId: string,
  instrumentIds: readonly string[],
): Promise<void> {
  await sql`delete from markets_quarantined_prices where workspace_id = ${workspaceId}
    and instrument_id in (select jsonb_array_elements_text(${JSON.stringify(instrumentIds)}::jsonb)::uuid)`.execute(
    tx.tables(),
  );
}

interface QuarantinedRow {
  readonly instrument_id: string;
  readonly price: string;
  readonly currency: string;
  readonly provider: PriceProviderName;
  readonly market_at: number;
  readonly fetched_at: number;
  readonly is_adjusted: boolean;
  readonly reason: PriceDoubt;
  readonly reference_price: string | null;
  readonly other_provider: PriceProviderName | null;
  readonly other_price: string | null;
}

const QUARANTINE_SHOWN_MAX = 200; // More than this is one broken provider, not two hundred decisions.

/** The refused prices that wait for a person. */
export async function listQuarantined(queryable: Queryable, workspaceId: string): Promise<QuarantinedPrice[]> {
  const { rows } = await sql<QuarantinedRow>`
    select instrument_id, price, currency, provider, market_at, fetched_at, is_adjusted, reason, reference_price,
      other_provider, other_price
    from markets_quarantined_prices where workspace_id = ${workspaceId}
    order by fetched_at desc limit ${QUARANTINE_SHOWN_MAX}`.execute(queryable.tables());
  return rows.map((row) => ({
    price: {
      instrumentId: row.instrument_id,
      price: Decimal.from(row.price),
      currency: row.currency,
      provider: row.provider,
      marketAtMs: row.market_at,
      fetchedAtMs: row.fetched_at,
      isAdjusted: row.is_adjusted,
      previousClose: null,
    },
    reason: row.reason,
    referencePrice: row.reference_price === null ? null : Decimal.from(row.reference_price),
    other:
      row.other_provider === null || row.other_price === null
        ? null
        : { provider: row.other_provider, price: Decimal.from(row.other_price) },
  }));
}
