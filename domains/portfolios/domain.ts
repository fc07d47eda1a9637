/** Portfolios' manifest. */
import type { Domain } from '#platform/domain';
import { portfoliosEvents } from './published-events.ts';
import { portfoliosPermissions } from './permissions.ts';
import { deleteLedgerOfWorkspace } from './portfolio.store.ts';

export const portfolios: Domain = {
  name: 'portfolios',
  tablePrefix: 'portfolios_',
  migrations: new URL('./migrations/', import.meta.url),
  permissions: portfoliosPermissions,
  events: portfoliosEvents,
  removeWorkspace: deleteLedgerOfWorkspace,
};
