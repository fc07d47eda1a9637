/** Webhooks' manifest. */
import type { Domain, PermissionDefinition } from '#platform/domain';
import { CustomPublished, EndpointChanged, EndpointDisabled, EndpointTested } from './contract.ts';
import { deliveryRoutes } from './delivery.routes.ts';
import { endpointEditRoutes, endpointRoutes, endpointSecretRoutes } from './endpoint.routes.ts';
import { deleteWorkspaceRows } from './endpoint.store.ts';
import { engineOf } from './engine.ts';
import { eventRoutes } from './event.routes.ts';
import { webhooksNotices } from './notices.ts';
import { purgeJob } from './purge.job.ts';
import { replayJob } from './replay.job.ts';
import { filterRoutes, replayRoutes } from './replay.routes.ts';
import { webhooksSealedColumns } from './sealed-columns.ts';
import { WebhooksSettings } from './settings.ts';

const EVERYONE_INSIDE = ['owner', 'admin', 'manager', 'adviser', 'trader', 'bookkeeper', 'analyst'] as const;
// An endpoint takes every event it filters out of the house, and a delivery shows its body: keys to everything.
const KEEPERS = ['owner', 'admin'] as const;

const permissions: readonly PermissionDefinition[] = [
  {
    name: 'webhooks.endpoint.read',
    summary: 'See webhook endpoints',
    summaryEs: 'Ver los destinos de webhooks',
    roles: KEEPERS,
  },
  {
    name: 'webhooks.endpoint.write',
    summary: 'Add, change, test and remove webhook endpoints',
    summaryEs: 'Añadir, cambiar, probar y quitar destinos de webhooks',
    roles: KEEPERS,
  },
  {
    name: 'webhooks.delivery.read',
    summary: 'See webhook deliveries with their bodies',
    summaryEs: 'Ver los envíos de webhooks con su contenido',
    roles: KEEPERS,
  },
  {
    name: 'webhooks.delivery.replay',
    summary: 'Send a webhook again',
    summaryEs: 'Reenviar un webhook',
    roles: KEEPERS,
  },
  {
    name: 'webhooks.event.read',
    summary: 'See the event log, as far as each event allows',
    summaryEs: 'Ver el registro de eventos, hasta donde permite cada uno',
    roles: EVERYONE_INSIDE,
  },
  {
    name: 'webhooks.event.publish',
    summary: 'Publish own events',
    summaryEs: 'Publicar eventos propios',
    roles: ['owner', 'admin', 'manager'],
  },
];

export const webhooks: Domain = {
  name: 'webhooks',
  tablePrefix: 'webhooks_',
  migrations: new URL('./migrations/', import.meta.url),
  permissions,
  notices: webhooksNotices,
  events: [CustomPublished, EndpointTested, EndpointChanged, EndpointDisabled],
  settings: WebhooksSettings,
  routes(http, platform) {
    endpointRoutes(http, platform);
    endpointEditRoutes(http, platform);
    endpointSecretRoutes(http, platform);
    deliveryRoutes(http, platform);
    eventRoutes(http, platform);
    replayRoutes(http, platform);
    filterRoutes(http, platform);
  },
  jobs: (platform) => [purgeJob(platform), replayJob(platform)],
  sealedColumns: webhooksSealedColumns,
  start: (platform) => engineOf(platform).start(),
  async health(platform) {
    const { failingEndpoints } = engineOf(platform).dispatcher.figures();
    if (failingEndpoints === 0) {
      const detailEs = 'Todos los destinos responden.';
      return [{ name: 'webhooks', state: 'ok', detail: 'Every endpoint answers.', detailEs }];
    }
    const detail = `${failingEndpoints} endpoints do not answer; their deliveries wait. See them at /eventos?vista=entregas.`;
    const detailEs = `${failingEndpoints} destinos no responden; sus entregas esperan. Míralos en Eventos, Entregas.`;
    return [{ name: 'webhooks', state: 'degraded', detail, detailEs }];
  },
  async removeWorkspace(tx, workspaceId) {
    await deleteWorkspaceRows(tx, workspaceId);
  },
};
