/** Looks whether a wish for a new password belongs to somebody, outside the request that must not tell. */
import { z } from 'zod';
import type { Platform } from '#platform/domain';
import { job, type JobDefinition } from '#platform/jobs';
import { mailResetLink, RESET_REQUEST_JOB } from './reset.ts';

const Wish = z.object({ email: z.string(), ip: z.string() });

export function resetRequestJob(platform: Platform): JobDefinition<z.output<typeof Wish>> {
  return job<z.output<typeof Wish>>({
    name: RESET_REQUEST_JOB,
    attemptsMax: 3,
    parse: (payload) => Wish.parse(payload),
    run: (wish) => mailResetLink(platform, wish),
  });
}
