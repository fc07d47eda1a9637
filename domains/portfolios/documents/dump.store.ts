/** Everything a workspace keeps of its portfolios, table by table in keyset pages, as the database holds it. */
import type { Queryable } from '#platform/db';

export interface DumpScope {
  readonly workspaceId: string;
  /** Nothing recorded after this is in the dump, so that its tables agree. */
  readonly untilMs: number;
}

const ROWS_PER_PAGE = 2_000;

/** One line of a dump: an object whose figures are exact decimal text, and the key to read on from. */
interface DumpRow {
  readonly key: string;
  readonly line: string;
}

const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/** Name of the file, and its rows: key and JSON object; $1 workspace, $2 key to read after, $3 instant. */
const TABLES = {
  portfolios: `select p.portfolio_id as key, jsonb_build_object('portfolio_id', p.portfolio_id, 'name', p.name,
      'base_currency', p.base_currency, 'adviser_user_id', p.adviser_user_id, 'client_user_id', p.client_user_id,
      'created_at', p.created_at) as line
    from portfolios_portfolios p where p.workspace_id = $1 and p.portfolio_id > $2::uuid and p.created_at <= $3`,
  accounts: `select a.account_id as key, jsonb_build_object('account_id', a.account_id, 'portfolio_id', a.portfolio_id,
      'name', a.name, 'currency', a.currency, 'created_at', a.created_at) as line
    from portfolios_accounts a where a.workspace_id = $1 and a.account_id > $2::uuid and a.created_at <= $3`,
  events: `select e.event_id as key, jsonb_build_object('event_id', e.event_id, 'portfolio_id', e.portfolio_id,
      'sequence', e.sequence, 'account_id', e.account_id, 'type', e.type, 'on_date', e.on_date,
      'instrument_id', e.instrument_id, 'quantity', e.quantity::text, 'split_new_units', e.split_new_units::text,
      'split_old_units', e.split_old_units::text, 'price', e.price::text, 'currency', e.currency, 'amount', e.amount::text,
      'fee', e.fee::text, 'tax', e.tax::text, 'fx', e.fx::text, 'to_instrument_id', e.to_instrument_id,
      'to_quantity', e.to_quantity::text, 'lots', e.lots, 'note', e.note, 'idempotency_key', e.idempotency_key,
      'key_round', e.key_round, 'source_sheet', e.source_sheet, 'source_row', e.source_row, 'import_id', e.import_id,
      'reverses', e.reverses, 'recorded_at', e.recorded_at, 'recorded_by', e.recorded_by,
      'postings', (select jsonb_agg(jsonb_build_object('ledger', p.ledger, 'instrument_id', p.instrument_id,
        'currency', p.currency, 'amount', p.amount::text) order by p.line) from portfolios_postings p where p.event_id = e.event_id)) as line
    from portfolios_events e where e.workspace_id = $1 and e.event_id > $2::uuid and e.recorded_at <= $3`,
  imports: `select i.import_id as key, jsonb_build_object('import_id', i.import_id, 'portfolio_id', i.portfolio_id,
      'file_name', i.file_name, 'file_sha256', i.file_sha256, 'status', i.status, 'mapping', i.mapping,
      'recorded_count', i.recorded_count, 'created_at', i.created_at, 'created_by', i.created_by,
      'confirmed_at', i.confirmed_at, 'undone_at', i.undone_at) as line
    from portfolios_imports i where i.workspace_id = $1 and i.import_id > $2::uuid and i.created_at <= $3`,
} as const;

export type DumpTable = keyof typeof TABLES;
export const DUMP_TABLES = Object.keys(TABLES) as readonly DumpTable[];

/** The lines of one table in pages, each a JSON object. */
export async function* readDumpLines(
  queryable: Queryable,
  table: DumpTable,
  scope: DumpScope,
): AsyncGenerator<string[]> {
  let after = FIRST_ID;
  for (;;) {
    const rows = await queryable.prepared<DumpRow>(
      `portfolios.dump.${table}`,
      `select key, line::text as line from (${TABLES[table]}) rows order by key limit ${ROWS_PER_PAGE}`,
      [scope.workspaceId, after, new Date(scope.untilMs)],
    );
    if (rows.length > 0) yield rows.map(({ line }) => line);
    const last = rows.at(-1);
    if (!last || rows.length < ROWS_PER_PAGE) return;
    after = last.key;
  }
}

/** Ids of every instrument that an event of the workspace names. */
export async function readHeldInstruments(queryable: Queryable, workspaceId: string): Promise<string[]> {
  const rows = await queryable.prepared<{ instrument_id: string }>(
    'portfolios.dump.instruments',
    `select instrument_id from portfolios_events where workspace_id = $1 and instrument_id is not null
     union select to_instrument_id from portfolios_events where workspace_id = $1 and to_instrument_id is not null
     order by 1`,
    [workspaceId],
  );
  return rows.map((row) => row.instrument_id);
}
