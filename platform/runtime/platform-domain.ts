/** The platform as a domain: its permissions and its own jobs, declared like everyone else's. */
import { DAY_MS } from '#kernel';
import { BACKUP_PERMISSIONS, backupHealth, backupJobs, startBackupMetrics } from '#platform/backups';
import type { Domain } from '#platform/domain';
import { FORGET_JOB } from '#platform/files';
import { purgeIdempotencyKeys } from '#platform/http';
import { job, JOB_PERMISSIONS } from '#platform/jobs';
import { deleteMailsOfWorkspace, mailBodies } from '#platform/mail';
import { ConnectionChanged, NOTIFY_PERMISSIONS } from '#platform/notify';
import { deleteLinksOfWorkspace } from '#platform/telegram';
import {
  deleteSecretsOfWorkspace,
  namedSecrets,
  rewrapJob,
  rewrapWhenStale,
  SECRET_EVENTS,
  SECRET_PERMISSIONS,
  tellKeyChange,
} from '#platform/secrets';

/** The event log is for resuming, replaying and looking back some months; what must last is in the domains' own tables. */
const EVENT_RETENTION_DAYS = 180;

export const platformDomain: Domain = {
  name: 'platform',
  tablePrefix: 'platform_',
  // Each part keeps its own folder; platform/db finds them.
  migrations: null,
  events: [...SECRET_EVENTS, ConnectionChanged],
  permissions: [
    {
      name: 'platform.health.read',
      summary: 'See the health of the installation, its slow routes and statements',
      summaryEs: 'Ver la salud de la instalación y sus rutas y consultas lentas',
      roles: ['owner', 'admin'],
    },
    ...JOB_PERMISSIONS,
    ...SECRET_PERMISSIONS,
    ...NOTIFY_PERMISSIONS,
    ...BACKUP_PERMISSIONS,
  ],
  health: backupHealth,
  sealedColumns: () => [namedSecrets, mailBodies],
  jobs: (platform) => [
    ...backupJobs(platform),
    rewrapJob(platform),
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
      name: FORGET_JOB,
      attemptsMax: 5,
      parse: (payload) => payload as { readonly contents: readonly string[] },
      run: ({ contents }) => platform.files.forget(contents),
    }),
    job({
      name: 'platform.mail.purge',
      attemptsMax: 3,
      cron: '23 * * * *',
      parse: () => undefined as never,
      run: () => platform.mail.purge(),
    }),
    job({
      name: 'platform.notify.purge',
      attemptsMax: 3,
      cron: '51 3 * * *',
      parse: () => undefined as never,
      run: () => platform.notify.purge(),
    }),
  ],
  start: async (platform) => {
    const stopMetrics = await startBackupMetrics(platform);
    if (!platform.roles.has('worker')) return stopMetrics;
    await tellKeyChange(platform);
    await rewrapWhenStale(platform);
    // One process of all reads what people send to the bot; the others wait for its lock.
    const stopReading = await platform.telegram.startReading();
    return async () => {
      await stopReading();
      await stopMetrics();
    };
  },
  removeWorkspace: async (tx, workspaceId) => {
    await deleteMailsOfWorkspace(tx, workspaceId);
    await deleteLinksOfWorkspace(tx, workspaceId);
    await deleteSecretsOfWorkspace(tx, workspaceId);
  },
};
