/** Removing the demo. */
import type { Platform } from '#platform/domain';
import type { Http } from '#platform/http';
import { RemoveWorkspace } from './contract.ts';
import { removeWorkspace } from './workspace.ts';

export function workspaceRoutes(http: Http, platform: Platform): void {
  http.route(RemoveWorkspace, ({ params, actor, request }) =>
    removeWorkspace(platform, { actor, ip: request.ip }, params.workspaceId),
  );
}
