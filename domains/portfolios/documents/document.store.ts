/** Documents in the database: who ordered what, how far it is, and the file it became. */
import type { Queryable, Transaction } from '#platform/db';
import { sql } from 'kysely';

export type DocumentKind = 'report' | 'dump';
export type DocumentStatus = 'waiting' | 'making' | 'ready' | 'failed' | 'cancelled';

export interface PortfolioDocument {
  readonly id: string;
  readonly workspaceId: string;
  readonly portfolioId: string | null;
  readonly kind: DocumentKind;
  readonly wish: Readonly<Record<string, unknown>>;
  readonly status: DocumentStatus;
  readonly doneRatio: number;
  readonly step: string;
  readonly fileId: string | null;
  readonly fileName: string | null;
  readonly sizeBytes: number | null;
  readonly orderedBy: string;
  readonly createdAtMs: number;
  readonly finishedAtMs: number | null;
}

interface DocumentRow {
  readonly document_id: string;
  readonly workspace_id: string;
  readonly portfolio_id: string | null;
  readonly kind: DocumentKind;
  readonly wish: Readonly<Record<string, unknown>>;
  readonly status: DocumentStatus;
  readonly done_ratio: number;
  readonly step: string;
  readonly file_id: string | null;
  readonly file_name: string | null;
  readonly size_bytes: bigint | null;
  readonly ordered_by: string;
  readonly created_at: number;
  readonly finished_at: number | null;
}

export const DOCUMENTS_LISTED_MAX = 50; // The last weeks of one person; older ones are forgotten.

const COLUMNS = `document_id, workspace_id, portfolio_id, kind, wish, status, done_ratio, step, file_id, file_name, size_bytes,
  ordered_by, created_at, finished_at`;

export async function insertDocument(
  tx: Transaction,
  document: Pick<
    PortfolioDocument,
    'id' | 'workspaceId' | 'portfolioId' | 'kind' | 'wish' | 'orderedBy' | 'createdAtMs'
  >,
): Promise<void> {
  const { id, workspaceId, portfolioId, kind, wish, orderedBy, createdAtMs } = document;
  await sql`insert into portfolios_documents (document_id, workspace_id, portfolio_id, kind, wish, status, ordered_by, created_at)
    values (${id}, ${workspaceId}, ${portfolioId}, ${kind}, ${JSON.stringify(wish)}::jsonb, 'waiting', ${orderedBy},
      ${new Date(createdAtMs).toISOString()}::timestamptz)`.execute(tx.tables());
}

/** One document, whoever ordered it; null when there is none. */
export async function findDocument(
  queryable: Queryable,
  scope: { readonly workspaceId: string; readonly documentId: string },
): Promise<PortfolioDocument | null> {
  const rows = await queryable.prepared<DocumentRow>(
    'portfolios.document.find',
    `select ${COLUMNS} from portfolios_documents where workspace_id = $1 and document_id = $2`,
    [scope.workspaceId, scope.documentId],
  );
  return rows[0] ? documentOf(rows[0]) : null;
}

/** The documents that a person ordered, newest first; of one portfolio on request. */
export async function listDocuments(
  queryable: Queryable,
  scope: { readonly workspaceId: string; readonly userId: string; readonly portfolioId: string | null },
): Promise<PortfolioDocument[]> {
  const rows = await queryable.prepared<DocumentRow>(
    'portfolios.document.list',
    `select ${COLUMNS} from portfolios_documents
     where workspace_id = $1 and ordered_by = $2 and ($3::uuid is null or portfolio_id = $3)
     order by created_at desc, document_id limit ${DOCUMENTS_LISTED_MAX}`,
    [scope.workspaceId, scope.userId, scope.portfolioId],
  );
  return rows.map(documentOf);
}

/** How many of a person's documents are still to be made. */
export async function countOpenDocuments(
  tx: Transaction,
  scope: { workspaceId: string; userId: string },
): Promise<number> {
  const { rows } = await sql<{ count: bigint }>`select count(*) as count from portfolios_documents
    where workspace_id = ${scope.workspaceId} and ordered_by = ${scope.userId} and status in ('waiting', 'making')`.execute(
    tx.tables(),
  );
  return Number(rows[0]?.count ?? 0n);
}

/** Says how far it is; false when nobody wants it any more. */
export async function advanceDocument(
  tx: Transaction,
  documentId: string,
  at: { readonly doneRatio: number; readonly step: string },
): Promise<boolean> {
  const { rows } =
    await sql`update portfolios_documents set status = 'making', done_ratio = ${at.doneRatio}, step = ${at.step}
    where document_id = ${documentId} and status in ('waiting', 'making') returning document_id`.execute(tx.tables());
  return rows.length > 0;
}

/** Ends a document that is still being made; false when it had ended. */
export async function finishDocument(
  tx: Transaction,
  documentId: string,
  end: {
    readonly status: 'ready' | 'failed' | 'cancelled';
    readonly step: string;
    readonly file: { readonly id: string; readonly name: string; readonly sizeBytes: number } | null;
    readonly atMs: number;
  },
): Promise<boolean> {
  const { status, step, file, atMs } = end;
  const { rows } = await sql`update portfolios_documents set status = ${status}, step = ${step},
      done_ratio = case when ${status} = 'ready' then 1 else done_ratio end, file_id = ${file?.id ?? null}::uuid,
      file_name = ${file?.name ?? null}, size_bytes = ${file ? BigInt(file.sizeBytes) : null},
      finished_at = ${new Date(atMs).toISOString()}::timestamptz
    where document_id = ${documentId} and status in ('waiting', 'making') returning document_id`.execute(tx.tables());
  return rows.length > 0;
}

/** Takes away documents ordered before an instant; gives the files they leave behind, some at a time. */
export async function deleteOldDocuments(
  tx: Transaction,
  { beforeMs, countMax }: { readonly beforeMs: number; readonly countMax: number },
): Promise<readonly { readonly workspaceId: string; readonly fileId: string | null }[]> {
  const { rows } = await sql<{ workspace_id: string; file_id: string | null }>`
    delete from portfolios_documents where document_id in (select document_id from portfolios_documents
      where created_at < ${new Date(beforeMs).toISOString()}::timestamptz order by created_at limit ${countMax})
    returning workspace_id, file_id`.execute(tx.tables());
  return rows.map((row) => ({ workspaceId: row.workspace_id, fileId: row.file_id }));
}

export async function deleteDocumentsOfWorkspace(tx: Transaction, workspaceId: string): Promise<void> {
  await sql`delete from portfolios_documents where workspace_id = ${workspaceId}`.execute(tx.tables());
}

function documentOf(row: DocumentRow): PortfolioDocument {
  return {
    id: row.document_id,
    workspaceId: row.workspace_id,
    portfolioId: row.portfolio_id,
    kind: row.kind,
    wish: row.wish,
    status: row.status,
    doneRatio: row.done_ratio,
    step: row.step,
    fileId: row.file_id,
    fileName: row.file_name,
    sizeBytes: row.size_bytes === null ? null : Number(row.size_bytes),
    orderedBy: row.ordered_by,
    createdAtMs: row.created_at,
    finishedAtMs: row.finished_at,
  };
}
