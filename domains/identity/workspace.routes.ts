/** Removing the demo, and the audit log of the workspace. */
import { ok } from '#kernel';
import type { Platform } from '#platform/domain';
import type { Http } from '#platform/http';
import { findBrokenAudit, listAuditRows } from './audit.store.ts';
import { ListAudit, RemoveWorkspace } from './contract.ts';
import { removeWorkspace } from './workspace.ts';

const AUDIT_PAGE = 100; // One screen and a bit.

export function workspaceRoutes(http: Http, platform: Platform): void {
  http.route(RemoveWorkspace, ({ params, actor, request }) =>
    removeWorkspace(platform, { actor, ip: request.ip }, params.workspaceId),
  );

  http.route(ListAudit, async ({ query, actor }) => {
    const before = query.before === undefined ? null : BigInt(query.before);
    const page = { workspaceId: actor.workspaceId, before, countMax: AUDIT_PAGE };
    const rows = await listAuditRows(platform.db, page);
    const last = rows.at(-1);
    return ok({
      items: rows.map((row) => ({ ...row, sequence: Number(row.sequence), details: { ...row.details } })),
      next: rows.length === AUDIT_PAGE && last ? Number(last.sequence) : null,
      // Walking the chain reads all of it, so only the first page pays for it.
      isChainWhole: before === null ? (await findBrokenAudit(platform.db, actor.workspaceId)) === null : null,
    });
  });
}
