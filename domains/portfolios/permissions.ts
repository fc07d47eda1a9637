/** Portfolios' part of the permission catalogue. */
import type { PermissionDefinition } from '#platform/domain';

const INVESTORS = ['owner', 'admin', 'manager', 'adviser', 'trader'] as const;
const READERS = [...INVESTORS, 'bookkeeper', 'analyst', 'client'] as const;

export const portfoliosPermissions: readonly PermissionDefinition[] = [
  { name: 'portfolios.portfolio.read', summary: 'See portfolios, positions and operations', roles: READERS },
  {
    name: 'portfolios.portfolio.write',
    summary: 'Create, rename and delete portfolios',
    roles: ['owner', 'admin', 'manager', 'adviser'],
  },
  { name: 'portfolios.operation.write', summary: 'Record and reverse operations', roles: INVESTORS },
  { name: 'portfolios.import.run', summary: 'Import operations from files', roles: INVESTORS },
];
