/**
 * Jobs of documents: making one, and forgetting old ones. Making may run twice: what it makes is kept only if the document is
 * still wanted, and a document ends once. A cancelled one is noticed at the next step.
 */
import { Readable } from 'node:stream';
import { EVERY_ROW, Fault } from '#kernel';
import type { Platform } from '#platform/domain';
import { job, type JobContext, type JobDefinition } from '#platform/jobs';
import { z } from 'zod';
import { figuresSource } from '../figures-source.ts';
import { findPortfolio } from '../portfolio.store.ts';
import {
  advanceDocument,
  deleteOldDocuments,
  findDocument,
  finishDocument,
  type PortfolioDocument,
} from './document.store.ts';
import { MAKE_JOB } from './document.ts';
import { workspaceDump } from './dump.ts';
import { reportFacts } from './report-facts.ts';
import { reportPages } from './report-pages.ts';

export const FORGET_JOB = 'portfolios.document.forget';
const ATTEMPTS_MAX = 3;
const KEPT_DAYS = 7; // Long enough to fetch it; figures move on, and a dump lying around is a risk.
const FORGOTTEN_AT_ONCE = 200;
const DUMP_SIZE_BYTES_MAX = 4_000_000_000; // What the archive's format holds.
const REPORT_SIZE_BYTES_MAX = 200_000_000;
const DAY_MS = 86_400_000;

const MakePayload = z.object({ workspaceId: z.uuid(), documentId: z.uuid() });
const ReportWish = z.object({ language: z.enum(['es', 'en']), from: z.string().optional(), to: z.string().optional() });

export function documentJobs(platform: Platform): readonly JobDefinition[] {
  return [
    job({
      name: MAKE_JOB,
      attemptsMax: ATTEMPTS_MAX,
      parse: (payload) => MakePayload.parse(payload),
      run: (order, context) => makeDocument(platform, order, context),
    }),
    job({
      name: FORGET_JOB,
      attemptsMax: ATTEMPTS_MAX,
      cron: '20 3 * * *',
      parse: () => ({}),
      run: () => forgetOldDocuments(platform),
    }),
  ];
}

class Unwanted extends Error {}

/** Makes one document. Ends quietly when it was cancelled; the last failed attempt is told on the document. */
export async function makeDocument(
  platform: Platform,
  order: z.infer<typeof MakePayload>,
  context: Pick<JobContext, 'attempt' | 'signal' | 'progress'>,
): Promise<void> {
  const document = await findDocument(platform.db, order);
  if (!document || !['waiting', 'making'].includes(document.status)) return;
  const stop = new AbortController();
  const signal = AbortSignal.any([context.signal, stop.signal]);
  const advance = async (doneRatio: number, step: string): Promise<void> => {
    if (context.signal.aborted)
      throw new Fault('document_interrupted', 'The process is stopping.', { retryable: true });
    const isWanted = await platform.db.transaction((tx) => advanceDocument(tx, document.id, { doneRatio, step }));
    if (!isWanted) {
      stop.abort();
      throw new Unwanted();
    }
    await context.progress(doneRatio, step);
  };
  try {
    await (document.kind === 'dump' ? makeDump : makeReport)(platform, document, { advance, signal });
  } catch (error) {
    if (error instanceof Unwanted || stop.signal.aborted) return;
    const isLast = context.attempt >= ATTEMPTS_MAX || (error instanceof Fault && !error.retryable);
    if (isLast && !context.signal.aborted)
      await endAs(platform, document, { status: 'failed', step: reasonOf(error), file: null });
    throw error;
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Fault ? error.code : 'unexpected_error';
}

interface Making {
  readonly advance: (doneRatio: number, step: string) => Promise<void>;
  readonly signal: AbortSignal;
}

async function makeReport(platform: Platform, document: PortfolioDocument, { advance, signal }: Making): Promise<void> {
  const { workspaceId } = document;
  await advance(0.05, 'figures');
  const portfolioId = document.portfolioId ?? '';
  const portfolio = await findPortfolio(platform.db, { workspaceId, rows: EVERY_ROW, portfolioId });
  if (!portfolio) return endAs(platform, document, { status: 'failed', step: 'portfolio_not_found', file: null });
  const facts = await reportFacts(figuresSource(platform), portfolio, ReportWish.parse(document.wish));
  if (!facts.ok) return endAs(platform, document, { status: 'failed', step: facts.code, file: null });
  await advance(0.4, 'pages');
  const pages = await reportPages(facts.value, signal);
  await advance(0.9, 'file');
  const { from, to, language } = facts.value;
  const name = `${portfolio.name} ${language === 'es' ? 'informe' : 'report'} ${from} ${to}.pdf`;
  await keep(platform, document, { name, bytes: Readable.from([pages]), sizeBytesMax: REPORT_SIZE_BYTES_MAX });
}

async function makeDump(platform: Platform, document: PortfolioDocument, { advance, signal }: Making): Promise<void> {
  const { workspaceId } = document;
  const atMs = platform.clock();
  const chunks = workspaceDump(platform, { workspaceId, atMs, onProgress: advance });
  const bytes = Readable.from(chunks, { objectMode: false, signal });
  const name = `cactus ${new Date(atMs).toISOString().slice(0, 10)}.zip`;
  await keep(platform, document, { name, bytes, sizeBytesMax: DUMP_SIZE_BYTES_MAX });
}

async function keep(
  platform: Platform,
  document: PortfolioDocument,
  content: { readonly name: string; readonly bytes: Readable; readonly sizeBytesMax: number },
): Promise<void> {
  const { workspaceId, orderedBy: userId } = document;
  const file = await platform.files.put({ workspaceId, userId, ...content });
  await endAs(platform, document, { status: 'ready', step: '', file });
}

/** Ends it; the file of one that nobody wants any more goes at once. */
async function endAs(
  platform: Platform,
  document: PortfolioDocument,
  end: Pick<Parameters<typeof finishDocument>[2], 'status' | 'step' | 'file'>,
): Promise<void> {
  const { workspaceId } = document;
  await platform.db.transaction(async (tx) => {
    const isEnded = await finishDocument(tx, document.id, { ...end, atMs: platform.clock() });
    if (!isEnded && end.file) await platform.files.remove(tx, { workspaceId, fileId: end.file.id });
  });
}

/** Takes away what is older than a week, files and all. */
export async function forgetOldDocuments(platform: Platform): Promise<void> {
  const beforeMs = platform.clock() - KEPT_DAYS * DAY_MS;
  for (;;) {
    const gone = await platform.db.transaction(async (tx) => {
      const documents = await deleteOldDocuments(tx, { beforeMs, countMax: FORGOTTEN_AT_ONCE });
      for (const { workspaceId, fileId } of documents) {
        if (fileId !== null) await platform.files.remove(tx, { workspaceId, fileId });
      }
      return documents.length;
    });
    if (gone < FORGOTTEN_AT_ONCE) return;
  }
}
