/** Imports in the database: the batch, its rows, and the mappings remembered per file shape. */
import type { RowOwner } from '#kernel';
import type { Queryable, Transaction } from '#platform/db';
import { sql } from 'kysely';
import type { Issue } from './issue.ts';
import type { ImportMapping } from './mapping.ts';
import type { Outline } from './outline.ts';
import { draftFromJson, type PlannedRow } from './planned-row.ts';
import type { LedgerEventDraft } from '../ledger-event.ts';
import { type Reach, reached } from '../portfolio-reach.store.ts';

export const IMPORT_STATUSES = [
  'reading',
  'previewed',
  'refused',
  'confirming',
  'confirmed',
  'undone',
  'cancelled',
] as const;
export type ImportStatus = (typeof IMPORT_STATUSES)[number];
export const ROW_STATUSES = ['new', 'known', 'repriced', 'changed', 'skipped', 'error', 'recorded'] as const;
export type RowStatus = (typeof ROW_STATUSES)[number];

export interface ImportRefusal {
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface ImportBatch {
  readonly id: string;
  readonly workspaceId: string;
  readonly portfolioId: string;
  readonly fileId: string;
  readonly fileName: string;
  readonly status: ImportStatus;
  readonly round: number;
  readonly fingerprint: string | null;
  readonly mapping: ImportMapping | null;
  readonly outline: Outline | null;
  readonly refusal: ImportRefusal | null;
  readonly rowCount: number;
  readonly rowsDone: number;
  readonly recordedCount: number;
  readonly createdAtMs: number;
  readonly createdBy: string | null;
  readonly confirmedAtMs: number | null;
  readonly undoneAtMs: number | null;
  /** Of its portfolio. */
  readonly owner: RowOwner;
}

interface ImportRow {
  readonly import_id: string;
  readonly workspace_id: string;
  readonly portfolio_id: string;
  readonly file_id: string;
  readonly file_name: string;
  readonly status: ImportStatus;
  readonly reading_round: number;
  readonly fingerprint: string | null;
  readonly mapping: ImportMapping | null;
  readonly outline: Outline | null;
  readonly refusal: ImportRefusal | null;
  readonly row_count: number;
  readonly rows_done: number;
  readonly recorded_count: number;
  readonly created_at: number;
  readonly created_by: string | null;
  readonly confirmed_at: number | null;
  readonly undone_at: number | null;
  readonly adviser_user_id: string | null;
  readonly client_user_id: string | null;
}

const COLUMNS = sql.raw(`i.import_id, i.workspace_id, i.portfolio_id, i.file_id, i.file_name, i.status, i.reading_round,
  i.fingerprint, i.mapping, i.outline, i.refusal, i.row_count, i.rows_done, i.recorded_count, i.created_at, i.created_by,
  i.confirmed_at, i.undone_at, p.adviser_user_id, p.client_user_id`);
/** An import is reached through its portfolio. */
const IMPORTS = sql.raw('portfolios_imports i join portfolios_portfolios p on p.portfolio_id = i.portfolio_id');
const IMPORTS_LISTED_MAX = 50; // A person looks for the last few; older ones are in the event log.

export type ImportScope = Reach & { readonly importId: string };

export interface NewImport {
  readonly workspaceId: string;
  readonly importId: string;
  readonly portfolioId: string;
  readonly file: { readonly id: string; readonly name: string; readonly sha256: string };
  readonly mapping: ImportMapping | null;
  readonly userId: string | null;
  readonly atMs: number;
}

export async function insertImport(tx: Transaction, fresh: NewImport): Promise<void> {
  await sql`
    insert into portfolios_imports (import_id, workspace_id, portfolio_id, file_id, file_name, file_sha256, status,
      mapping, created_at, created_by)
    values (${fresh.importId}, ${fresh.workspaceId}, ${fresh.portfolioId}, ${fresh.file.id}, ${fresh.file.name},
      ${fresh.file.sha256}, 'reading', ${jsonOrNull(fresh.mapping)}::jsonb, ${instant(fresh.atMs)}, ${fresh.userId})`.execute(
    tx.tables(),
  );
}

export async function findImport(queryable: Queryable, scope: ImportScope): Promise<ImportBatch | null> {
  const { rows } = await sql<ImportRow>`select ${COLUMNS} from ${IMPORTS}
    where i.import_id = ${scope.importId} and ${reached(scope)}`.execute(queryable.tables());
  return rows[0] ? batchOf(rows[0]) : null;
}

/** Like `findImport`, held until the transaction ends: two confirmations take turns and the second sees the first. */
export async function lockImport(tx: Transaction, scope: ImportScope): Promise<ImportBatch | null> {
  const { rows } = await sql<ImportRow>`select ${COLUMNS} from ${IMPORTS}
    where i.import_id = ${scope.importId} and ${reached(scope)} for update of i`.execute(tx.tables());
  return rows[0] ? batchOf(rows[0]) : null;
}

/** The newest imports within reach, of one portfolio when it is named. */
export async function listImports(
  queryable: Queryable,
  scope: Reach & { readonly portfolioId: string | null },
): Promise<ImportBatch[]> {
  const { rows } = await sql<ImportRow>`select ${COLUMNS} from ${IMPORTS}
    where ${reached(scope)} and (${scope.portfolioId}::uuid is null or i.portfolio_id = ${scope.portfolioId}::uuid)
    order by i.created_at desc, i.import_id desc limit ${IMPORTS_LISTED_MAX}`.execute(queryable.tables());
  return rows.map(batchOf);
}

export interface StatusChange {
  readonly status: ImportStatus;
  readonly refusal?: ImportRefusal | null;
  readonly recordedCount?: number;
  readonly confirmedAtMs?: number;
  readonly undoneAtMs?: number;
}

export async function updateImportStatus(tx: Transaction, importId: string, change: StatusChange): Promise<void> {
  await sql`update portfolios_imports set status = ${change.status},
      refusal = ${jsonOrNull(change.refusal ?? null)}::jsonb,
      recorded_count = coalesce(${change.recordedCount ?? null}::integer, recorded_count),
      confirmed_at = coalesce(${instantOrNull(change.confirmedAtMs)}::timestamptz, confirmed_at),
      undone_at = coalesce(${instantOrNull(change.undoneAtMs)}::timestamptz, undone_at)
    where import_id = ${importId}`.execute(tx.tables());
}

/** Starts a new reading with a person's mapping; the one under way notices by its round. */
export async function restartReading(tx: Transaction, importId: string, mapping: ImportMapping): Promise<number> {
  const { rows } = await sql<{ reading_round: number }>`update portfolios_imports
    set status = 'reading', mapping = ${JSON.stringify(mapping)}::jsonb, reading_round = reading_round + 1, rows_done = 0,
      refusal = null
    where import_id = ${importId} returning reading_round`.execute(tx.tables());
  return rows[0]?.reading_round ?? 0;
}

/** Forgets the rows of an earlier reading; false when this round is no longer wanted. */
export async function beginReading(tx: Transaction, reading: { importId: string; round: number }): Promise<boolean> {
  if (!(await isReading(tx, reading))) return false;
  await sql`delete from portfolios_import_rows where import_id = ${reading.importId}`.execute(tx.tables());
  return true;
}

async function isReading(tx: Transaction, reading: { importId: string; round: number }): Promise<boolean> {
  const { rows } = await sql`select 1 from portfolios_imports where import_id = ${reading.importId}
    and status = 'reading' and reading_round = ${reading.round} for update`.execute(tx.tables());
  return rows.length > 0;
}

export async function saveOutline(
  tx: Transaction,
  reading: { importId: string; round: number; outline: Outline; rowCount: number },
): Promise<void> {
  await sql`update portfolios_imports set outline = ${JSON.stringify(reading.outline)}::jsonb,
      fingerprint = ${reading.outline.fingerprint}, row_count = ${reading.rowCount}
    where import_id = ${reading.importId} and reading_round = ${reading.round}`.execute(tx.tables());
}

/** Adds planned rows and moves the progress; false when this round is no longer wanted (cancelled, or re-mapped). */
export async function insertRows(
  tx: Transaction,
  batch: { workspaceId: string; importId: string; round: number; fromPosition: number; rows: readonly PlannedRow[] },
): Promise<boolean> {
  const done = batch.fromPosition + batch.rows.length;
  const { rows: wanted } =
    await sql`update portfolios_imports set rows_done = ${done} where import_id = ${batch.importId}
    and status = 'reading' and reading_round = ${batch.round} returning import_id`.execute(tx.tables());
  if (wanted.length === 0) return false;
  const rows = batch.rows.map((row, index) => ({
    position: batch.fromPosition + index,
    sheet: row.sheet,
    row_number: row.row,
    status: row.status,
    issues: row.issues,
    drafts: row.drafts,
    shown: row.shown,
  }));
  await sql`insert into portfolios_import_rows (import_id, position, workspace_id, sheet, row_number, status, issues,
      drafts, shown)
    select ${batch.importId}::uuid, position, ${batch.workspaceId}::uuid, sheet, row_number, status, issues, drafts, shown
    from jsonb_to_recordset(${withoutNul(JSON.stringify(rows))}::jsonb) as fresh (position integer, sheet text,
      row_number integer, status text, issues jsonb, drafts jsonb, shown jsonb)`.execute(tx.tables());
  return true;
}

/** PostgreSQL text cannot hold U+0000; no spreadsheet means it. */
function withoutNul(json: string): string {
  return json.replaceAll(String.raw`\u0000`, '');
}

export interface StoredRow {
  readonly position: number;
  readonly sheet: string;
  readonly row: number;
  readonly status: RowStatus;
  readonly issues: readonly Issue[];
  readonly drafts: readonly LedgerEventDraft[];
  readonly shown: readonly (readonly [string, string])[];
}

interface RowRow {
  readonly position: number;
  readonly sheet: string;
  readonly row_number: number;
  readonly status: RowStatus;
  readonly issues: Issue[];
  readonly drafts: Record<string, unknown>[];
  readonly shown: [string, string][];
}

export interface RowPage {
  readonly importId: string;
  readonly statuses: readonly RowStatus[];
  readonly afterPosition: number;
  readonly limit: number;
}

/** Rows in file order, after a position. */
export async function readRows(queryable: Queryable, page: RowPage): Promise<StoredRow[]> {
  const { rows } = await sql<RowRow>`
    select position, sheet, row_number, status, issues, drafts, shown from portfolios_import_rows
    where import_id = ${page.importId} and status = any(${[...page.statuses]}::text[])
      and position > ${page.afterPosition} order by position limit ${page.limit}`.execute(queryable.tables());
  return rows.map((row) => ({ ...row, row: row.row_number, drafts: row.drafts.map(draftFromJson) }));
}

export async function countRows(queryable: Queryable, importId: string): Promise<Record<RowStatus, number>> {
  const { rows } = await sql<{ status: RowStatus; count: bigint }>`select status, count(*) as count
    from portfolios_import_rows where import_id = ${importId} group by status`.execute(queryable.tables());
  const counts: Record<RowStatus, number> = {
    new: 0,
    known: 0,
    repriced: 0,
    changed: 0,
    skipped: 0,
    error: 0,
    recorded: 0,
  };
  for (const { status, count } of rows) counts[status] = Number(count);
  return counts;
}

export interface RowVerdict {
  readonly position: number;
  readonly status: RowStatus;
  /** Added to what the row already says. */
  readonly issues: readonly Issue[];
}

/** Gives rows a new status and adds what there is to say. */
export async function updateRows(tx: Transaction, importId: string, verdicts: readonly RowVerdict[]): Promise<void> {
  if (verdicts.length === 0) return;
  await sql`update portfolios_import_rows r set status = v.status, issues = r.issues || v.issues
    from jsonb_to_recordset(${JSON.stringify(verdicts)}::jsonb) as v (position integer, status text, issues jsonb)
    where r.import_id = ${importId} and r.position = v.position`.execute(tx.tables());
}

/** All rows of one status become another: what was new is recorded. */
export async function moveRows(
  tx: Transaction,
  importId: string,
  move: { from: RowStatus; to: RowStatus },
): Promise<void> {
  await sql`update portfolios_import_rows set status = ${move.to}
    where import_id = ${importId} and status = ${move.from}`.execute(tx.tables());
}

/** The opening positions that confirmed imports of a portfolio recorded, other than this one's. */
export async function readRecordedOpenings(
  queryable: Queryable,
  scope: { portfolioId: string; importId: string },
): Promise<LedgerEventDraft[]> {
  const { rows } = await sql<{ draft: Record<string, unknown> }>`
    select draft from portfolios_import_rows r
    join portfolios_imports i on i.import_id = r.import_id and i.portfolio_id = ${scope.portfolioId}
      and i.status = 'confirmed' and i.import_id <> ${scope.importId}
    cross join lateral jsonb_array_elements(r.drafts) as draft
    where r.status in ('recorded', 'known', 'repriced') and draft ->> 'type' = 'opening' limit 5000`.execute(
    queryable.tables(),
  );
  return rows.map((row) => draftFromJson(row.draft));
}

export async function recallMapping(
  queryable: Queryable,
  shape: { workspaceId: string; fingerprint: string },
): Promise<ImportMapping | null> {
  const { rows } = await sql<{ mapping: ImportMapping }>`select mapping from portfolios_import_mappings
    where workspace_id = ${shape.workspaceId} and fingerprint = ${shape.fingerprint}`.execute(queryable.tables());
  return rows[0]?.mapping ?? null;
}

/** Keeps a confirmed mapping for the next file of this shape. */
export async function rememberMapping(
  tx: Transaction,
  memory: { workspaceId: string; fingerprint: string; mapping: ImportMapping; atMs: number },
): Promise<void> {
  await sql`insert into portfolios_import_mappings (workspace_id, fingerprint, mapping, updated_at)
    values (${memory.workspaceId}, ${memory.fingerprint}, ${JSON.stringify(memory.mapping)}::jsonb, ${instant(memory.atMs)})
    on conflict (workspace_id, fingerprint) do update set mapping = excluded.mapping, updated_at = excluded.updated_at`.execute(
    tx.tables(),
  );
}

/** Deletes everything imports hold for a workspace; called before its ledger goes. */
export async function deleteImportsOfWorkspace(tx: Transaction, workspaceId: string): Promise<void> {
  await sql`delete from portfolios_import_rows where workspace_id = ${workspaceId}`.execute(tx.tables());
  await sql`delete from portfolios_imports where workspace_id = ${workspaceId}`.execute(tx.tables());
  await sql`delete from portfolios_import_mappings where workspace_id = ${workspaceId}`.execute(tx.tables());
}

function batchOf(row: ImportRow): ImportBatch {
  return {
    id: row.import_id,
    workspaceId: row.workspace_id,
    portfolioId: row.portfolio_id,
    fileId: row.file_id,
    fileName: row.file_name,
    status: row.status,
    round: row.reading_round,
    fingerprint: row.fingerprint,
    mapping: row.mapping,
    outline: row.outline,
    refusal: row.refusal,
    rowCount: row.row_count,
    rowsDone: row.rows_done,
    recordedCount: row.recorded_count,
    createdAtMs: row.created_at,
    createdBy: row.created_by,
    confirmedAtMs: row.confirmed_at,
    undoneAtMs: row.undone_at,
    owner: { adviserUserId: row.adviser_user_id, clientUserId: row.client_user_id },
  };
}

function instant(atMs: number): string {
  return new Date(atMs).toISOString();
}

function instantOrNull(atMs: number | undefined): string | null {
  return atMs === undefined ? null : instant(atMs);
}

function jsonOrNull(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value);
}
