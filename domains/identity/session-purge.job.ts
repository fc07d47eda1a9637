/** Forgets what no longer serves: sessions that ended a month ago, failed sign-ins of yesterday, steps and challenges that nobody finished. */
import { DAY_MS } from '#kernel';
import type { Platform } from '#platform/domain';
import { job, type JobDefinition } from '#platform/jobs';
import { deleteEndedApiTokens } from './api-token.store.ts';
import { deleteOldAttempts } from './attempt.store.ts';
import { deleteOldInvitations } from './invitation.store.ts';
import { deleteOldResetLinks } from './reset.store.ts';
import { deleteOldChallenges } from './passkey.store.ts';
import { deleteEndedSessions } from './session.store.ts';
import { rotateSigningKeys } from './signing-key.ts';
import { deleteOldSteps } from './sign-in-step.store.ts';

const KEPT_MS = 30 * DAY_MS; // Long enough to answer "who was signed in that day"; the audit log keeps the rest.

export function sessionPurgeJob(platform: Platform): JobDefinition {
  return job<unknown>({
    name: 'identity.sessions.purge',
    attemptsMax: 3,
    cron: '23 3 * * *',
    parse: (payload) => payload,
    run: async () => {
      const nowMs = platform.clock();
      await deleteEndedSessions(platform.db, nowMs - KEPT_MS);
      await deleteEndedApiTokens(platform.db, nowMs - KEPT_MS);
      await deleteOldAttempts(platform.db, nowMs);
      await deleteOldResetLinks(platform.db, nowMs - KEPT_MS);
      await deleteOldInvitations(platform.db, nowMs - KEPT_MS);
      await rotateSigningKeys(platform);
      await deleteOldChallenges(platform.db, nowMs);
      await deleteOldSteps(platform.db, nowMs);
    },
  });
}
