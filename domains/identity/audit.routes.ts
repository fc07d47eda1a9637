/** The audit trail over HTTP. */
import { type LocalDate, ok, parseLocalDate, refuse } from '#kernel';
import type { Platform } from '#platform/domain';
import type { Http } from '#platform/http';
import { readAnchors } from './audit-anchor.ts';
import { ListAudit, VerifyAudit } from './audit-contract.ts';
import { listAuditRows } from './audit.store.ts';
import { verifyChain } from './audit-verification.ts';
import { findUser } from './user.store.ts';

export function auditRoutes(http: Http, platform: Platform): void {
  http.route(ListAudit, async ({ query, actor }) => {
    const from = dayOf(query.from);
    const to = dayOf(query.to);
    if (from === null || to === null) return refuse('day_not_valid');
    const zone = (await findUser(platform.db, actor.userId))?.timeZone ?? 'UTC';
    const { limit, userId, action, subject } = query;
    const place = query.cursor ?? query.before;
    const rows = await listAuditRows(platform.db, {
      workspaceId: actor.workspaceId,
      before: place === undefined ? null : BigInt(place),
      countMax: limit,
      userId,
      action,
      subject,
      days: { from, to, zone },
    });
    const last = rows.at(-1);
    const items = rows.map(({ before, after, ...row }) => ({
      ...row,
      sequence: Number(row.sequence),
      details: { ...row.details },
      before: before && { ...before },
      after: after && { ...after },
    }));
    const next = rows.length === limit && last ? Number(last.sequence) : null;
    return ok({ items, next, nextCursor: next === null ? null : String(next) });
  });

  http.route(VerifyAudit, async ({ actor }) => {
    const anchors = await readAnchors(platform.config.dataDir);
    const { workspaceId: _workspaceId, ...verdict } = await verifyChain(platform.db, actor.workspaceId, anchors);
    return ok({
      ...verdict,
      isWhole: verdict.fault === null,
      entryCount: Number(verdict.entryCount),
      brokenAt: verdict.brokenAt === null ? null : Number(verdict.brokenAt),
    });
  });
}

/** Undefined when no day was given, null when the text is none of the calendar. */
function dayOf(text: string | undefined): LocalDate | null | undefined {
  return text === undefined ? undefined : parseLocalDate(text);
}
