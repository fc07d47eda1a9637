/** The ledger in the database: events are inserted and read, never changed; a reversed event is one that another names. */
import type { LocalDate } from '#kernel';
import type { Queryable, Transaction } from '#platform/db';
import { sql } from 'kysely';
import { bookEventOfRow, EVENT_COLUMNS, type EventRow, type StoredEventInput } from './event-row.ts';
import { type BookEvent, postingsOf } from './posting.ts';

const ROWS_PER_STATEMENT_MAX = 5_000; // Keeps one statement to a few megabytes of text.
const ANALYZE_FROM_COUNT = 2_000; // Below this autovacuum is in time.
const ROWS_PER_READ_MAX = 20_000; // Bounds how long one page of a cold read holds the event loop.

export interface LedgerScope {
  readonly workspaceId: string;
  readonly portfolioId: string;
}

export interface EventBatch extends LedgerScope {
  readonly recordedAtMs: number;
  readonly userId: string | null;
  readonly events: readonly StoredEventInput[];
}

/** Writes events with their postings. The caller holds the portfolio's lock and has numbered them. */
export async function insertEvents(tx: Transaction, batch: EventBatch): Promise<void> {
  for (let start = 0; start < batch.events.length; start += ROWS_PER_STATEMENT_MAX) {
    const events = batch.events.slice(start, start + ROWS_PER_STATEMENT_MAX);
    await insertEventRows(tx, batch, events);
    await insertPostingRows(tx, batch, events);
  }
  // The planner must know of a large import at once, or a page of it sorts the whole ledger until the next autovacuum.
  if (batch.events.length >= ANALYZE_FROM_COUNT) {
    await sql`analyze portfolios_events`.execute(tx.tables());
    await sql`analyze portfolios_postings`.execute(tx.tables());
  }
}

async function insertEventRows(tx: Transaction, batch: EventBatch, events: readonly StoredEventInput[]): Promise<void> {
  const rows = events.map(({ bookEvent: event, ...facts }) => ({
    event_id: event.id,
    sequence: event.sequence,
    account_id: event.accountId,
    type: event.type,
    on_date: event.date,
    instrument_id: event.instrumentId,
    quantity: event.quantity,
    split_new_units: event.splitRatio?.newUnits ?? null,
    split_old_units: event.splitRatio?.oldUnits ?? null,
    price: event.price,
    to_instrument_id: event.toInstrumentId,
    to_quantity: event.toQuantity,
    currency: event.currency,
    amount: event.amount,
    fee: event.fee,
    tax: event.tax,
    fx: event.fx,
    lots: event.lots,
    note: facts.note,
    idempotency_key: facts.idempotencyKey,
    key_round: facts.keyRound,
    source_sheet: facts.source.sheet,
    source_row: facts.source.row,
    import_id: facts.importId,
    reverses: facts.reverses,
  }));
  await sql`
    insert into portfolios_events (event_id, workspace_id, portfolio_id, sequence, account_id, type, on_date,
      instrument_id, quantity, split_new_units, split_old_units, price, to_instrument_id, to_quantity, currency, amount, fee, tax, fx, lots, note,
      idempotency_key, key_round, source_sheet, source_row, import_id, reverses, recorded_at, recorded_by)
    select event_id, ${batch.workspaceId}::uuid, ${batch.portfolioId}::uuid, sequence, account_id, type, on_date,
      instrument_id, quantity, split_new_units, split_old_units, price, to_instrument_id, to_quantity, currency, amount, fee, tax, fx, lots, note,
      idempotency_key, key_round, source_sheet, source_row, import_id, reverses,
      ${new Date(batch.recordedAtMs).toISOString()}::timestamptz, ${batch.userId}::uuid
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as fresh (event_id uuid, sequence bigint, account_id uuid,
      type text, on_date date, instrument_id uuid, quantity numeric, split_new_units numeric, split_old_units numeric,
      price numeric, to_instrument_id uuid, to_quantity numeric, currency text, amount numeric, fee numeric, tax numeric, fx numeric, lots jsonb, note text,
      idempotency_key text, key_round integer, source_sheet text, source_row integer, import_id uuid, reverses uuid)
    order by sequence`.execute(tx.tables());
}

async function insertPostingRows(
  tx: Transaction,
  batch: EventBatch,
  events: readonly StoredEventInput[],
): Promise<void> {
  const rows = events.flatMap(({ bookEvent, reverses }) =>
    postingsOf(bookEvent).map((posting, index) => ({
      event_id: bookEvent.id,
      line: index + 1,
      ledger: posting.ledger,
      instrument_id: posting.instrumentId,
      currency: posting.currency,
      amount: reverses === null ? posting.amount : posting.amount.negated(),
    })),
  );
  if (rows.length === 0) return;
  await sql`
    insert into portfolios_postings (event_id, line, workspace_id, ledger, instrument_id, currency, amount)
    select event_id, line, ${batch.workspaceId}::uuid, ledger, instrument_id, currency, amount
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as fresh (event_id uuid, line smallint, ledger text,
      instrument_id uuid, currency text, amount numeric)`.execute(tx.tables());
}

/** For each key that was ever recorded: whether it stands now, and the round of its next recording. */
export async function findKeys(
  tx: Transaction,
  portfolioId: string,
  keys: readonly string[],
): Promise<Map<string, { readonly isLive: boolean; readonly nextRound: number }>> {
  const { rows } = await sql<{ idempotency_key: string; rounds: number; live: boolean }>`
    select e.idempotency_key, max(e.key_round) + 1 as rounds,
      bool_or(not exists (select 1 from portfolios_events r
        where r.reverses = e.event_id and r.reverses is not null)) as live
    from portfolios_events e
    where e.portfolio_id = ${portfolioId}
      and e.idempotency_key in (select jsonb_array_elements_text(${JSON.stringify(keys)}::jsonb))
    group by e.idempotency_key`.execute(tx.tables());
  return new Map(rows.map((row) => [row.idempotency_key, { isLive: row.live, nextRound: row.rounds }]));
}

const LIVE = `e.reverses is null and not exists (select 1 from portfolios_events r where r.reverses = e.event_id and r.reverses is not null)`;
/** The instruments of the events that stand under these keys. */
export async function findLiveInstruments(
  tx: Transaction,
  portfolioId: string,
  keys: readonly string[],
): Promise<Map<string, string>> {
  const { rows } = await sql<{ idempotency_key: string; instrument_id: string }>`
    select e.idempotency_key, e.instrument_id from portfolios_events e
    where e.portfolio_id = ${portfolioId} and e.instrument_id is not null
      and e.idempotency_key in (select jsonb_array_elements_text(${JSON.stringify(keys)}::jsonb))
      and ${sql.raw(LIVE)}`.execute(tx.tables());
  return new Map(rows.map((row) => [row.idempotency_key, row.instrument_id]));
}

/** The events that stand under these keys. */
export async function findLiveEventIds(
  tx: Transaction,
  portfolioId: string,
  keys: readonly string[],
): Promise<Map<string, string>> {
  const { rows } = await sql<{ idempotency_key: string; event_id: string }>`
    select e.idempotency_key, e.event_id from portfolios_events e
    where e.portfolio_id = ${portfolioId}
      and e.idempotency_key in (select jsonb_array_elements_text(${JSON.stringify(keys)}::jsonb))
      and ${sql.raw(LIVE)}`.execute(tx.tables());
  return new Map(rows.map((row) => [row.idempotency_key, row.event_id]));
}

/** Live as the ledger stood at sequence $2, whatever was recorded since: a reader needs no snapshot and no lock. */
const LIVE_AT_2 = `e.sequence <= $2 and e.reverses is null
  and not exists (select 1 from portfolios_events r where r.reverses = e.event_id and r.reverses is not null and r.sequence <= $2)`;

/** Events recorded after one sequence that stand at another, oldest recording first, in bounded pages. */
export async function* readLiveEvents(
  queryable: Queryable,
  scope: { readonly portfolioId: string; readonly afterSequence: number; readonly upTo: number },
): AsyncGenerator<BookEvent[]> {
  let after = scope.afterSequence;
  for (;;) {
    const rows = await queryable.prepared<EventRow>(
      'portfolios.event.read_live',
      `select ${EVENT_COLUMNS} from portfolios_events e join portfolios_accounts a using (account_id)
       where e.portfolio_id = $1 and e.sequence > $3 and ${LIVE_AT_2} order by e.sequence limit ${ROWS_PER_READ_MAX}`,
      [scope.portfolioId, scope.upTo, after],
    );
    if (rows.length > 0) yield rows.map(bookEventOfRow);
    const last = rows.at(-1);
    if (!last || rows.length < ROWS_PER_READ_MAX) return;
    after = Number(last.sequence);
  }
}

/** Events recorded up to one sequence that reversals recorded after it, up to another, took back. */
export async function readReversedSince(
  queryable: Queryable,
  scope: { readonly portfolioId: string; readonly afterSequence: number; readonly upTo: number },
): Promise<BookEvent[]> {
  const rows = await queryable.prepared<EventRow>(
    'portfolios.event.read_reversed',
    `select ${EVENT_COLUMNS} from portfolios_events r join portfolios_events e on e.event_id = r.reverses
     join portfolios_accounts a on a.account_id = e.account_id
     where r.portfolio_id = $1 and r.sequence > $3 and r.sequence <= $2 and e.sequence <= $3`,
    [scope.portfolioId, scope.upTo, scope.afterSequence],
  );
  return rows.map(bookEventOfRow);
}

/**
 * All live events of some instruments, and of those that a traspaso, a spin-off or a merger links to them, in every account
 * or in one, in the order the book folds them.
 */
export async function readLinkedEvents(
  queryable: Queryable,
  scope: {
    readonly portfolioId: string;
    readonly upTo: number;
    readonly instrumentIds: readonly string[];
    readonly accountId?: string | undefined;
  },
): Promise<BookEvent[]> {
  const linked = await queryable.prepared<{ instrument_id: string }>(
    'portfolios.event.read_linked_instruments',
    `with recursive linked (instrument_id) as (
       select value::uuid from jsonb_array_elements_text($2::jsonb)
       union
       select case when e.instrument_id = linked.instrument_id then e.to_instrument_id else e.instrument_id end
       from linked join portfolios_events e on e.portfolio_id = $1 and e.to_instrument_id is not null
         and linked.instrument_id in (e.instrument_id, e.to_instrument_id)
     ) select instrument_id from linked`,
    [scope.portfolioId, JSON.stringify(scope.instrumentIds)],
  );
  const rows = await queryable.prepared<EventRow>(
    'portfolios.event.read_linked',
    `select ${EVENT_COLUMNS} from portfolios_events e join portfolios_accounts a using (account_id)
     where e.portfolio_id = $1 and e.instrument_id in (select value::uuid from jsonb_array_elements_text($3::jsonb))
       and ($4::uuid is null or e.account_id = $4) and ${LIVE_AT_2}
     order by e.on_date, e.sequence`,
    [scope.portfolioId, scope.upTo, JSON.stringify(linked.map((row) => row.instrument_id)), scope.accountId ?? null],
  );
  return rows.map(bookEventOfRow);
}

/** The first day that events recorded after one sequence, up to another, are about: their own, and those they take back. */
export async function readFirstChange(
  queryable: Queryable,
  span: { readonly portfolioId: string; readonly afterSequence: number; readonly upTo: number },
): Promise<LocalDate | null> {
  const rows = await queryable.prepared<{ first_on: LocalDate | null }>(
    'portfolios.event.first_change',
    `select min(least(e.on_date, t.on_date)) as first_on
     from portfolios_events e left join portfolios_events t on t.event_id = e.reverses
     where e.portfolio_id = $1 and e.sequence > $2 and e.sequence <= $3`,
    [span.portfolioId, span.afterSequence, span.upTo],
  );
  return rows[0]?.first_on ?? null;
}

/** True when the ledger of a portfolio ever sold short. */
export async function hasShorts(tx: Transaction, portfolioId: string): Promise<boolean> {
  const rows = await tx.prepared<{ found: boolean }>(
    'portfolios.event.has_shorts',
    `select exists (select 1 from portfolios_events e where e.portfolio_id = $1 and e.type = 'short') as found`,
    [portfolioId],
  );
  return rows[0]?.found ?? false;
}

/** An instant, or the end of a day in a zone. */
export type KnownLimit = { readonly atMs: number } | { readonly endOf: LocalDate; readonly timeZone: string };

/** How far the ledger had come by then: the sequence of the last event recorded, 0 for none. */
export async function sequenceAt(queryable: Queryable, portfolioId: string, limit: KnownLimit): Promise<number> {
  const until =
    'atMs' in limit
      ? sql`e.recorded_at <= ${new Date(limit.atMs).toISOString()}::timestamptz`
      : sql`e.recorded_at < ((${limit.endOf}::date + 1)::timestamp at time zone ${limit.timeZone}::text)`;
  const { rows } = await sql<{ sequence: bigint | null }>`
    select max(e.sequence) as sequence from portfolios_events e
    where e.portfolio_id = ${portfolioId} and ${until}`.execute(queryable.tables());
  return Number(rows[0]?.sequence ?? 0);
}

/** Live events of one day, for what changed since yesterday. */
export async function readDayEvents(
  queryable: Queryable,
  scope: { readonly portfolioId: string; readonly upTo: number; readonly date: LocalDate },
): Promise<BookEvent[]> {
  const rows = await queryable.prepared<EventRow>(
    'portfolios.event.read_day',
    `select ${EVENT_COLUMNS} from portfolios_events e join portfolios_accounts a using (account_id)
     where e.portfolio_id = $1 and e.on_date = $3 and ${LIVE_AT_2} order by e.sequence`,
    [scope.portfolioId, scope.upTo, scope.date],
  );
  return rows.map(bookEventOfRow);
}

export interface ReversibleEvent {
  readonly event: BookEvent;
  readonly source: { readonly sheet: string; readonly row: number };
  readonly importId: string | null;
}

/** Live events to take back: one by its id, or those of an import; newest first. */
export async function readReversible(
  tx: Transaction,
  scope: LedgerScope & { readonly eventId?: string; readonly importId?: string },
): Promise<ReversibleEvent[]> {
  const rows = await tx.prepared<EventRow & { source_sheet: string; source_row: number; import_id: string | null }>(
    'portfolios.event.read_reversible',
    `select ${EVENT_COLUMNS}, e.source_sheet, e.source_row, e.import_id
     from portfolios_events e join portfolios_accounts a using (account_id)
     where e.workspace_id = $1 and e.portfolio_id = $2 and ${LIVE}
       and ($3::uuid is null or e.event_id = $3) and ($4::uuid is null or e.import_id = $4)
       and ($3::uuid is not null or $4::uuid is not null)
     order by e.sequence desc`,
    [scope.workspaceId, scope.portfolioId, scope.eventId ?? null, scope.importId ?? null],
  );
  return rows.map((row) => ({
    event: bookEventOfRow(row),
    source: { sheet: row.source_sheet, row: row.source_row },
    importId: row.import_id,
  }));
}
