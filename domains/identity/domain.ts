/** Identity's manifest. */
import type { Domain } from '#platform/domain';
import { identityEvents } from './contract.ts';
import { identityPermissions } from './permissions.ts';

export const identity: Domain = {
  name: 'identity',
  tablePrefix: 'identity_',
  migrations: new URL('./migrations/', import.meta.url),
  permissions: identityPermissions,
  events: identityEvents,
};
