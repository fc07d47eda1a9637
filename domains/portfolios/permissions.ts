/** Portfolios' part of the permission catalogue. */
import type { PermissionDefinition } from '#platform/domain';

const INVESTORS = ['owner', 'admin', 'manager', 'adviser', 'trader'] as const;
/** Clients too: each role reads the rows of its scope only, and a client's are the portfolios that name her. */
const READERS = [...INVESTORS, 'bookkeeper', 'analyst', 'client'] as const;

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
    name: 'portfolios.portfolio.assign',
    summary: 'Say who is responsible for a portfolio and who its client is',
    summaryEs: 'Decir quién es responsable de una cartera y quién es su cliente',
    roles: ['owner', 'admin', 'manager'],
  },
  {
    name: 'portfolios.operation.write',
    summary: 'Record and reverse operations',
    summaryEs: 'Registrar y deshacer operaciones',
    roles: INVESTORS,
  },
  {
    name: 'portfolios.plan.read',
    summary: 'See models, drift, rebalancing proposals, checks and goals',
    summaryEs: 'Ver modelos, desvíos, propuestas de rebalanceo, comprobaciones y objetivos',
    roles: [...INVESTORS, 'analyst'],
  },
  {
    name: 'portfolios.plan.write',
    summary: 'Give a portfolio its model and its goals',
    summaryEs: 'Dar a una cartera su modelo y sus objetivos',
    roles: INVESTORS,
  },
  {
    name: 'portfolios.model.write',
    summary: 'Change models, checks and what instruments are made of',
    summaryEs: 'Cambiar modelos, comprobaciones y la composición de los activos',
    roles: ['owner', 'admin', 'manager'],
  },
  {
    name: 'portfolios.tax.simulate',
    summary: 'Simulate what a sale would do to taxes',
    summaryEs: 'Simular qué haría una venta en los impuestos',
    roles: [...INVESTORS, 'bookkeeper', 'analyst'],
  },
  {
    name: 'portfolios.dump.make',
    summary: 'Take everything about the portfolios away as one archive',
    summaryEs: 'Llevarse todo lo de las carteras en un archivo',
    roles: ['owner', 'admin'],
  },
  {
    name: 'portfolios.import.run',
    summary: 'Import operations from files',
    summaryEs: 'Importar operaciones desde archivos',
    roles: INVESTORS,
  },
];
