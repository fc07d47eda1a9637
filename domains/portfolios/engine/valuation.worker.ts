/** The thread that computes daily values and returns (see `worker-pool.ts`); started by the pool, never imported. */
import { parentPort } from 'node:worker_threads';
import { assert } from '#kernel';
import { runValuation, type ValuationTask } from './valuation-task.ts';

assert(parentPort, 'valuation: runs as a worker thread only');
const port = parentPort;
port.on('message', (task: ValuationTask) => {
  try {
    port.postMessage({ result: runValuation(task) });
  } catch (error) {
    port.postMessage({ error: error instanceof Error ? error.message : String(error) });
  }
});
