/** Cron schedules, five fields in UTC: checked at start, and when the next run is. */
import { assert } from '#kernel';
import { type ParsedCronItem, parseCronItems } from 'graphile-worker';
import type { JobDefinition } from './types.ts';

const MINUTE_MS = 60_000;
const LOOK_AHEAD_MINUTES_MAX = 366 * 24 * 60; // A schedule that names no minute of a year never runs.

/** The cron items of all definitions that have a schedule; a wrong expression is a bug found at start. */
export function cronItemsOf(definitions: Iterable<JobDefinition>): ParsedCronItem[] {
  return [...definitions].flatMap((definition) => {
    const { name, cron, attemptsMax } = definition;
    if (cron === undefined) return [];
    // One waiting job per schedule: after a long stop nobody wants the runs that were missed.
    const options = { maxAttempts: attemptsMax, jobKey: `cron:${name}`, backfillPeriod: 0 };
    return parseCronItems([{ task: name, match: cron, identifier: name, options }]);
  });
}

/** The first minute after `afterMs` at which the schedule is due; null when there is none within a year. */
export function nextRunAtMs(cron: string, afterMs: number): number | null {
  const [item] = parseCronItems([{ task: 'next', match: cron, options: { backfillPeriod: 0 } }]);
  assert(item, 'jobs: one schedule parses to one item');
  let atMs = (Math.floor(afterMs / MINUTE_MS) + 1) * MINUTE_MS;
  for (let minutes = 0; minutes < LOOK_AHEAD_MINUTES_MAX; minutes += 1, atMs += MINUTE_MS) {
    const at = new Date(atMs);
    const digest = {
      min: at.getUTCMinutes(),
      hour: at.getUTCHours(),
      date: at.getUTCDate(),
      month: at.getUTCMonth() + 1,
      dow: at.getUTCDay(),
    };
    if (item.match(digest)) return atMs;
  }
  return null;
}
