/** Identity's manifest: who is who, and who may do what. */
import type { Domain } from '#platform/domain';
import { accessJwtRoutes } from './access-jwt.routes.ts';
import { apiTokenReminderJob } from './api-token-reminder.job.ts';
import { apiTokenRoutes } from './api-token.routes.ts';
import { auditAnchorJob } from './audit-anchor.job.ts';
import { auditRoutes } from './audit.routes.ts';
import { appendAudit } from './audit.store.ts';
import { authenticate } from './authenticate.ts';
import { identityEvents } from './contract.ts';
import { directoryOf } from './directory.ts';
import { invitationRoutes } from './invitation.routes.ts';
import { meRoutes } from './me.routes.ts';
import { identityNotices } from './notices.ts';
import { oidcRoutes } from './oidc.routes.ts';
import { passkeyRoutes } from './passkey.routes.ts';
import { identityPermissions } from './permissions.ts';
import { identitySealedColumns } from './sealed-columns.ts';
import { securityRoutes } from './security.routes.ts';
import { clearWhenHeard } from './session-cache.ts';
import { resetRequestJob } from './reset-request.job.ts';
import { resetRoutes } from './reset.routes.ts';
import { sessionPurgeJob } from './session-purge.job.ts';
import { sessionRoutes } from './session.routes.ts';
import { identitySettings } from './settings.ts';
import { setupRoutes } from './setup.routes.ts';
import { teamRoutes } from './team.routes.ts';
import { userRoutes } from './user.routes.ts';
import { workspaceRoutes } from './workspace.routes.ts';

export const identity: Domain = {
  name: 'identity',
  tablePrefix: 'identity_',
  migrations: new URL('./migrations/', import.meta.url),
  permissions: identityPermissions,
  notices: identityNotices,
  events: identityEvents,
  settings: identitySettings,
  authenticate,
  directory: directoryOf,
  recordAudit: appendAudit,
  sealedColumns: () => identitySealedColumns,
  jobs: (platform) => [
    sessionPurgeJob(platform),
    resetRequestJob(platform),
    auditAnchorJob(platform),
    apiTokenReminderJob(platform),
  ],
  start: (platform) => {
    clearWhenHeard(platform);
    return Promise.resolve(() => Promise.resolve());
  },
  routes(http, platform) {
    setupRoutes(http, platform);
    sessionRoutes(http, platform);
    meRoutes(http, platform);
    oidcRoutes(http, platform);
    passkeyRoutes(http, platform);
    securityRoutes(http, platform);
    userRoutes(http, platform);
    teamRoutes(http, platform);
    apiTokenRoutes(http, platform);
    accessJwtRoutes(http, platform);
    invitationRoutes(http, platform);
    resetRoutes(http, platform);
    workspaceRoutes(http, platform);
    auditRoutes(http, platform);
  },
};
