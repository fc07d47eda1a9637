/**
 * Confirmation and undo: the only two places where an import touches the ledger, each in one transaction: all of its new
 * rows or none. Both are idempotent: a second confirmation finds the import confirmed, or every key known.
 */
import { ok, refuse, type Result } from '#kernel';
import type { Transaction } from '#platform/db';
import type { Platform } from '#platform/domain';
import { recordEvents, type RecordProblem } from '../recording.ts';
import { type ReversalRefusal, reverseImport } from '../reversal.ts';
import { collectRows, todayOf, verdictsOf } from './import-reading.ts';
import { announceImport } from './import-progress.ts';
import {
  findImport,
  type ImportBatch,
  type ImportScope,
  lockImport,
  moveRows,
  rememberMapping,
  updateImportStatus,
  updateRows,
} from './import.store.ts';
import { recordImport } from './import.ts';
import { recordPriceRefreshes } from './price-refresh.ts';
import { ImportConfirmed, ImportUndone } from './import-events.ts';

export interface ConfirmOrder extends ImportScope {
  readonly userId: string | null;
}

/** Records what the preview showed as new. When the ledger has moved since, the refused rows are named and nothing is written. */
export async function confirmImport(platform: Platform, order: ConfirmOrder): Promise<void> {
  const refused = await platform.db.transaction((tx) => recordBatch(platform, tx, order));
  if (refused) await returnToPreview(platform, order, refused);
  const batch = await findImport(platform.db, order);
  if (batch) announceImport(platform, batch);
}

async function recordBatch(
  platform: Platform,
  tx: Transaction,
  order: ConfirmOrder,
): Promise<readonly RecordProblem[] | null> {
  const batch = await lockImport(tx, order);
  if (!batch || batch.status !== 'confirming') return null;
  const { workspaceId, portfolioId, id: importId } = batch;
  const rows = await collectRows(tx, importId);
  const events = rows.flatMap((row) => row.drafts);
  const outcome = await recordEvents(platform, tx, {
    workspaceId,
    rows: order.rows,
    portfolioId,
    importId,
    userId: order.userId,
    events,
  });
  if (!outcome.ok) return (outcome.details['problems'] ?? []) as RecordProblem[];
  const { recorded, alreadyKnown } = outcome.value;
  const repriced = await collectRows(tx, importId, ['repriced']);
  await recordPriceRefreshes(platform, tx, { batch, rows: repriced, today: todayOf(platform) });
  await moveRows(tx, importId, { from: 'new', to: 'recorded' });
  await updateImportStatus(tx, importId, {
    status: 'confirmed',
    recordedCount: recorded,
    confirmedAtMs: platform.clock(),
  });
  await rememberShape(platform, tx, batch);
  tx.emit(ImportConfirmed, {
    workspaceId,
    subjectId: portfolioId,
    payload: { importId, portfolioId, fileName: batch.fileName, recorded, alreadyKnown },
  });
  await recordImport(platform, tx, { batch, change: 'confirmed', userId: order.userId, count: recorded });
  return null;
}

/** Answers a person gave are worth keeping; so is a proposal they accepted. Its day belongs to this file only. */
async function rememberShape(platform: Platform, tx: Transaction, batch: ImportBatch): Promise<void> {
  if (!batch.outline) return;
  const mapping = { ...batch.outline.mapping, openingDate: null };
  const { workspaceId } = batch;
  await rememberMapping(tx, { workspaceId, fingerprint: batch.outline.fingerprint, mapping, atMs: platform.clock() });
}

async function returnToPreview(
  platform: Platform,
  order: ConfirmOrder,
  problems: readonly RecordProblem[],
): Promise<void> {
  await platform.db.transaction(async (tx) => {
    const rows = await collectRows(tx, order.importId);
    await updateRows(tx, order.importId, verdictsOf(problems, rows));
    const details = { problemCount: problems.length };
    await updateImportStatus(tx, order.importId, { status: 'previewed', refusal: { code: 'ledger_moved', details } });
  });
}

/** Takes back every operation the import recorded that still stands. Prices of days stay: they belong to no operation. */
export async function undoImport(
  platform: Platform,
  order: ConfirmOrder,
): Promise<Result<ImportBatch, 'import_not_found' | 'import_not_confirmed' | ReversalRefusal>> {
  const outcome = await platform.db.transaction(async (tx) => {
    const batch = await lockImport(tx, order);
    if (!batch) return refuse('import_not_found');
    if (batch.status !== 'confirmed') return refuse('import_not_confirmed', { status: batch.status });
    const { workspaceId, portfolioId, id: importId } = batch;
    const reversed = await reverseImport(platform, tx, { ...order, portfolioId });
    // Every operation of it may have been taken back one by one already: then there is nothing left to do.
    if (!reversed.ok && reversed.code !== 'operation_not_found') return reversed;
    const count = reversed.ok ? reversed.value.length : 0;
    await updateImportStatus(tx, importId, { status: 'undone', undoneAtMs: platform.clock() });
    const payload = { importId, portfolioId, fileName: batch.fileName, reversed: count };
    tx.emit(ImportUndone, { workspaceId, subjectId: portfolioId, payload });
    await recordImport(platform, tx, { batch, change: 'undone', userId: order.userId, count });
    return ok({ ...batch, status: 'undone' as const, undoneAtMs: platform.clock() });
  });
  if (outcome.ok) announceImport(platform, outcome.value);
  return outcome;
}
