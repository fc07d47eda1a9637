/** What is stored, expected and missing of daily histories, and which closes of a market are final. */
import type { LocalDate } from '#kernel';
import type { Queryable, Transaction } from '#platform/db';
import { sql } from 'kysely';
import type { Instrument } from './instrument.ts';
import { instrumentOf, type InstrumentRow } from './instrument.store.ts';
import type { MarketCalendar } from './market-calendar.ts';

const COLUMNS = sql`i.id, i.workspace_id, i.kind, i.symbol, i.isin, i.name, i.currency, i.provider_symbol,
  i.provider_name, i.price_problem, i.version`;
const WATCHED_MAX = 20_000; // Instruments of one installation.

export interface WatchedHistory {
  readonly instrument: Instrument;
  /** First day whose close somebody wants. */
  readonly since: LocalDate;
}

/** Watched instruments (of one workspace, or one of them) with the first day wanted; simulated workspaces only when asked by name. */
export async function listWatchedHistories(
  queryable: Queryable,
  scope: { readonly workspaceId?: string; readonly instrumentId?: string },
): Promise<WatchedHistory[]> {
  const { workspaceId = null, instrumentId = null } = scope;
  const { rows } = await sql<InstrumentRow & { since: LocalDate }>`
    select ${COLUMNS}, n.since from markets_instruments i
    join (select instrument_id, min(since) as since from markets_watches group by instrument_id) n on n.instrument_id = i.id
    where i.kind <> 'cash' and (${instrumentId}::uuid is null or i.id = ${instrumentId}::uuid)
      and (i.workspace_id = ${workspaceId}::uuid or (${workspaceId}::uuid is null and not exists (
        select 1 from markets_workspaces w where w.workspace_id = i.workspace_id and w.price_source = 'simulated')))
    order by i.id limit ${WATCHED_MAX}`.execute(queryable.tables());
  return rows.map((row) => ({ instrument: instrumentOf(row), since: row.since }));
}

/** Days with a stored close, and days known to be empty, from a day on. */
export async function readKnownDays(
  queryable: Queryable,
  scope: { readonly instrumentId: string; readonly from: LocalDate },
): Promise<{ readonly stored: Set<LocalDate>; readonly empty: Set<LocalDate> }> {
  const { rows } = await sql<{ on_date: LocalDate; is_empty: boolean }>`
    select on_date, false as is_empty from markets_daily_prices
    where instrument_id = ${scope.instrumentId} and on_date >= ${scope.from}
    union all select on_date, true from markets_empty_days
    where instrument_id = ${scope.instrumentId} and on_date >= ${scope.from}`.execute(queryable.tables());
  const daysOf = (isEmpty: boolean): Set<LocalDate> =>
    new Set(rows.filter((row) => row.is_empty === isEmpty).map((row) => row.on_date));
  return { stored: daysOf(false), empty: daysOf(true) };
}

export interface HistoryState {
  readonly instrumentId: string;
  readonly expectedCount: number;
  readonly missingCount: number;
  readonly firstMissing: LocalDate | null;
  readonly lastMissing: LocalDate | null;
  readonly checkedAtMs: number;
}

/** Writes what a check found. */
export async function upsertHistoryState(tx: Transaction, workspaceId: string, state: HistoryState): Promise<void> {
  await sql`
    insert into markets_history_states (instrument_id, workspace_id, expected_count, missing_count, first_missing,
      last_missing, checked_at)
    values (${state.instrumentId}, ${workspaceId}, ${state.expectedCount}, ${state.missingCount}, ${state.firstMissing},
      ${state.lastMissing}, ${instant(state.checkedAtMs)})
    on conflict (instrument_id) do update set expected_count = excluded.expected_count,
      missing_count = excluded.missing_count, first_missing = excluded.first_missing,
      last_missing = excluded.last_missing, checked_at = excluded.checked_at`.execute(tx.tables());
}

const SHOWN_MAX = 500; // One page of them; a person repairs the worst first.

/** Instruments of a workspace whose history had gaps when it was last checked, worst first. */
export async function listHistoryStates(queryable: Queryable, workspaceId: string): Promise<HistoryState[]> {
  const { rows } = await sql<{
    instrument_id: string;
    expected_count: number;
    missing_count: number;
    first_missing: LocalDate | null;
    last_missing: LocalDate | null;
    checked_at: number;
  }>`
    select instrument_id, expected_count, missing_count, first_missing, last_missing, checked_at
    from markets_history_states where workspace_id = ${workspaceId} and missing_count > 0
    order by missing_count desc, instrument_id limit ${SHOWN_MAX}`.execute(queryable.tables());
  return rows.map((row) => ({
    instrumentId: row.instrument_id,
    expectedCount: row.expected_count,
    missingCount: row.missing_count,
    firstMissing: row.first_missing,
    lastMissing: row.last_missing,
    checkedAtMs: row.checked_at,
  }));
}

export interface EmptyDays {
  readonly workspaceId: string;
  readonly instrumentId: string;
  readonly provider: string;
  readonly days: readonly LocalDate[];
  readonly atMs: number;
}

/** Notes days that a provider has no close of; they are no gap any more. */
export async function insertEmptyDays(tx: Transaction, empty: EmptyDays): Promise<void> {
  if (empty.days.length === 0) return;
  await sql`
    insert into markets_empty_days (instrument_id, on_date, workspace_id, provider, checked_at)
    select ${empty.instrumentId}::uuid, on_date::date, ${empty.workspaceId}::uuid, ${empty.provider},
      ${instant(empty.atMs)}::timestamptz
    from jsonb_array_elements_text(${JSON.stringify(empty.days)}::jsonb) as on_date
    on conflict (instrument_id, on_date) do nothing`.execute(tx.tables());
}

/** When the stored close of each instrument on a day was fetched; without one it is absent. */
export async function readCloseFetches(
  queryable: Queryable,
  on: LocalDate,
  instrumentIds: readonly string[],
): Promise<Map<string, number>> {
  const { rows } = await sql<{ instrument_id: string; fetched_at: number }>`
    select instrument_id, fetched_at from markets_daily_prices where on_date = ${on}
      and instrument_id in (select jsonb_array_elements_text(${JSON.stringify(instrumentIds)}::jsonb)::uuid)`.execute(
    queryable.tables(),
  );
  return new Map(rows.map((row) => [row.instrument_id, row.fetched_at]));
}

export interface CloseSnapshot {
  readonly calendar: MarketCalendar;
  readonly on: LocalDate;
  readonly instrumentCount: number;
  readonly missingCount: number;
}

/** True when the final closes of that day were fetched already. */
export async function hasCloseSnapshot(
  queryable: Queryable,
  { calendar, on }: Pick<CloseSnapshot, 'calendar' | 'on'>,
): Promise<boolean> {
  const { rows } = await sql`select 1 from markets_close_snapshots
    where calendar = ${calendar} and on_date = ${on}`.execute(queryable.tables());
  return rows.length > 0;
}

export async function insertCloseSnapshot(tx: Transaction, snapshot: CloseSnapshot, atMs: number): Promise<void> {
  await sql`
    insert into markets_close_snapshots (calendar, on_date, instrument_count, missing_count, done_at)
    values (${snapshot.calendar}, ${snapshot.on}, ${snapshot.instrumentCount}, ${snapshot.missingCount}, ${instant(atMs)})
    on conflict (calendar, on_date) do nothing`.execute(tx.tables());
}

function instant(atMs: number): string {
  return new Date(atMs).toISOString();
}
