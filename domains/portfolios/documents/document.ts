/**
 * Documents: ordering one, reading it, stopping it. A document belongs to who ordered it, and only as long as she reaches what
 * it is about: losing a portfolio loses its reports.
 */
import { recordAudit } from '#identity';
import { assert, ok, refuse, type Result } from '#kernel';
import type { Transaction } from '#platform/db';
import type { Platform } from '#platform/domain';
import { findPortfolio } from '../portfolio.store.ts';
import type { Reach } from '../portfolio-reach.store.ts';
import {
  countOpenDocuments,
  type DocumentKind,
  findDocument,
  finishDocument,
  insertDocument,
  listDocuments,
  type PortfolioDocument,
} from './document.store.ts';

export const MAKE_JOB = 'portfolios.document.make';
const OPEN_MAX = 5; // What one person can wait for; the others stand behind them in one queue.

export interface Asker extends Reach {
  readonly userId: string;
  readonly permissions: ReadonlySet<string>;
}

export interface DocumentOrder {
  readonly kind: DocumentKind;
  readonly portfolioId: string | null;
  readonly wish: Readonly<Record<string, unknown>>;
}

/** Orders a document. Refuses more than a person can wait for. */
export async function orderDocument(
  platform: Pick<Platform, 'clock' | 'newId'>,
  tx: Transaction,
  { asker, order }: { readonly asker: Asker; readonly order: DocumentOrder },
): Promise<Result<PortfolioDocument, 'documents_too_many'>> {
  const { workspaceId, userId } = asker;
  if ((await countOpenDocuments(tx, { workspaceId, userId })) >= OPEN_MAX) {
    return refuse('documents_too_many', { openMax: OPEN_MAX });
  }
  const documentId = platform.newId();
  const createdAtMs = platform.clock();
  await insertDocument(tx, { id: documentId, workspaceId, orderedBy: userId, createdAtMs, ...order });
  await tx.addJob(MAKE_JOB, { workspaceId, documentId }, { queue: MAKE_JOB });
  await recordAudit(tx, {
    workspaceId,
    action: `portfolios.${order.kind}.ordered`,
    subject: order.portfolioId ?? workspaceId,
    atMs: createdAtMs,
    after: { documentId, ...order.wish },
  });
  const document = await findDocument(tx, { workspaceId, documentId });
  assert(document, 'documents: one that was just inserted is there');
  return ok(document);
}

/** A document of whoever asks; null when it is another's, or about what she does not reach. */
export async function findOwnDocument(
  platform: Pick<Platform, 'db'>,
  asker: Asker,
  documentId: string,
): Promise<PortfolioDocument | null> {
  const document = await findDocument(platform.db, { workspaceId: asker.workspaceId, documentId });
  return document && document.orderedBy === asker.userId && (await isReached(platform, asker, document))
    ? document
    : null;
}

/** Those of whoever asks, without what she no longer reaches. */
export async function listOwnDocuments(
  platform: Pick<Platform, 'db'>,
  asker: Asker,
  portfolioId: string | null,
): Promise<PortfolioDocument[]> {
  const { workspaceId, userId } = asker;
  const found = await listDocuments(platform.db, { workspaceId, userId, portfolioId });
  const reached: PortfolioDocument[] = [];
  for (const document of found) if (await isReached(platform, asker, document)) reached.push(document);
  return reached;
}

async function isReached(
  { db }: Pick<Platform, 'db'>,
  { workspaceId, rows, permissions }: Asker,
  { kind, portfolioId }: PortfolioDocument,
): Promise<boolean> {
  if (kind === 'dump') return permissions.has('portfolios.dump.make');
  return portfolioId !== null && (await findPortfolio(db, { workspaceId, rows, portfolioId })) !== null;
}

/** Stops a document that is still to be made; the job notices and throws away what it has. */
export async function cancelDocument(
  platform: Platform,
  asker: Asker,
  documentId: string,
): Promise<Result<PortfolioDocument, 'document_not_found' | 'document_not_open'>> {
  const document = await findOwnDocument(platform, asker, documentId);
  if (!document) return refuse('document_not_found', { documentId });
  const { workspaceId } = asker;
  const atMs = platform.clock();
  const stopped = await platform.db.transaction(async (tx) => {
    if (!(await finishDocument(tx, documentId, { status: 'cancelled', step: '', file: null, atMs }))) return false;
    const subject = document.portfolioId ?? workspaceId;
    const action = `portfolios.${document.kind}.cancelled`;
    await recordAudit(tx, { workspaceId, action, subject, atMs, after: { documentId } });
    return true;
  });
  if (!stopped) return refuse('document_not_open', { status: document.status });
  return ok({ ...document, status: 'cancelled', finishedAtMs: atMs });
}
