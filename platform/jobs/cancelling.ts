/** Stopping a job that runs: the wish is in the database, because the process that runs it may be another one than was asked. */
import type { Queryable } from '#platform/db';
import { findCancels } from './job-queue.adapter.ts';

/** What runs in this process, by job. */
export type RunningStops = Map<bigint, AbortController>;

/** What a cancelled job ended with, for the list. */
export const CANCELLED = 'Cancelled by a person.';

/** Aborts those of this process that were asked to stop. */
export async function stopCancelled(queryable: Queryable, stops: RunningStops): Promise<void> {
  if (stops.size === 0) return;
  for (const jobId of await findCancels(queryable, [...stops.keys()])) {
    stops.get(jobId)?.abort(new Error(CANCELLED));
  }
}
