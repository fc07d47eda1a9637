/**
 * What a database holds, read from PostgreSQL's catalogue: tables, columns, order, exact sums, sequences, constraints. Reads
 * every owner's tables by name, which only a backup may.
 */
import type pg from 'pg';
import type { Plan, TableFacts, TableShape } from './manifest.ts';

/** Rows about the schema itself: migrations write them again. */
const LEFT_OUT = new Set([
  'public.platform_migrations',
  'graphile_worker.migrations',
  'graphile_worker._private_known_crontabs',
]);
const SCHEMAS = ['public', 'graphile_worker'];
const SUMMED_TYPES = new Set(['int2', 'int4', 'int8', 'numeric']);

/** Makes values read the same on every server. */
export const SESSION = `set statement_timeout = 0; set timezone = 'UTC'; set datestyle = 'ISO, YMD';
  set intervalstyle = 'iso_8601'; set extra_float_digits = 1; set bytea_output = 'hex'; set client_encoding = 'UTF8'`;

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function tableName({ schema, name }: { readonly schema: string; readonly name: string }): string {
  return `${quoted(schema)}.${quoted(name)}`;
}

interface ColumnRow {
  readonly schema: string;
  readonly table: string;
  readonly column: string;
  readonly type: string;
  readonly isCollated: boolean;
  readonly keyPosition: number | null;
  readonly sizeBytes: string;
}

export interface FoundTable extends TableShape {
  /** On disk; only for showing progress. */
  readonly diskBytes: number;
}

/** Every table with its columns, in the order of their names. */
export async function listTables(client: pg.ClientBase): Promise<readonly FoundTable[]> {
  const { rows } = await client.query<ColumnRow>(
    `select ns.nspname as schema, c.relname as "table", a.attname as "column", t.typname as type,
       a.attcollation <> 0 as "isCollated", array_position(k.indkey::int2[], a.attnum) as "keyPosition",
       pg_table_size(c.oid)::text as "sizeBytes"
     from pg_class c join pg_namespace ns on ns.oid = c.relnamespace
     join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
     join pg_type t on t.oid = a.atttypid
     left join pg_index k on k.indrelid = c.oid and k.indisprimary
     where c.relkind = 'r' and ns.nspname = any ($1)
     order by ns.nspname collate "C", c.relname collate "C", a.attnum`,
    [SCHEMAS],
  );
  const tables = Map.groupBy(rows, ({ schema, table }) => `${schema}.${table}`);
  return [...tables].filter(([name]) => !LEFT_OUT.has(name)).map(([, columns]) => tableOf(columns));
}

function tableOf(columns: readonly ColumnRow[]): FoundTable {
  const [first] = columns;
  const key = columns
    .filter(({ keyPosition }) => keyPosition !== null)
    .toSorted((left, right) => (left.keyPosition ?? 0) - (right.keyPosition ?? 0));
  const order = key.length > 0 ? key.map(orderOf) : columns.map(({ column }) => `${quoted(column)}::text collate "C"`);
  return {
    schema: first?.schema ?? '',
    name: first?.table ?? '',
    columns: columns.map(({ column }) => column),
    orderBy: order,
    summed: columns.filter(({ type }) => SUMMED_TYPES.has(type)).map(({ column }) => column),
    diskBytes: Number(first?.sizeBytes ?? 0),
  };
}

/** Two machines sort text differently unless told how. */
function orderOf({ column, isCollated }: ColumnRow): string {
  return isCollated ? `${quoted(column)} collate "C"` : quoted(column);
}

/** The statement whose output is the table in the backup: one line per row, the same on every machine. */
export function copyOut(table: TableShape): string {
  return `copy (select ${table.columns.map(quoted).join(', ')} from ${tableName(table)} order by ${table.orderBy.join(', ')}) to stdout`;
}

export function copyIn(table: TableShape): string {
  return `copy ${tableName(table)} (${table.columns.map(quoted).join(', ')}) from stdin`;
}

/** Rows and exact totals, counted by the server and not from the copied text. */
export async function countTable(
  client: pg.ClientBase,
  table: TableShape,
): Promise<Pick<TableFacts, 'rowCount' | 'sums'>> {
  const sums = table.summed.map((column, index) => `, sum(${quoted(column)})::text as "s${index}"`).join('');
  const { rows } = await client.query<Record<string, string | null>>(
    `select count(*)::text as n${sums} from ${tableName(table)}`,
  );
  const [row] = rows;
  return {
    rowCount: Number(row?.['n'] ?? 0),
    sums: Object.fromEntries(table.summed.map((column, index) => [column, row?.[`s${index}`] ?? null])),
  };
}

export async function listAppliedMigrations(client: pg.ClientBase): Promise<Plan['migrations']> {
  const { rows } = await client.query<Plan['migrations'][number]>(
    'select owner, number, name, checksum from platform_migrations order by owner, number',
  );
  return rows;
}

export interface SequenceState {
  readonly schema: string;
  readonly name: string;
  readonly lastValue: string;
  readonly isCalled: boolean;
}

/** Read after the snapshot began, so a sequence is never behind the rows. */
export async function listSequences(client: pg.ClientBase): Promise<SequenceState[]> {
  const { rows } = await client.query<{ schema: string; name: string }>(
    `select ns.nspname as schema, c.relname as name from pg_class c join pg_namespace ns on ns.oid = c.relnamespace
     where c.relkind = 'S' and ns.nspname = any ($1) order by 1, 2`,
    [SCHEMAS],
  );
  const states: SequenceState[] = [];
  for (const sequence of rows) {
    const state = await client.query<{ lastValue: string; isCalled: boolean }>(
      `select last_value::text as "lastValue", is_called as "isCalled" from ${tableName(sequence)}`,
    );
    const [found] = state.rows;
    if (found) states.push({ ...sequence, ...found });
  }
  return states;
}

export async function setSequence(client: pg.ClientBase, state: SequenceState): Promise<void> {
  await client.query('select setval($1::regclass, $2::bigint, $3)', [
    tableName(state),
    state.lastValue,
    state.isCalled,
  ]);
}

export interface ForeignKey {
  readonly table: string;
  readonly name: string;
  readonly definition: string;
}

/** Constraints between tables, to be dropped before rows come in any order and checked again after. */
export async function listForeignKeys(client: pg.ClientBase): Promise<readonly ForeignKey[]> {
  const { rows } = await client.query<ForeignKey>(
    `select format('%I.%I', ns.nspname, c.relname) as "table", format('%I', k.conname) as name,
       pg_get_constraintdef(k.oid) as definition
     from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace ns on ns.oid = c.relnamespace
     where k.contype = 'f' and ns.nspname = any ($1) order by 1, 2`,
    [SCHEMAS],
  );
  return rows;
}

/** Content addresses of every stored file, in order, by the page. */
export async function* listContents(client: pg.ClientBase): AsyncGenerator<string> {
  const PAGE = 1_000;
  let after = '';
  for (;;) {
    const { rows } = await client.query<{ sha256: string }>(
      `select distinct sha256 collate "C" as sha256 from platform_files where sha256 collate "C" > $1 order by 1 limit ${PAGE}`,
      [after],
    );
    for (const { sha256 } of rows) yield sha256;
    if (rows.length < PAGE) return;
    after = rows.at(-1)?.sha256 ?? '';
  }
}

export async function totalFileBytes(client: pg.ClientBase): Promise<number> {
  const { rows } = await client.query<{ total: string }>(
    `select coalesce(sum(size_bytes), 0)::text as total
     from (select distinct sha256, size_bytes from platform_files) as contents`,
  );
  return Number(rows[0]?.total ?? 0);
}
