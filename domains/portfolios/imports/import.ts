/** Imports: creating one, changing how it is read, and the way from preview to confirmation or cancellation. */
import { ok, refuse, type Result } from '#kernel';
import type { Platform } from '#platform/domain';
import { findPortfolio } from '../portfolio.store.ts';
import { announceImport } from './import-progress.ts';
import {
  countRows,
  findImport,
  type ImportBatch,
  type ImportScope,
  insertImport,
  lockImport,
  restartReading,
  updateImportStatus,
} from './import.store.ts';
import type { ImportMapping } from './mapping.ts';

export const READ_JOB = 'portfolios.import.read';
export const CONFIRM_JOB = 'portfolios.import.confirm';

export interface ImportWish {
  readonly workspaceId: string;
  readonly userId: string | null;
  readonly fileId: string;
  readonly portfolioId: string;
  /** A mapping known beforehand (the demo); people get a proposal. */
  readonly mapping?: ImportMapping;
}

/** Creates an import and has it read by a durable job. */
export async function createImport(
  platform: Platform,
  wish: ImportWish,
): Promise<Result<ImportBatch, 'file_not_found' | 'portfolio_not_found'>> {
  const { workspaceId, fileId, portfolioId, userId } = wish;
  const importId = platform.newId();
  const outcome = await platform.db.transaction(async (tx) => {
    const file = await platform.files.find(tx, { workspaceId, fileId });
    if (!file) return refuse('file_not_found');
    if (!(await findPortfolio(tx, { workspaceId, portfolioId }))) return refuse('portfolio_not_found');
    const atMs = platform.clock();
    await insertImport(tx, { importId, workspaceId, portfolioId, file, mapping: wish.mapping ?? null, userId, atMs });
    await tx.addJob(READ_JOB, { workspaceId, importId, round: 1 });
    return ok(undefined);
  });
  if (!outcome.ok) return outcome;
  const batch = await findImport(platform.db, { workspaceId, importId });
  return batch ? ok(batch) : refuse('portfolio_not_found');
}

type OpenRefusal = 'import_not_found' | 'import_not_open';

/** Reads the file again with a corrected mapping. A confirmed import cannot change any more. */
export async function changeMapping(
  platform: Platform,
  scope: ImportScope,
  mapping: ImportMapping,
): Promise<Result<ImportBatch, OpenRefusal>> {
  return changeOpen(platform, scope, async (tx, batch) => {
    const round = await restartReading(tx, batch.id, mapping);
    await tx.addJob(READ_JOB, { workspaceId: scope.workspaceId, importId: scope.importId, round });
    return ok(undefined);
  });
}

/** Orders the confirmation; the job records everything in one transaction. Asking again while it runs or after changes nothing. */
export async function orderConfirmation(
  platform: Platform,
  scope: ImportScope & { readonly userId: string | null },
): Promise<Result<ImportBatch, OpenRefusal | 'nothing_to_record'>> {
  const before = await findImport(platform.db, scope);
  if (before?.status === 'confirming' || before?.status === 'confirmed') return ok(before);
  return changeOpen(platform, scope, async (tx, batch) => {
    if (batch.status !== 'previewed') return refuse('import_not_open', { status: batch.status });
    const counts = await countRows(tx, batch.id);
    if (counts.new === 0) return refuse('nothing_to_record', { ...counts });
    await updateImportStatus(tx, batch.id, { status: 'confirming' });
    await tx.addJob(CONFIRM_JOB, { workspaceId: scope.workspaceId, importId: scope.importId, userId: scope.userId });
    return ok(undefined);
  });
}

/** Stops a reading under way, or discards a preview. Nothing was recorded, so nothing has to be undone. */
export async function cancelImport(platform: Platform, scope: ImportScope): Promise<Result<ImportBatch, OpenRefusal>> {
  return changeOpen(platform, scope, async (tx, batch) => {
    await updateImportStatus(tx, batch.id, { status: 'cancelled' });
    return ok(undefined);
  });
}

type Change<Code extends string> = (
  tx: Parameters<Parameters<Platform['db']['transaction']>[0]>[0],
  batch: ImportBatch,
) => Promise<Result<undefined, Code>>;

async function changeOpen<Code extends string>(
  platform: Platform,
  scope: ImportScope,
  change: Change<Code>,
): Promise<Result<ImportBatch, Code | OpenRefusal>> {
  const outcome = await platform.db.transaction(async (tx) => {
    const batch = await lockImport(tx, scope);
    if (!batch) return refuse('import_not_found');
    if (batch.status !== 'reading' && batch.status !== 'previewed' && batch.status !== 'refused') {
      return refuse('import_not_open', { status: batch.status });
    }
    return change(tx, batch);
  });
  if (!outcome.ok) return outcome;
  const changed = await findImport(platform.db, scope);
  if (!changed) return refuse('import_not_found');
  announceImport(platform, changed);
  return ok(changed);
}
