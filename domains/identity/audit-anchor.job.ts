/** Every night: the heads of the audit chains go to the anchor file. */
import type { Platform } from '#platform/domain';
import { job, type JobDefinition } from '#platform/jobs';
import { writeAnchors } from './audit-anchor.ts';

export function auditAnchorJob(platform: Platform): JobDefinition {
  return job({
    name: 'identity.audit.anchor',
    attemptsMax: 3,
    cron: '7 2 * * *',
    parse: () => undefined as never,
    run: async () => void (await writeAnchors(platform.db, platform.config.dataDir, platform.clock())),
  });
}
