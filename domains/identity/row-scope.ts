/** Whose rows a person reaches in a workspace: everybody's, her own and her team's, or the ones of which she is the client. */
import { EVERY_ROW, type RowScope, type UserRole } from '#kernel';
import type { Queryable } from '#platform/db';
import type { Domain } from '#platform/domain';
import { permissionsOfRole } from './permissions.ts';
import { listAdviserIdsOfManager } from './team.store.ts';

export interface ScopedPerson {
  readonly userId: string;
  readonly workspaceId: string;
  readonly role: UserRole;
}

/**
 * Reads the scope from the role's place in the catalogue, not from the permissions of a token: a token with fewer
 * permissions does less, it does not see other rows.
 */
export async function rowScopeOf(
  platform: { readonly db: Queryable; readonly domains: readonly Domain[] },
  person: ScopedPerson,
): Promise<RowScope> {
  const { userId, role } = person;
  const held = permissionsOfRole(platform.domains, role);
  if (held.has('identity.rows.all')) return EVERY_ROW;
  if (role === 'client') return { kind: 'client', userId };
  if (!held.has('identity.rows.team')) return { kind: 'advisers', userIds: [userId] };
  return { kind: 'advisers', userIds: [userId, ...(await listAdviserIdsOfManager(platform.db, person))] };
}
