/** Portfolios' part of the permission catalogue. */
import type { PermissionDefinition } from '#platform/domain';

const INVESTORS = ['owner', 'admin', 'manager', 'adviser', 'trader'] as const;
/** Not clients: until a portfolio belongs to a client, reading one would mean reading everybody's. */
const READERS = [...INVESTORS, 'bookkeeper', 'analyst'] as const;

export const portfoliosPermissions: readonly PermissionDefinition[] = [
  {
    name: 'portfolios.portfolio.read',
    summary: 'See portfolios, positions and operations',
    summaryEs: 'Ver carteras, posiciones y operaciones',
    roles: READERS,
  },
  {
    name: 'portfolios.portfolio.write',
    summary: 'Create, rename and delete portfolios',
    summaryEs: 'Crear, renombrar y borrar carteras',
    roles: ['owner', 'admin', 'manager', 'adviser'],
  },
  {
    name: 'portfolios.operation.write',
    summary: 'Record and reverse operations',
    summaryEs: 'Registrar y deshacer operaciones',
    roles: INVESTORS,
  },
  {
    name: 'portfolios.import.run',
    summary: 'Import operations from files',
    summaryEs: 'Importar operaciones desde archivos',
    roles: INVESTORS,
  },
];
