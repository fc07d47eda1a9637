/** Goal: a task off the thread gives what the same code gives here; one that dies, hangs or is cancelled harms nobody else. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { Fault } from '#kernel';
import { buildBook } from '../book.ts';
import { FxTable } from '../fx-table.ts';
import { booksOf, dayAt } from '../random-book.ts';
import { sampledDays } from '../value-series.ts';
import { engineInput } from './engine-market.ts';
import { runValuation } from './valuation-task.ts';
import { openValuations } from './valuations.ts';
import { openWorkerPool, type WorkerPool } from './worker-pool.ts';

const OPTIONS = { sizeMax: 1, queueMax: 2, idleMs: 60_000, taskMsMax: 60_000 };
const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A pool whose threads answer `echo`, throw, hang, or end in the middle, as the task says. */
function trialPool(options: Partial<typeof OPTIONS> & { onLost?: (cause: string) => void } = {}): WorkerPool {
  const folder = mkdtempSync(join(tmpdir(), 'pool-'));
  const path = join(folder, 'trial.mjs');
  writeFileSync(
    path,
    `import { parentPort } from 'node:worker_threads';
     parentPort.on('message', ({ kind, value }) => {
       if (kind === 'die') process.exit(3);
       if (kind === 'hang') return;
       if (kind === 'throw') return parentPort.postMessage({ error: value });
       parentPort.postMessage({ result: value });
     });`,
  );
  const pool = openWorkerPool({ ...OPTIONS, ...options, script: pathToFileURL(path) });
  closers.push(
    () => pool.close(),
    () => rmSync(folder, { recursive: true }),
  );
  return pool;
}
const codeOf = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof Fault ? `${error.code} ${error.message}` : error),
  );

test('a thread computes what the caller computes', async () => {
  const [events = []] = fc.sample(
    booksOf(['EUR']).filter((all) => all.length > 30),
    { numRuns: 1, seed: 3 },
  );
  const { book } = buildBook(events, { baseCurrency: 'EUR', fx: new FxTable([]) });
  const at = { from: dayAt(0), to: dayAt(60) };
  const closesOf = new Map([['A', { currency: 'EUR', days: [20_500], closes: [12.5] }]]);
  const input = await engineInput({ book, sequence: 1 }, { closesOf, ...at });
  const telemetry = { log: { error: vi.fn() }, counter: () => ({ add: () => undefined }), gauge: () => undefined };
  const valuations = openValuations(telemetry as never, { inlineCostMax: 0, threadsMax: 1 });
  closers.push(() => valuations.close());
  const series = { kind: 'series', ...input, days: sampledDays(at.from, at.to) } as const;
  const performance = { kind: 'performance', ...input, currency: 'EUR', period: at, live: 5, benchmark: null } as const;
  expect(await valuations.compute(series)).toEqual(runValuation(series));
  expect(await valuations.compute(performance)).toEqual(runValuation(performance));
});

test('threads start with the first task, are used again, and end when nothing comes', async () => {
  const pool = trialPool({ idleMs: 20 });
  expect(pool.size).toBe(0);
  expect(await Promise.all([1, 2].map((value) => pool.run({ kind: 'echo', value })))).toEqual([1, 2]);
  await vi.waitFor(() => expect(pool.size).toBe(0));
  expect(await pool.run({ kind: 'echo', value: 3 })).toBe(3);
});

test('a thread that dies or takes too long fails its own task, is told of and replaced', async () => {
  const onLost = vi.fn();
  const pool = trialPool({ onLost, taskMsMax: 5_000 });
  const all = await Promise.all([codeOf(pool.run({ kind: 'die' })), pool.run({ kind: 'echo', value: 7 })]);
  expect(all).toEqual(['valuation_failed its thread ended with code 3', 7]);
  expect(onLost.mock.calls).toEqual([['its thread ended with code 3']]);
  const hasty = trialPool({ onLost, taskMsMax: 20 });
  expect(await codeOf(hasty.run({ kind: 'hang' }))).toBe('valuation_failed it took longer than 20 ms');
  expect(onLost).toHaveBeenCalledTimes(2);
});

test('a task that throws fails alone: its thread stays', async () => {
  const onLost = vi.fn();
  const pool = trialPool({ onLost });
  expect(await codeOf(pool.run({ kind: 'throw', value: 'no such day' }))).toBe('valuation_failed no such day');
  expect(await pool.run({ kind: 'echo', value: 1 })).toBe(1);
  expect(onLost).not.toHaveBeenCalled();
});

test('the queue is bounded, and what is cancelled never runs or stops running', async () => {
  const onLost = vi.fn();
  const pool = trialPool({ onLost });
  const running = new AbortController();
  const waiting = new AbortController();
  const first = codeOf(pool.run({ kind: 'hang' }, running.signal));
  const second = codeOf(pool.run({ kind: 'die' }, waiting.signal));
  const third = pool.run({ kind: 'echo', value: 3 });
  expect(await codeOf(pool.run({ kind: 'echo' }))).toContain('valuation_queue_full');
  waiting.abort();
  expect(await second).toContain('valuation_cancelled');
  running.abort();
  expect(await first).toContain('valuation_cancelled');
  expect(await third).toBe(3);
  expect(await codeOf(pool.run({ kind: 'echo' }, waiting.signal))).toContain('valuation_cancelled');
  expect(onLost).not.toHaveBeenCalled();
});

test('a closed pool ends its threads and refuses', async () => {
  const pool = trialPool();
  const hanging = codeOf(pool.run({ kind: 'hang' }));
  const queued = codeOf(pool.run({ kind: 'echo' }));
  await pool.close();
  expect(await Promise.all([hanging, queued])).toEqual(
    Array(2).fill('valuation_cancelled the computation was cancelled'),
  );
  expect(pool.size).toBe(0);
  expect(await codeOf(pool.run({ kind: 'echo' }))).toContain('valuation_cancelled');
});
