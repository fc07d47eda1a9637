/** Vitest's global set-up: names the folder of the run's test server; the first test that needs it starts it. */
import { finishTestRun, prepareTestRun } from './test-postgres.ts';

export function setup(): void {
  prepareTestRun();
}

export async function teardown(): Promise<void> {
  await finishTestRun();
}
