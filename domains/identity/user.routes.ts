/** People of the workspace, their roles, and the permission catalogue. */
import { ok, USER_ROLES } from '#kernel';
import type { Platform } from '#platform/domain';
import type { Http } from '#platform/http';
import { ChangeAccess, ChangeRole, CreateUser, ListPermissions, ListUsers } from './contract.ts';
import { permissionCatalogue } from './permissions.ts';
import { changeAccess, changeRole, createUser } from './user.ts';
import { listMembers } from './user.store.ts';

export function userRoutes(http: Http, platform: Platform): void {
  http.route(ListUsers, async ({ actor }) => ok({ items: await listMembers(platform.db, actor.workspaceId) }));

  http.route(CreateUser, ({ body, actor, request }) => createUser(platform, { actor, ip: request.ip }, body));

  http.route(ChangeRole, ({ params, body, actor, request }) =>
    changeRole(platform, { actor, ip: request.ip }, { userId: params.userId, role: body.role }),
  );

  http.route(ChangeAccess, ({ params, body, actor, request }) =>
    changeAccess(platform, { actor, ip: request.ip }, { userId: params.userId, isDisabled: body.isDisabled }),
  );

  http.route(ListPermissions, () => {
    const items = permissionCatalogue(platform.domains).map(({ name, summary, summaryEs, roles }) => ({
      name,
      summary,
      summaryEs: summaryEs ?? summary,
      roles: [...roles],
    }));
    return Promise.resolve(ok({ roles: [...USER_ROLES], items }));
  });
}
