/** Every morning: whoever owns an API token that ends within a week hears of it, once, while there is time to make another. */
import { DAY_MS } from '#kernel';
import type { Platform } from '#platform/domain';
import { job, type JobDefinition } from '#platform/jobs';
import { listEndingApiTokens } from './api-token.store.ts';

const AHEAD_MS = 7 * DAY_MS;

export function apiTokenReminderJob(platform: Platform): JobDefinition {
  return job({
    name: 'identity.api_tokens.remind',
    attemptsMax: 3,
    cron: '13 6 * * *',
    parse: () => undefined as never,
    run: () => remind(platform),
  });
}

async function remind({ db, clock, notify }: Platform): Promise<void> {
  const nowMs = clock();
  for (const token of await listEndingApiTokens(db, { nowMs, untilMs: nowMs + AHEAD_MS, aheadMs: AHEAD_MS })) {
    const { workspaceId, userId, id, name, hint } = token;
    const days = Math.max(1, Math.ceil((token.expiresAtMs - nowMs) / DAY_MS));
    await db.transaction((tx) =>
      notify.record(tx, {
        workspaceId,
        userId,
        permission: 'session',
        kind: 'identity.api_token.ending',
        payload: { name, hint, days: String(days) },
        href: '/ajustes/claves-api',
        dedupeKey: `api-token-ending:${id}`,
      }),
    );
  }
}
