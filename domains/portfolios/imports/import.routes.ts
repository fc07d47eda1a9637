/** Routes of imports. */
import { recordAudit } from '#identity';
import { ok, type OutputOf, refuse, type Result } from '#kernel';
import type { Platform } from '#platform/domain';
import type { Http } from '#platform/http';
import type { LedgerEventDraft } from '../ledger-event.ts';
import { reachOf } from '../portfolio-reach.store.ts';
import {
  CancelImport,
  ChangeImportMapping,
  ConfirmImport,
  CreateImport,
  ListImportRows,
  ListImports,
  ReadImport,
  UndoImport,
  UploadImportFile,
} from './contract.ts';
import { cancelImport, changeMapping, createImport, orderConfirmation } from './import.ts';
import { undoImport } from './import-confirmation.ts';
import {
  countRows,
  findImport,
  type ImportBatch,
  listImports,
  readRows,
  type RowStatus,
  type StoredRow,
} from './import.store.ts';
import { issueWords, type Issue } from './issue.ts';
import type { ImportMapping } from './mapping.ts';
import { refusalWords } from './read-refusal-words.ts';

type Detail = OutputOf<(typeof ReadImport)['response']>;
type Summary = OutputOf<(typeof ListImports)['response']>['items'][number];
type Row = OutputOf<(typeof ListImportRows)['response']>['items'][number];

const STATUSES_SHOWN: Readonly<Record<'all' | 'new' | 'already' | 'errors' | 'skipped', readonly RowStatus[]>> = {
  all: ['new', 'known', 'repriced', 'changed', 'skipped', 'error', 'recorded'],
  new: ['new', 'recorded'],
  already: ['known', 'repriced'],
  errors: ['error', 'changed'],
  skipped: ['skipped'],
};

export function importRoutes(http: Http, platform: Platform): void {
  fileRoutes(http, platform);
  readRoutes(http, platform);
  changeRoutes(http, platform);
}

function fileRoutes(http: Http, platform: Platform): void {
  http.route(UploadImportFile, async ({ actor, upload }) => {
    const { workspaceId, userId } = actor;
    const sizeBytesMax = UploadImportFile.upload.sizeBytesMax;
    const file = await platform.files.put({
      workspaceId,
      userId,
      name: upload.name,
      bytes: upload.bytes,
      sizeBytesMax,
    });
    await platform.db.transaction((tx) =>
      recordAudit(tx, {
        workspaceId,
        action: 'portfolios.import.uploaded',
        subject: file.id,
        atMs: platform.clock(),
        after: { name: file.name, sizeBytes: file.sizeBytes },
      }),
    );
    return ok({ fileId: file.id, name: file.name, sizeBytes: file.sizeBytes });
  });
  http.route(CreateImport, async ({ actor, body }) => {
    const { workspaceId, rows, userId } = actor;
    return detailed(platform, await createImport(platform, { workspaceId, rows, userId, ...body }));
  });
}

function readRoutes(http: Http, platform: Platform): void {
  http.route(ListImports, async ({ actor, query }) => {
    const scope = { ...reachOf(actor), portfolioId: query.portfolioId ?? null };
    return ok({ items: (await listImports(platform.db, scope)).map(summaryOf) });
  });
  http.route(ReadImport, async ({ actor, params }) => {
    const batch = await findImport(platform.db, { ...reachOf(actor), importId: params.importId });
    return batch ? ok(await detailOf(platform, batch)) : refuse('import_not_found');
  });
  http.route(ListImportRows, async ({ actor, params, query }) => {
    const batch = await findImport(platform.db, { ...reachOf(actor), importId: params.importId });
    if (!batch) return refuse('import_not_found');
    const { after, limit, show } = query;
    const page = { importId: batch.id, statuses: STATUSES_SHOWN[show], afterPosition: after, limit };
    const rows = await readRows(platform.db, page);
    return ok({ items: rows.map(rowOf), nextAfter: rows.length < limit ? null : (rows.at(-1)?.position ?? null) });
  });
}

function changeRoutes(http: Http, platform: Platform): void {
  http.route(ChangeImportMapping, async ({ actor, params, body }) => {
    // The contract's shape is the mapping's; days are checked as text there and as calendar days when used.
    const mapping = body as unknown as ImportMapping;
    return detailed(platform, await changeMapping(platform, { ...reachOf(actor), ...params }, mapping));
  });
  http.route(ConfirmImport, async ({ actor, params }) => {
    return detailed(
      platform,
      await orderConfirmation(platform, { ...reachOf(actor), userId: actor.userId, ...params }),
    );
  });
  http.route(UndoImport, async ({ actor, params }) => {
    return detailed(platform, await undoImport(platform, { ...reachOf(actor), userId: actor.userId, ...params }));
  });
  http.route(CancelImport, async ({ actor, params }) => {
    return detailed(platform, await cancelImport(platform, { ...reachOf(actor), ...params }));
  });
}

async function detailed<Code extends string>(
  platform: Platform,
  outcome: Result<ImportBatch, Code>,
): Promise<Result<Detail, Code>> {
  return outcome.ok ? ok(await detailOf(platform, outcome.value)) : outcome;
}

function summaryOf(batch: ImportBatch): Summary {
  const { id, portfolioId, fileName, status, recordedCount, createdAtMs, confirmedAtMs, undoneAtMs } = batch;
  return { id, portfolioId, fileName, status, recordedCount, createdAtMs, confirmedAtMs, undoneAtMs };
}

async function detailOf(platform: Platform, batch: ImportBatch): Promise<Detail> {
  const { outline, refusal } = batch;
  return {
    ...summaryOf(batch),
    progress: { rowsDone: batch.rowsDone, rowCount: batch.rowCount },
    refusal: refusal && { code: refusal.code, message: refusalWords(refusal.code) },
    counts: await countRows(platform.db, batch.id),
    format: outline?.format ?? null,
    sheets: (outline?.sheets ?? []).map((sheet) => ({
      ...sheet,
      columns: sheet.columns.map((column) => ({ ...column, samples: [...column.samples] })),
      questions: [...sheet.questions],
      notes: sheet.notes.map(shownIssue),
    })),
    mapping: mappingOf(outline?.mapping ?? batch.mapping),
  };
}

function mappingOf(mapping: ImportMapping | null): Detail['mapping'] {
  if (!mapping) return null;
  const sheets = mapping.sheets.map((sheet) => ({
    ...sheet,
    columns: { ...sheet.columns },
    informationColumns: [...sheet.informationColumns],
  }));
  return { ...mapping, sheets };
}

function shownIssue(entry: Issue): Row['issues'][number] {
  return { code: entry.code, severity: entry.severity, cell: entry.cell, message: issueWords(entry) };
}

function rowOf(row: StoredRow): Row {
  const { position, sheet, row: number, status } = row;
  const shown = row.shown.map(([header, text]): [string, string] => [header, text]);
  return {
    position,
    sheet,
    row: number,
    status,
    issues: row.issues.map(shownIssue),
    events: row.drafts.map(eventOf),
    shown,
  };
}

function eventOf(draft: LedgerEventDraft): Row['events'][number] {
  const { instrument } = draft;
  return {
    type: draft.type,
    date: draft.date,
    accountName: draft.accountName,
    instrument: instrument
      ? {
          name: instrument.name,
          symbol: instrument.symbol ?? null,
          isin: instrument.isin ?? null,
          kind: instrument.kind,
        }
      : null,
    quantity: draft.quantity?.toString() ?? null,
    price: draft.price?.toString() ?? null,
    amount: draft.amount?.toString() ?? null,
    fee: draft.fee?.toString() ?? null,
    tax: draft.tax?.toString() ?? null,
    currency: draft.currency,
    manualPrice: draft.manualPrice?.price.toString() ?? null,
  };
}
