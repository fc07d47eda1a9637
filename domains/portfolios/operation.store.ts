/** Operations as a person reads them: one row per event that is not itself a reversal, by keyset pages. */
import type { LocalDate } from '#kernel';
import type { Queryable } from '#platform/db';
import { sql } from 'kysely';
import type { LotPickRow } from './event-row.ts';
import type { LedgerEventType } from './ledger-event.ts';

export interface OperationRow {
  readonly event_id: string;
  readonly sequence: bigint;
  readonly type: LedgerEventType;
  readonly on_date: LocalDate;
  readonly account_name: string;
  readonly instrument_id: string | null;
  readonly quantity: string | null;
  readonly split_new_units: string | null;
  readonly split_old_units: string | null;
  readonly price: string | null;
  readonly amount: string | null;
  readonly currency: string;
  readonly fee: string;
  readonly tax: string;
  readonly fx: string | null;
  readonly to_instrument_id: string | null;
  readonly to_quantity: string | null;
  readonly lots: LotPickRow[] | null;
  readonly note: string;
  readonly source_sheet: string;
  readonly source_row: number;
  readonly import_id: string | null;
  readonly recorded_at: number;
  readonly reversed_by: string | null;
}

export interface OperationQuery {
  readonly portfolioId: string;
  readonly limit: number;
  /** Just this one. */
  readonly eventId?: string | undefined;
  /** Rows after this one in the order of the list: newest day first, then newest recording. */
  readonly after: { readonly date: LocalDate; readonly sequence: bigint } | null;
  readonly instrumentId?: string | undefined;
  readonly accountId?: string | undefined;
  readonly types?: readonly LedgerEventType[] | undefined;
  readonly reversed: 'include' | 'leave_out';
}

const COLUMNS = sql`e.event_id, e.sequence, e.type, e.on_date, a.name as account_name, e.instrument_id, e.quantity,
  e.split_new_units, e.split_old_units, e.price, e.amount, e.currency, e.fee, e.tax, e.fx, e.to_instrument_id, e.to_quantity,
  e.lots, e.note, e.source_sheet, e.source_row, e.import_id, e.recorded_at, r.event_id as reversed_by`;

/** One probe per row: a page never reads the whole ledger, whatever the planner knows of it. */
const REVERSAL = sql`select p.event_id from portfolios_events p where p.reverses = e.event_id and p.reverses is not null limit 1`;

/** One page of operations. */
export async function listOperationRows(queryable: Queryable, query: OperationQuery): Promise<OperationRow[]> {
  const { rows } = await sql<OperationRow>`
    select ${COLUMNS} from portfolios_events e join portfolios_accounts a using (account_id)
    left join lateral (${REVERSAL}) r on true
    where e.portfolio_id = ${query.portfolioId} and e.reverses is null ${filtersOf(query)}
      ${query.after ? sql`and (e.on_date, e.sequence) < (${query.after.date}::date, ${query.after.sequence})` : sql``}
    order by e.on_date desc, e.sequence desc limit ${query.limit}`.execute(queryable.tables());
  return rows;
}

function filtersOf(query: Pick<OperationQuery, 'eventId' | 'instrumentId' | 'accountId' | 'types' | 'reversed'>) {
  const types = query.types && JSON.stringify(query.types);
  return sql`
    ${query.eventId ? sql`and e.event_id = ${query.eventId}::uuid` : sql``}
    ${query.instrumentId ? sql`and ${query.instrumentId}::uuid in (e.instrument_id, e.to_instrument_id)` : sql``}
    ${query.accountId ? sql`and e.account_id = ${query.accountId}::uuid` : sql``}
    ${types ? sql`and e.type in (select jsonb_array_elements_text(${types}::jsonb))` : sql``}
    ${query.reversed === 'leave_out' ? sql`and r.event_id is null` : sql``}`;
}
