/** The platform as a domain: its permissions and its own jobs, declared like everyone else's. */
import { USER_ROLES } from '#kernel';
import type { Domain } from '#platform/domain';
import { job, JOB_PERMISSIONS } from '#platform/jobs';
import { purgeIdempotencyKeys } from './idempotency.store.ts';

export const platformDomain: Domain = {
  name: 'platform',
  tablePrefix: 'platform_',
  // Each part keeps its own folder; platform/db finds them.
  migrations: null,
  events: [],
  permissions: [
    {
      name: 'platform.health.read',
      summary: 'See the health of the installation, its slow routes and statements',
      roles: ['owner', 'admin'],
    },
    ...JOB_PERMISSIONS,
    { name: 'platform.notifications.read', summary: 'See and mark one’s own notifications', roles: [...USER_ROLES] },
  ],
  jobs: (platform) => [
    job({
      name: 'platform.idempotency.purge',
      attemptsMax: 3,
      cron: '17 * * * *',
      parse: () => undefined as never,
      run: () => purgeIdempotencyKeys(platform.db),
    }),
  ],
};
