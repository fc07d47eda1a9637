/** The platform as a domain: its permissions and its own jobs, declared like everyone else's. */
import { DAY_MS, USER_ROLES } from '#kernel';
import type { Domain } from '#platform/domain';
import { purgeIdempotencyKeys } from '#platform/http';
import { job, JOB_PERMISSIONS } from '#platform/jobs';
import { deleteMailsOfWorkspace } from '#platform/mail';
import { deleteSecretsOfWorkspace, SECRET_PERMISSIONS } from '#platform/secrets';

/** The event log is for resuming, replaying and looking back some months; what must last is in the domains' own tables. */
const EVENT_RETENTION_DAYS = 180;

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
      summaryEs: 'Ver la salud de la instalación y sus rutas y consultas lentas',
      roles: ['owner', 'admin'],
    },
    ...JOB_PERMISSIONS,
    ...SECRET_PERMISSIONS,
    {
      name: 'platform.notifications.read',
      summary: 'See and mark one’s own notifications',
      summaryEs: 'Ver y marcar los avisos propios',
      roles: [...USER_ROLES],
    },
  ],
  jobs: (platform) => [
    job({
      name: 'platform.idempotency.purge',
      attemptsMax: 3,
      cron: '17 * * * *',
      parse: () => undefined as never,
      run: () => purgeIdempotencyKeys(platform.db),
    }),
    job({
      name: 'platform.events.prune',
      attemptsMax: 3,
      cron: '41 3 * * *',
      parse: () => undefined as never,
      run: async () => void (await platform.events.prune(platform.clock() - EVENT_RETENTION_DAYS * DAY_MS)),
    }),
    job({
      name: 'platform.files.sweep',
      attemptsMax: 3,
      cron: '11 4 * * *',
      parse: () => undefined as never,
      run: async () => void (await platform.files.sweep()),
    }),
    job({
      name: 'platform.mail.purge',
      attemptsMax: 3,
      cron: '23 * * * *',
      parse: () => undefined as never,
      run: () => platform.mail.purge(),
    }),
  ],
  removeWorkspace: async (tx, workspaceId) => {
    await deleteMailsOfWorkspace(tx, workspaceId);
    await deleteSecretsOfWorkspace(tx, workspaceId);
  },
};
