/** Report pages: from the facts of a report to the bytes of its PDF, laid out in a thread of its own. */
import { Fault } from '#kernel';
import { openWorkerPool } from '../engine/worker-pool.ts';
import type { ReportFacts } from './report-facts.ts';

const REPORT_MS_MAX = 120_000; // Five thousand operations take seconds; what takes longer will not end.
const WAITING_MAX = 20; // Reports are made by jobs, which wait in their own queue.
const IDLE_MS = 30_000; // The library and its fonts are 60 MiB: kept while reports follow each other.

const pool = openWorkerPool({
  script: new URL('./report.worker.ts', import.meta.url),
  sizeMax: 1,
  queueMax: WAITING_MAX,
  idleMs: IDLE_MS,
  taskMsMax: REPORT_MS_MAX,
});

/** Lays a report out. Stops when the signal says so. */
export async function reportPages(facts: ReportFacts, signal?: AbortSignal): Promise<Buffer> {
  try {
    return Buffer.from((await pool.run(facts, signal)) as Uint8Array);
  } catch (cause) {
    if (signal?.aborted) throw new Fault('report_cancelled', 'The report was cancelled.', { retryable: false, cause });
    const why = cause instanceof Error ? cause.message : 'unknown';
    throw new Fault('report_not_made', `The report of ${facts.name} could not be laid out: ${why}`, {
      retryable: true,
      cause,
    });
  }
}
