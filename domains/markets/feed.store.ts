/** What the feed must do next and how its providers fare, in the database, where every process sees it. */
import type { LocalDate } from '#kernel';
import type { Queryable, Transaction } from '#platform/db';
import { sql } from 'kysely';
import type { Instrument } from './instrument.ts';
import { instrumentOf, type InstrumentRow } from './instrument.store.ts';
import type { ProviderHealth } from './provider/breaker.ts';

export interface RefreshIntervals {
  readonly coinSeconds: number;
  readonly listedSeconds: number;
  readonly fundSeconds: number;
}

const DUE_MAX = 40; // One round of the poller; the rest is due again in a few seconds.
const UNKNOWN_RETRY_SECONDS = 6 * 3_600; // A symbol nobody knows stays unknown for a while.
const FAILED_RETRY_SECONDS = 60; // The breaker's pause.

const COLUMNS = sql`i.id, i.workspace_id, i.kind, i.symbol, i.isin, i.name, i.currency, i.provider_symbol,
  i.provider_name, i.price_problem, i.version`;
const IS_LIVE = sql`not exists (select 1 from markets_workspaces w
  where w.workspace_id = i.workspace_id and w.price_source = 'simulated')`;

/** Watched instruments of live workspaces whose price is due for a look, longest waiting first. */
export async function listDueInstruments(
  queryable: Queryable,
  intervals: RefreshIntervals,
  atMs: number,
): Promise<Instrument[]> {
  const { rows } = await sql<InstrumentRow>`
    select ${COLUMNS} from markets_instruments i
    where i.kind <> 'cash' and exists (select 1 from markets_watches n where n.instrument_id = i.id) and ${IS_LIVE}
      and (i.attempted_at is null or i.attempted_at <= ${new Date(atMs).toISOString()}::timestamptz - make_interval(secs =>
        case when i.price_problem like 'unknown_symbol%' then ${UNKNOWN_RETRY_SECONDS}::int
          when i.price_problem is not null then ${FAILED_RETRY_SECONDS}::int
          when i.kind = 'crypto' then ${intervals.coinSeconds}::int
          when i.kind = 'fund' then ${intervals.fundSeconds}::int
          else ${intervals.listedSeconds}::int end))
    order by i.attempted_at nulls first, i.id limit ${DUE_MAX}`.execute(queryable.tables());
  return rows.map(instrumentOf);
}

const TICKED_MAX = 500; // Instruments of one demo; a tick of all of them fits one statement.

/** Watched instruments of one workspace. */
export async function listWatchedInstruments(queryable: Queryable, workspaceId: string): Promise<Instrument[]> {
  const { rows } = await sql<InstrumentRow>`
    select ${COLUMNS} from markets_instruments i
    where i.workspace_id = ${workspaceId} and i.kind <> 'cash'
      and exists (select 1 from markets_watches n where n.instrument_id = i.id)
    order by i.id limit ${TICKED_MAX}`.execute(queryable.tables());
  return rows.map(instrumentOf);
}

/** Notes how a look went and what the provider calls the instrument; a name a person chose is kept. */
export async function updateAttempt(
  tx: Transaction,
  instrumentId: string,
  attempt: {
    readonly atMs: number;
    readonly problem: string | null;
    readonly providerSymbol: string | null;
    readonly providerName: string | null;
  },
): Promise<void> {
  await sql`
    update markets_instruments set attempted_at = ${new Date(attempt.atMs).toISOString()},
      price_problem = ${attempt.problem}, provider_name = coalesce(${attempt.providerName}, provider_name),
      provider_symbol = case when is_provider_symbol_chosen then provider_symbol
        else coalesce(${attempt.providerSymbol}, provider_symbol) end
    where id = ${instrumentId}`.execute(tx.tables());
}

/** Records what a person says the provider calls it (null: look again) and makes it due at once. */
export async function updateProviderSymbol(
  tx: Transaction,
  instrument: { readonly workspaceId: string; readonly instrumentId: string },
  change: { readonly providerSymbol: string | null; readonly version: number },
): Promise<boolean> {
  const { rows } = await sql`
    update markets_instruments set provider_symbol = ${change.providerSymbol}, provider_name = null,
      is_provider_symbol_chosen = ${change.providerSymbol !== null}, attempted_at = null, price_problem = null,
      version = version + 1
    where workspace_id = ${instrument.workspaceId} and id = ${instrument.instrumentId} and version = ${change.version}
    returning id`.execute(tx.tables());
  return rows.length > 0;
}

export interface Comparison {
  readonly comparedAtMs: number | null;
  readonly isDisputed: boolean;
}

/** When a price was last held against another provider's, and how that ended. */
export async function findComparison(queryable: Queryable, instrumentId: string): Promise<Comparison> {
  const { rows } = await sql<{ compared_at: number | null; is_disputed: boolean }>`
    select compared_at, is_disputed from markets_instruments where id = ${instrumentId}`.execute(queryable.tables());
  return { comparedAtMs: rows[0]?.compared_at ?? null, isDisputed: rows[0]?.is_disputed ?? false };
}

/** Notes a comparison; a dispute lasts until providers agree again or a person accepts a price. */
export async function updateComparison(tx: Transaction, instrumentId: string, comparison: Comparison): Promise<void> {
  await sql`
    update markets_instruments set compared_at = ${instant(comparison.comparedAtMs)}, is_disputed = ${comparison.isDisputed}
    where id = ${instrumentId}`.execute(tx.tables());
}

export interface HistoryNeed {
  readonly instrument: Instrument;
  /** First day wanted. */
  readonly since: LocalDate;
  readonly firstStored: LocalDate | null;
  readonly lastStored: LocalDate | null;
}

/** What is wanted and stored of one instrument's history; null when nobody watches it any more. */
export async function findHistoryNeed(
  queryable: Queryable,
  scope: { readonly workspaceId: string; readonly instrumentId: string },
): Promise<HistoryNeed | null> {
  const { rows } = await sql<InstrumentRow & { since: LocalDate; first: LocalDate | null; last: LocalDate | null }>`
    select ${COLUMNS}, n.since, d.first, d.last
    from markets_instruments i
    join (select instrument_id, min(since) as since from markets_watches group by instrument_id) n
      on n.instrument_id = i.id
    cross join lateral (select min(on_date) as first, max(on_date) as last from markets_daily_prices
      where instrument_id = i.id and provider <> 'manual') d
    where i.workspace_id = ${scope.workspaceId} and i.id = ${scope.instrumentId}`.execute(queryable.tables());
  const [row] = rows;
  return row ? { instrument: instrumentOf(row), since: row.since, firstStored: row.first, lastStored: row.last } : null;
}

const GAPS_MAX = 5_000; // Instruments of one installation whose history lags.

/** Watched instruments whose newest close is older than a day: their history has a gap. */
export async function listHistoryGaps(
  queryable: Queryable,
  olderThan: LocalDate,
): Promise<{ readonly workspaceId: string; readonly instrumentId: string }[]> {
  const { rows } = await sql<{ id: string; workspace_id: string }>`
    select i.id, i.workspace_id from markets_instruments i
    where i.kind <> 'cash' and exists (select 1 from markets_watches n where n.instrument_id = i.id)
      and not exists (select 1 from markets_daily_prices d
        where d.instrument_id = i.id and d.provider <> 'manual' and d.on_date >= ${olderThan})
      and (i.price_problem is null or i.price_problem not like 'unknown_symbol%')
    order by i.id limit ${GAPS_MAX}`.execute(queryable.tables());
  return rows.map((row) => ({ workspaceId: row.workspace_id, instrumentId: row.id }));
}

/** Writes how a provider fares, for the pages of every process. */
export async function upsertProviderHealth(tx: Transaction, health: ProviderHealth, atMs: number): Promise<void> {
  await sql`
    insert into markets_provider_states (provider, state, failures_in_row, last_success_at, last_failure_at, last_failure,
      open_until, credits, updated_at)
    values (${health.provider}, ${health.state}, ${health.failuresInRow}, ${instant(health.lastSuccessAtMs)},
      ${instant(health.lastFailureAtMs)}, ${health.lastFailure?.slice(0, 500) ?? null}, ${instant(health.openUntilMs)},
      ${JSON.stringify(health.credits)}::jsonb, ${instant(atMs)})
    on conflict (provider) do update set state = excluded.state, failures_in_row = excluded.failures_in_row,
      last_success_at = coalesce(excluded.last_success_at, markets_provider_states.last_success_at),
      last_failure_at = coalesce(excluded.last_failure_at, markets_provider_states.last_failure_at),
      last_failure = coalesce(excluded.last_failure, markets_provider_states.last_failure),
      open_until = excluded.open_until, credits = excluded.credits, updated_at = excluded.updated_at`.execute(
    tx.tables(),
  );
}

interface ProviderRow {
  readonly provider: string;
  readonly state: ProviderHealth['state'];
  readonly failures_in_row: number;
  readonly last_success_at: number | null;
  readonly last_failure_at: number | null;
  readonly last_failure: string | null;
  readonly open_until: number | null;
  readonly credits: ProviderHealth['credits'];
}

/** How each provider fared last; one that was never asked is absent. */
export async function listProviderHealth(queryable: Queryable): Promise<Map<string, ProviderHealth>> {
  const { rows } = await sql<ProviderRow>`
    select provider, state, failures_in_row, last_success_at, last_failure_at, last_failure, open_until, credits
    from markets_provider_states order by provider`.execute(queryable.tables());
  return new Map(
    rows.map((row) => [
      row.provider,
      {
        provider: row.provider,
        state: row.state,
        failuresInRow: row.failures_in_row,
        lastSuccessAtMs: row.last_success_at,
        lastFailureAtMs: row.last_failure_at,
        lastFailure: row.last_failure,
        openUntilMs: row.open_until,
        credits: row.credits,
      },
    ]),
  );
}

function instant(atMs: number | null): string | null {
  return atMs === null ? null : new Date(atMs).toISOString();
}
