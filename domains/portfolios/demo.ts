/**
 * Demo: fills a new demo workspace through the same importers a person uses. Ordered inside the transaction that makes
 * the workspace, done by a durable job; safe to run again: a file that is already in changes nothing.
 */
import { Readable } from 'node:stream';
import { EVERY_ROW, assert, dateInZone, Fault } from '#kernel';
import { WorkspaceCreated } from '#identity/contract';
import { startSimulation } from '#markets';
import type { Platform } from '#platform/domain';
import { job, type JobContext, type JobDefinition } from '#platform/jobs';
import { z } from 'zod';
import { demoFiles, type DemoFile } from './demo-files.ts';
import { confirmNow, openImport } from './imports/import.ts';
import { confirmImport } from './imports/import-confirmation.ts';
import { readImport } from './imports/import-reading.ts';
import { findImport } from './imports/import.store.ts';
import { fillDemoPlan } from './planning/planning-demo.ts';
import { createPortfolio } from './portfolio.ts';
import { listPortfolios } from './portfolio.store.ts';

export const DEMO_JOB = 'portfolios.demo.fill';
/** The seed of the simulated market; every demo tells the same story. */
const DEMO_SEED = 1;
const FILE_SIZE_BYTES_MAX = 5_000_000; // Ours, and small.
const ATTEMPTS_MAX = 5;
const DemoPayload = z.object({ workspaceId: z.uuid(), userId: z.uuid(), timeZone: z.string() });
type DemoOrder = z.infer<typeof DemoPayload>;

/** Orders the filling with every demo workspace that is created in this process. */
export function fillDemosWhenCreated(platform: Platform): void {
  platform.events.beforeCommit(async (tx, events) => {
    for (const event of events) {
      if (event.name !== WorkspaceCreated.name) continue;
      const { workspaceId, kind, ownerUserId, timeZone } = WorkspaceCreated.schema.parse(event.payload);
      if (kind !== 'demo') continue;
      const order: DemoOrder = { workspaceId, userId: ownerUserId, timeZone };
      await tx.addJob(DEMO_JOB, order, { key: `${DEMO_JOB}:${workspaceId}` });
    }
  });
}

export function demoJob(platform: Platform): JobDefinition {
  return job({
    name: DEMO_JOB,
    attemptsMax: ATTEMPTS_MAX,
    parse: (payload) => DemoPayload.parse(payload),
    run: (order, context) => fillDemo(platform, order, context),
  });
}

/** Creates the demo's portfolios and imports their files. */
export async function fillDemo(
  platform: Platform,
  order: DemoOrder,
  context: Pick<JobContext, 'signal' | 'progress'>,
): Promise<void> {
  const { workspaceId } = order;
  await platform.db.transaction((tx) => startSimulation(tx, { workspaceId, seed: DEMO_SEED }, platform.clock()));
  const files = demoFiles(DEMO_SEED, dateInZone(platform.clock(), order.timeZone));
  for (const [index, file] of files.entries()) {
    await context.progress(index / files.length, file.portfolioName);
    const portfolioId = await requirePortfolio(platform, workspaceId, file.portfolioName);
    await importDemoFile(platform, { ...order, portfolioId, file }, context);
  }
  await fillDemoPlan(platform, workspaceId);
}

async function requirePortfolio(platform: Platform, workspaceId: string, name: string): Promise<string> {
  const known = (await listPortfolios(platform.db, { workspaceId, rows: EVERY_ROW })).find(
    (portfolio) => portfolio.name === name,
  );
  if (known) return known.id;
  const created = await platform.db.transaction((tx) =>
    createPortfolio(platform, tx, { workspaceId, name, baseCurrency: 'EUR', adviserUserId: null }),
  );
  if (!created.ok)
    throw new Fault('demo_portfolio_refused', `The demo portfolio was refused: ${created.code}`, { retryable: false });
  return created.value.id;
}

interface DemoImport extends DemoOrder {
  readonly portfolioId: string;
  readonly file: DemoFile;
}

/** Upload, preview and confirmation, without waiting for the jobs a person's import would use. */
async function importDemoFile(
  platform: Platform,
  demo: DemoImport,
  context: Pick<JobContext, 'signal' | 'progress'>,
): Promise<void> {
  const { workspaceId, userId, portfolioId, file } = demo;
  const rows = EVERY_ROW;
  const stored = await platform.files.put({
    workspaceId,
    userId,
    name: file.fileName,
    bytes: Readable.from([file.bytes]),
    sizeBytesMax: FILE_SIZE_BYTES_MAX,
  });
  const opened = await openImport(platform, { workspaceId, rows, userId, fileId: stored.id, portfolioId });
  assert(opened.ok, 'demo: its own file and portfolio are there');
  const importId = opened.value.id;
  // The demo's three files are one story: the job's own progress is the file, not the row.
  await readImport(
    platform,
    { workspaceId, importId, round: 1 },
    { signal: context.signal, progress: async () => undefined },
  );
  await confirmNow(platform, { workspaceId, rows, importId });
  await confirmImport(platform, { workspaceId, rows, importId, userId });
  const batch = await findImport(platform.db, { workspaceId, rows, importId });
  const isIn = batch?.status === 'confirmed' || batch?.status === 'previewed';
  if (!isIn)
    throw new Fault('demo_import_refused', `The demo file ${file.fileName} ended as ${batch?.status ?? 'gone'}`, {
      retryable: false,
    });
}
