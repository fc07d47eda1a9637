/**
 * Valuations: where the engine computes. What takes a few milliseconds runs in the caller; more goes to a worker thread, so that
 * no portfolio, however large, holds up the answers to everybody else.
 */
import { availableParallelism } from 'node:os';
import type { Telemetry } from '#platform/telemetry';
import { costOf, type ResultOf, runValuation, type ValuationTask } from './valuation-task.ts';
import { openWorkerPool } from './worker-pool.ts';

export interface Valuations {
  /** Computes a task; a retryable `Fault` when it cannot. */
  compute<Task extends ValuationTask>(task: Task, signal?: AbortSignal): Promise<ResultOf<Task>>;
  close(): Promise<void>;
}

export interface ValuationLimits {
  /** Tasks up to this cost run in the caller: starting a thread would take longer than doing them. */
  readonly inlineCostMax: number;
  readonly threadsMax: number;
  readonly queueMax: number;
  readonly idleMs: number;
  readonly taskMsMax: number;
}

const LIMITS: ValuationLimits = {
  inlineCostMax: 200_000, // About two milliseconds.
  threadsMax: Math.max(1, Math.min(4, availableParallelism() - 1)),
  queueMax: 256, // At a few milliseconds each, what waits longer than a second is better told to come back.
  idleMs: 15_000, // A person who looks at one page looks at the next; a thread is some ten MiB.
  taskMsMax: 30_000, // A century of a thousand holdings takes a second.
};

/** Opens it; one per process. `limits` are for tests and benches. */
export function openValuations(
  telemetry: Pick<Telemetry, 'log' | 'counter' | 'gauge'>,
  limits: Partial<ValuationLimits> = {},
): Valuations {
  const { inlineCostMax, threadsMax, ...rest } = { ...LIMITS, ...limits };
  const lost = telemetry.counter('cactus_valuation_threads_lost_total', 'Valuation threads that ended in a task.');
  const pool = openWorkerPool({
    ...rest,
    sizeMax: threadsMax,
    script: new URL('./valuation.worker.ts', import.meta.url),
    onLost: (cause) => {
      lost.add();
      telemetry.log.error('a valuation thread was lost; the next computation starts another', { cause });
    },
  });
  telemetry.gauge('cactus_valuation_threads', 'Valuation threads alive.', () => pool.size);
  return {
    compute: async <Task extends ValuationTask>(task: Task, signal?: AbortSignal) =>
      costOf(task) <= inlineCostMax ? runValuation(task) : ((await pool.run(task, signal)) as ResultOf<Task>),
    close: () => pool.close(),
  };
}
