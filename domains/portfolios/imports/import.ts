/** Imports: creating one, changing how it is read, and the way from preview to confirmation or cancellation. */
import { recordAudit } from '#identity';
import { assert, ok, refuse, type Result } from '#kernel';
import type { Transaction } from '#platform/db';
import type { Platform } from '#platform/domain';
import type { Reach } from '../portfolio-reach.store.ts';
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
  type RowStatus,
  updateImportStatus,
} from './import.store.ts';
import type { ImportMapping } from './mapping.ts';

export const READ_JOB = 'portfolios.import.read';
export const CONFIRM_JOB = 'portfolios.import.confirm';

export interface ImportWish extends Reach {
  readonly userId: string | null;
  readonly fileId: string;
  readonly portfolioId: string;
}

/** Creates an import and has it read by a durable job. */
export async function createImport(
  platform: Platform,
  wish: ImportWish,
): Promise<Result<ImportBatch, 'file_not_found' | 'portfolio_not_found'>> {
  const { workspaceId } = wish;
  return insertWished(platform, wish, (tx, importId) => tx.addJob(READ_JOB, { workspaceId, importId, round: 1 }));
}

/** Creates an import that the caller reads and confirms itself: the demo, inside its own job. */
export async function openImport(
  platform: Platform,
  wish: ImportWish,
): Promise<Result<ImportBatch, 'file_not_found' | 'portfolio_not_found'>> {
  return insertWished(platform, wish, async () => undefined);
}

async function insertWished(
  platform: Platform,
  wish: ImportWish,
  next: (tx: Transaction, importId: string) => Promise<void>,
): Promise<Result<ImportBatch, 'file_not_found' | 'portfolio_not_found'>> {
  const { workspaceId, rows, fileId, portfolioId, userId } = wish;
  const importId = platform.newId();
  return platform.db.transaction(async (tx) => {
    const file = await platform.files.find(tx, { workspaceId, fileId });
    if (!file) return refuse('file_not_found');
    if (!(await findPortfolio(tx, { workspaceId, rows, portfolioId }))) return refuse('portfolio_not_found');
    await insertImport(tx, { importId, workspaceId, portfolioId, file, mapping: null, userId, atMs: platform.clock() });
    await next(tx, importId);
    const batch = await findImport(tx, { workspaceId, rows, importId });
    assert(batch, 'imports: an import that was just inserted is there');
    await recordImport(platform, tx, { batch, change: 'created', userId });
    return ok(batch);
  });
}

/** Marks a preview with something to record as being confirmed; one without stays as it is. */
export async function confirmNow(platform: Platform, scope: ImportScope): Promise<void> {
  await platform.db.transaction(async (tx) => {
    const batch = await lockImport(tx, scope);
    if (batch?.status !== 'previewed' || !hasNews(await countRows(tx, batch.id))) return;
    await updateImportStatus(tx, batch.id, { status: 'confirming' });
  });
}

function hasNews(counts: Readonly<Record<RowStatus, number>>): boolean {
  return counts.new + counts.repriced > 0;
}

type OpenRefusal = 'import_not_found' | 'import_not_open';

/** Reads the file again with a corrected mapping. A confirmed import cannot change any more. */
export async function changeMapping(
  platform: Platform,
  scope: ImportScope,
  mapping: ImportMapping,
): Promise<Result<ImportBatch, OpenRefusal>> {
  return changeOpen(platform, { ...scope, change: 'mapped' }, async (tx, batch) => {
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
  return changeOpen(platform, { ...scope, change: 'confirmation_ordered' }, async (tx, batch) => {
    if (batch.status !== 'previewed') return refuse('import_not_open', { status: batch.status });
    const counts = await countRows(tx, batch.id);
    if (!hasNews(counts)) return refuse('nothing_to_record', { ...counts });
    await updateImportStatus(tx, batch.id, { status: 'confirming' });
    await tx.addJob(CONFIRM_JOB, { workspaceId: scope.workspaceId, importId: scope.importId, userId: scope.userId });
    return ok(undefined);
  });
}

/** Stops a reading under way, or discards a preview. Nothing was recorded, so nothing has to be undone. */
export async function cancelImport(platform: Platform, scope: ImportScope): Promise<Result<ImportBatch, OpenRefusal>> {
  return changeOpen(platform, { ...scope, change: 'cancelled' }, async (tx, batch) => {
    await updateImportStatus(tx, batch.id, { status: 'cancelled' });
    return ok(undefined);
  });
}

type Change<Code extends string> = (tx: Transaction, batch: ImportBatch) => Promise<Result<undefined, Code>>;

async function changeOpen<Code extends string>(
  platform: Platform,
  scope: ImportScope & { readonly change: ImportChange },
  change: Change<Code>,
): Promise<Result<ImportBatch, Code | OpenRefusal>> {
  const outcome = await platform.db.transaction(async (tx) => {
    const batch = await lockImport(tx, scope);
    if (!batch) return refuse('import_not_found');
    if (batch.status !== 'reading' && batch.status !== 'previewed' && batch.status !== 'refused') {
      return refuse('import_not_open', { status: batch.status });
    }
    const changed = await change(tx, batch);
    if (changed.ok) await recordImport(platform, tx, { batch, change: scope.change });
    return changed;
  });
  if (!outcome.ok) return outcome;
  const changed = await findImport(platform.db, scope);
  if (!changed) return refuse('import_not_found');
  announceImport(platform, changed);
  return ok(changed);
}

type ImportChange = 'created' | 'mapped' | 'confirmation_ordered' | 'cancelled' | 'confirmed' | 'undone';

/** Writes a step of an import into the audit trail; last in its transaction. Without a person it is whoever asks. */
export async function recordImport(
  platform: Pick<Platform, 'clock'>,
  tx: Transaction,
  step: {
    readonly batch: ImportBatch;
    readonly change: ImportChange;
    readonly userId?: string | null;
    readonly count?: number;
  },
): Promise<void> {
  const { batch, change, userId, count } = step;
  await recordAudit(tx, {
    workspaceId: batch.workspaceId,
    action: `portfolios.import.${change}`,
    subject: batch.portfolioId,
    atMs: platform.clock(),
    ...(userId === undefined ? {} : { userId }),
    before: change === 'created' ? {} : { status: batch.status },
    after: { importId: batch.id, fileName: batch.fileName, ...(count === undefined ? {} : { operationCount: count }) },
  });
}
