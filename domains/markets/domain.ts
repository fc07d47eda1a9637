/** Markets' manifest: instruments, prices, exchange rates, providers and price alerts. */
import type { Domain, PermissionDefinition } from '#platform/domain';
import type { HealthPart } from '#platform/telemetry';
import { alertRoutes } from './alert.routes.ts';
import { marketsEvents } from './contract.ts';
import { listProviderHealth } from './feed.store.ts';
import { closeSnapshotJob, closeWatchJob, gapFillJob } from './history-gap.job.ts';
import { historyRoutes } from './history.routes.ts';
import { dayCloseJob, historyJob, ratesJob } from './history.job.ts';
import { instrumentRoutes } from './instrument.routes.ts';
import { marketsNotices } from './notices.ts';
import { startPoller } from './poller.ts';
import { priceRoutes } from './price.routes.ts';
import type { ProviderHealth } from './provider/breaker.ts';
import { providerTestJob } from './provider-test.job.ts';
import { providerRoutes } from './provider.routes.ts';
import { searchJob } from './search.job.ts';
import { searchRoutes } from './search.routes.ts';
import { MarketsSettings } from './settings.ts';
import { deleteWorkspaceRows } from './workspace.store.ts';

const EVERYONE_INSIDE = ['owner', 'admin', 'manager', 'adviser', 'trader', 'bookkeeper', 'analyst'] as const;
const INVESTORS = ['owner', 'admin', 'manager', 'adviser', 'trader'] as const;

const permissions: readonly PermissionDefinition[] = [
  { name: 'markets.instrument.read', summary: 'See instruments', summaryEs: 'Ver activos', roles: EVERYONE_INSIDE },
  {
    name: 'markets.instrument.write',
    summary: 'Add instruments and correct their symbols',
    summaryEs: 'Añadir activos y corregir sus símbolos',
    roles: INVESTORS,
  },
  { name: 'markets.price.read', summary: 'See prices', summaryEs: 'Ver precios', roles: EVERYONE_INSIDE },
  {
    name: 'markets.price.write',
    summary: 'Write prices by hand',
    summaryEs: 'Escribir precios a mano',
    roles: INVESTORS,
  },
  {
    name: 'markets.alert.read',
    summary: 'See price alerts',
    summaryEs: 'Ver alertas de precio',
    roles: EVERYONE_INSIDE,
  },
  {
    name: 'markets.alert.write',
    summary: 'Create and change price alerts',
    summaryEs: 'Crear y cambiar alertas de precio',
    roles: INVESTORS,
  },
  {
    name: 'markets.provider.read',
    summary: 'See where prices come from',
    summaryEs: 'Ver de dónde vienen los precios',
    roles: EVERYONE_INSIDE,
  },
  {
    name: 'markets.provider.write',
    summary: 'Set up price providers: keys, switches and tests',
    summaryEs: 'Configurar los proveedores de precios: claves, interruptores y pruebas',
    roles: ['owner', 'admin'],
  },
];

export const markets: Domain = {
  name: 'markets',
  tablePrefix: 'markets_',
  migrations: new URL('./migrations/', import.meta.url),
  permissions,
  notices: marketsNotices,
  events: marketsEvents,
  settings: MarketsSettings,
  socketPaths: { '/ws/alerts': ['*.alert.fired'] },
  routes(http, platform) {
    instrumentRoutes(http, platform);
    priceRoutes(http, platform);
    historyRoutes(http, platform);
    searchRoutes(http, platform);
    alertRoutes(http, platform);
    providerRoutes(http, platform);
  },
  jobs: (platform) => [
    historyJob(platform),
    dayCloseJob(platform),
    gapFillJob(platform),
    closeWatchJob(platform),
    closeSnapshotJob(platform),
    ratesJob(platform),
    providerTestJob(platform),
    searchJob(platform),
  ],
  async start(platform) {
    return platform.roles.has('worker') ? startPoller(platform) : async () => undefined;
  },
  async health(platform) {
    const stored = await listProviderHealth(platform.db);
    return [...stored.values()].map(healthPart);
  },
  removeWorkspace: deleteWorkspaceRows,
};

/** A provider that fails degrades prices, never the product: the last good ones stay and grow stale. */
function healthPart({ provider, state, lastFailure }: ProviderHealth): HealthPart {
  const name = `markets.${provider}`;
  if (state === 'closed') return { name, state: 'ok', detail: 'Answers.', detailEs: 'Responde.' };
  const detail = `Prices stay as they are and grow stale. ${lastFailure ?? 'Unknown failure'}.`;
  const detailEs = `Los precios se quedan como están y envejecen. ${lastFailure ?? 'Fallo desconocido'}.`;
  return { name, state: 'degraded', detail, detailEs };
}
