/** The directory of people for notifications: what a role may see decides who is told. */
import type { Directory, Platform } from '#platform/domain';
import { listReachable, listRealWorkspaceIds } from './directory.store.ts';
import { permissionsOfRole } from './permissions.ts';

export function directoryOf(platform: Platform): Directory {
  return {
    people: async (workspaceId) =>
      (await listReachable(platform.db, workspaceId)).map(({ role, ...person }) => ({
        ...person,
        permissions: permissionsOfRole(platform.domains, role),
      })),
    workspaceIds: () => listRealWorkspaceIds(platform.db),
  };
}
