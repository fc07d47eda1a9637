/** Identity's part of the permission catalogue, and the reading of the whole one. */
import type { UserRole } from '#kernel';
import type { Domain, PermissionDefinition } from '#platform/domain';

export const identityPermissions: readonly PermissionDefinition[] = [
  {
    name: 'identity.users.read',
    summary: 'See the people of the workspace',
    summaryEs: 'Ver a las personas del espacio',
    roles: ['owner', 'admin', 'manager'],
  },
  { name: 'identity.users.create', summary: 'Add people', summaryEs: 'Añadir personas', roles: ['owner', 'admin'] },
  {
    name: 'identity.users.update',
    summary: 'Change roles and access of people',
    summaryEs: 'Cambiar el papel y el acceso de las personas',
    roles: ['owner', 'admin'],
  },
  {
    name: 'identity.api_tokens.create',
    summary: 'Make API tokens of her own',
    summaryEs: 'Crear claves de API propias',
    roles: ['owner', 'admin', 'manager', 'adviser', 'trader', 'bookkeeper', 'analyst'],
  },
  {
    name: 'identity.api_tokens.read',
    summary: 'See the API tokens of everybody',
    summaryEs: 'Ver las claves de API de todas las personas',
    roles: ['owner', 'admin'],
  },
  {
    name: 'identity.api_tokens.revoke',
    summary: 'Revoke the API tokens of anybody',
    summaryEs: 'Revocar las claves de API de cualquiera',
    roles: ['owner', 'admin'],
  },
  {
    name: 'identity.permissions.read',
    summary: 'See which role may do what',
    summaryEs: 'Ver qué puede hacer cada papel',
    roles: ['owner', 'admin', 'manager'],
  },
  {
    name: 'identity.security.read',
    summary: 'See which roles must have a second factor',
    summaryEs: 'Ver qué papeles necesitan un segundo factor',
    roles: ['owner', 'admin'],
  },
  {
    name: 'identity.security.update',
    summary: 'Ask roles for a second factor',
    summaryEs: 'Exigir un segundo factor a los papeles',
    roles: ['owner'],
  },
  {
    name: 'identity.workspaces.read',
    summary: 'Hear about workspaces',
    summaryEs: 'Enterarse de los cambios de espacios',
    roles: ['owner', 'admin', 'manager'],
  },
  {
    name: 'identity.workspaces.remove',
    summary: 'Remove the demo workspace',
    summaryEs: 'Borrar el espacio de ejemplo',
    roles: ['owner', 'admin'],
  },
  {
    name: 'identity.rows.all',
    summary: 'See the rows of every adviser and client',
    summaryEs: 'Ver lo de todos los asesores y clientes',
    roles: ['owner', 'admin', 'trader', 'bookkeeper', 'analyst'],
  },
  {
    name: 'identity.rows.team',
    summary: 'See the rows of the advisers of one’s team',
    summaryEs: 'Ver lo de los asesores del propio equipo',
    roles: ['owner', 'admin', 'manager'],
  },
  {
    name: 'identity.teams.read',
    summary: 'See the teams, their managers and one’s changes of manager',
    summaryEs: 'Ver los equipos, sus gestores y los cambios de gestor propios',
    roles: ['owner', 'admin', 'manager', 'adviser'],
  },
  {
    name: 'identity.teams.update',
    summary: 'Create teams and say who is in them',
    summaryEs: 'Crear equipos y decidir quién está en cada uno',
    roles: ['owner', 'admin'],
  },
  {
    name: 'identity.manager_changes.create',
    summary: 'Ask for a change of manager',
    summaryEs: 'Pedir un cambio de gestor',
    roles: ['owner', 'admin', 'manager', 'adviser'],
  },
  {
    name: 'identity.manager_changes.decide',
    summary: 'Decide the changes of manager towards one’s own team',
    summaryEs: 'Decidir los cambios de gestor hacia el propio equipo',
    roles: ['owner', 'admin', 'manager'],
  },
  {
    name: 'identity.audit.read',
    summary: 'Read the audit log',
    summaryEs: 'Leer el registro de auditoría',
    roles: ['owner', 'admin'],
  },
];

/** The catalogue of every domain, in the order of the manifests. */
export function permissionCatalogue(domains: readonly Domain[]): readonly PermissionDefinition[] {
  return domains.flatMap((domain) => domain.permissions);
}

const heldByRole = new WeakMap<readonly Domain[], Map<UserRole, ReadonlySet<string>>>();

/** The names that a role holds. Every request asks, so the answer of each role is worked out once. */
export function permissionsOfRole(domains: readonly Domain[], role: UserRole): ReadonlySet<string> {
  const known = heldByRole.get(domains) ?? new Map<UserRole, ReadonlySet<string>>();
  heldByRole.set(domains, known);
  let names = known.get(role);
  if (!names) {
    const held = permissionCatalogue(domains).filter((permission) => permission.roles.includes(role));
    names = new Set(held.map((permission) => permission.name));
    known.set(role, names);
  }
  return names;
}
