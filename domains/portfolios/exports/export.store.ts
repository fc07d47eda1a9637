/** Events as they leave the product: those that stand at one sequence, in the order the book folds them, by keyset pages. */
import type { LocalDate } from '#kernel';
import type { Queryable } from '#platform/db';
import type { LotPickRow } from '../event-row.ts';
import type { LedgerEventType } from '../ledger-event.ts';

export interface ExportedEventRow {
  readonly sequence: bigint;
  readonly type: LedgerEventType;
  readonly on_date: LocalDate;
  readonly account_name: string;
  readonly account_currency: string;
  readonly instrument_id: string | null;
  readonly to_instrument_id: string | null;
  readonly quantity: string | null;
  readonly split_new_units: string | null;
  readonly split_old_units: string | null;
  readonly price: string | null;
  readonly currency: string;
  readonly amount: string | null;
  readonly fee: string;
  readonly tax: string;
  readonly fx: string | null;
  readonly to_quantity: string | null;
  readonly note: string;
  readonly idempotency_key: string;
  /** `openedBy` is the key of the event that opened the lot. */
  readonly lots: readonly LotPickRow[] | null;
}

const ROWS_PER_PAGE = 2_000; // A page is read, written out and forgotten before the next one.

/** Pages of the events that stand at a sequence, whatever is recorded meanwhile. */
export async function* readExportedEvents(
  queryable: Queryable,
  scope: { readonly portfolioId: string; readonly upTo: number },
): AsyncGenerator<readonly ExportedEventRow[]> {
  let after: { readonly date: string; readonly sequence: bigint } = { date: '0001-01-01', sequence: 0n };
  for (;;) {
    const rows = await queryable.prepared<ExportedEventRow>(
      'portfolios.event.read_exported',
      `select e.sequence, e.type, e.on_date, a.name as account_name, a.currency as account_currency, e.instrument_id,
         e.to_instrument_id, e.quantity, e.split_new_units, e.split_old_units, e.price, e.currency, e.amount, e.fee, e.tax,
         e.fx, e.to_quantity, e.note, e.idempotency_key,
         (select jsonb_agg(pick.value || jsonb_build_object('openedBy', opener.idempotency_key) order by pick.ordinality)
           from jsonb_array_elements(e.lots) with ordinality pick (value, ordinality)
           left join portfolios_events opener on opener.event_id = (pick.value ->> 'openedBy')::uuid) as lots
       from portfolios_events e join portfolios_accounts a using (account_id)
       where e.portfolio_id = $1 and e.sequence <= $2 and e.reverses is null
         and not exists (select 1 from portfolios_events r
           where r.reverses = e.event_id and r.reverses is not null and r.sequence <= $2)
         and (e.on_date, e.sequence) > ($3::date, $4::bigint)
       order by e.on_date, e.sequence limit ${ROWS_PER_PAGE}`,
      [scope.portfolioId, scope.upTo, after.date, after.sequence],
    );
    if (rows.length > 0) yield rows;
    const last = rows.at(-1);
    if (!last || rows.length < ROWS_PER_PAGE) return;
    after = { date: last.on_date, sequence: last.sequence };
  }
}
