/** Purge: forgets deliveries past their keeping, and the bodies of others, in small steps so that nobody waits for it. */
import { job, type JobDefinition } from '#platform/jobs';
import type { Platform } from '#platform/domain';
import { expireBodies, firstIdAt, purgeDeliveries } from './delivery.store.ts';
import type { WebhooksSettings } from './settings.ts';

const DAY_MS = 86_400_000;
const ROWS_PER_STEP_MAX = 2000; // A step of some tens of milliseconds.
const STEPS_MAX = 5000; // Ten million rows a night; what is left goes the next one.

export function purgeJob(platform: Platform): JobDefinition<null> {
  return job({
    name: 'webhooks.delivery.purge',
    attemptsMax: 3,
    cron: '17 3 * * *',
    parse: () => null,
    async run(_payload, { signal }) {
      const { retentionDays, bodyRetentionDays } = platform.config.section<WebhooksSettings>('webhooks');
      const bornBeforeMs = platform.clock() - retentionDays * DAY_MS;
      await expire(platform, signal, {
        afterId: firstIdAt(bornBeforeMs),
        bornBeforeMs: platform.clock() - bodyRetentionDays * DAY_MS,
      });
      for (let step = 0; step < STEPS_MAX && !signal.aborted; step += 1) {
        const deleted = await purgeDeliveries(platform.db, { bornBeforeMs, rowsMax: ROWS_PER_STEP_MAX });
        if (deleted < ROWS_PER_STEP_MAX) return;
      }
    },
  });
}

async function expire(
  { db }: Platform,
  signal: AbortSignal,
  span: { readonly afterId: string; readonly bornBeforeMs: number },
): Promise<void> {
  let { afterId } = span;
  for (let step = 0; step < STEPS_MAX && !signal.aborted; step += 1) {
    const last = await expireBodies(db, { ...span, afterId, rowsMax: ROWS_PER_STEP_MAX });
    if (last === null) return;
    afterId = last;
  }
}
