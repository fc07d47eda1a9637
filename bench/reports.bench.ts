/**
 * Bench of PDF reports: facts to bytes in the layout thread, the library already loaded (the first report of a process pays
 * for it). The main thread is watched meanwhile: laying out must not hold it.
 */
import { reportPages, sampleFacts } from '#portfolios';
import { type BenchSection, type Figure, sleep } from './section.ts';

const OPERATIONS = 4_200; // Some hundred pages.
const WATCH_MS = 10;
const ROUNDS = 3;

export const section: BenchSection = {
  title: 'PDF report of a hundred pages',
  run: benchReports,
};

/** Runs it and gives the figures. */
async function benchReports(): Promise<readonly Figure[]> {
  await reportPages(sampleFacts('es', 1));
  const facts = sampleFacts('es', OPERATIONS);
  let [best, pages, longestHoldMs] = [Number.POSITIVE_INFINITY, 0, 0];
  for (let round = 0; round < ROUNDS; round += 1) {
    const done = new AbortController();
    const watch = (async () => {
      while (!done.signal.aborted) {
        const beforeMs = performance.now();
        await sleep(WATCH_MS);
        longestHoldMs = Math.max(longestHoldMs, performance.now() - beforeMs - WATCH_MS);
      }
    })();
    const startedMs = performance.now();
    const bytes = await reportPages(facts);
    const tookMs = performance.now() - startedMs;
    done.abort();
    await watch;
    pages = bytes.toString('latin1').match(/\/Type \/Page\b/g)?.length ?? 0;
    best = Math.min(best, (tookMs / pages) * 100);
  }
  return [
    { name: `pages of a report with ${OPERATIONS} operations`, value: pages, unit: '', atLeast: 100 },
    { name: 'hundred pages', value: best, unit: 'ms', atMost: 3_000 },
    { name: 'longest the main thread was held', value: longestHoldMs, unit: 'ms' },
  ];
}
