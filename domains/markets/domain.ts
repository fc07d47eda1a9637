/** Markets' manifest. */
import type { Domain, PermissionDefinition } from '#platform/domain';
import { marketsEvents } from './contract.ts';

const EVERYONE_INSIDE = ['owner', 'admin', 'manager', 'adviser', 'trader', 'bookkeeper', 'analyst'] as const;
const INVESTORS = ['owner', 'admin', 'manager', 'adviser', 'trader'] as const;

const permissions: readonly PermissionDefinition[] = [
  { name: 'markets.instrument.read', summary: 'See instruments', roles: EVERYONE_INSIDE },
  { name: 'markets.instrument.write', summary: 'Add instruments and correct their symbols', roles: INVESTORS },
  { name: 'markets.price.read', summary: 'See prices', roles: EVERYONE_INSIDE },
  { name: 'markets.price.write', summary: 'Write prices by hand', roles: INVESTORS },
  { name: 'markets.alert.read', summary: 'See price alerts', roles: EVERYONE_INSIDE },
  { name: 'markets.alert.write', summary: 'Create and change price alerts', roles: INVESTORS },
  { name: 'markets.provider.read', summary: 'See where prices come from', roles: EVERYONE_INSIDE },
  { name: 'markets.provider.write', summary: 'Make the simulated market fail on purpose', roles: ['owner', 'admin'] },
];

export const markets: Domain = {
  name: 'markets',
  tablePrefix: 'markets_',
  migrations: new URL('./migrations/', import.meta.url),
  permissions,
  events: marketsEvents,
};
