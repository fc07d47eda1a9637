/** Routes of reports and dumps. */
import { recordAudit } from '#identity';
import { dateInZone, ok, type OutputOf, parseLocalDate, refuse } from '#kernel';
import type { Platform } from '#platform/domain';
import type { Http } from '#platform/http';
import type { FiguresSource } from '../figures.ts';
import { reachOf } from '../portfolio-reach.store.ts';
import { findPortfolio } from '../portfolio.store.ts';
import { CancelDocument, FetchDocument, ListDocuments, OrderDump, OrderReport, ReadDocument } from './contract.ts';
import { cancelDocument, findOwnDocument, listOwnDocuments, orderDocument } from './document.ts';
import type { PortfolioDocument } from './document.store.ts';

type View = OutputOf<(typeof ReadDocument)['response']>;

/** Mounts the routes. */
export function documentRoutes(http: Http, platform: Platform, source: FiguresSource): void {
  const { db } = platform;
  http.route(OrderReport, async ({ actor, body }) => {
    const { portfolioId, ...wish } = body;
    const portfolio = await findPortfolio(db, { ...reachOf(actor), portfolioId });
    if (!portfolio) return refuse('portfolio_not_found', { portfolioId });
    const { from, to } = wish;
    const today = dateInZone(source.clock(), source.timeZone);
    const isReal = [from, to].every((day) => day === undefined || parseLocalDate(day) !== null);
    if (!isReal || (to ?? today) > today || (from ?? '') > (to ?? today))
      return refuse('period_not_valid', { from, to, today });
    const order = { kind: 'report' as const, portfolioId: portfolio.id, wish: { ...wish, portfolio: portfolio.name } };
    return viewed(await db.transaction((tx) => orderDocument(platform, tx, { asker: actor, order })));
  });
  http.route(OrderDump, async ({ actor }) => {
    const order = { kind: 'dump' as const, portfolioId: null, wish: {} };
    return viewed(await db.transaction((tx) => orderDocument(platform, tx, { asker: actor, order })));
  });
  http.route(ListDocuments, async ({ actor, query }) =>
    ok({ items: (await listOwnDocuments(platform, actor, query.portfolioId ?? null)).map(viewOf) }),
  );
  http.route(ReadDocument, async ({ actor, params }) => {
    const document = await findOwnDocument(platform, actor, params.documentId);
    return document ? ok(viewOf(document)) : refuse('document_not_found', params);
  });
  http.route(CancelDocument, async ({ actor, params }) =>
    viewed(await cancelDocument(platform, actor, params.documentId)),
  );
  fileRoute(http, platform);
}

function fileRoute(http: Http, platform: Platform): void {
  http.route(FetchDocument, async ({ actor, params }) => {
    const { workspaceId } = actor;
    const document = await findOwnDocument(platform, actor, params.documentId);
    if (!document) return refuse('document_not_found', params);
    if (document.status !== 'ready' || document.fileId === null) {
      return refuse('document_not_ready', { status: document.status });
    }
    const file = await platform.files.find(platform.db, { workspaceId, fileId: document.fileId });
    if (!file) return refuse('document_not_found', params);
    // Taking everything away is worth a line of its own in the trail.
    if (document.kind === 'dump') {
      const entry = { workspaceId, action: 'portfolios.dump.fetched', subject: workspaceId, atMs: platform.clock() };
      await platform.db.transaction((tx) => recordAudit(tx, { ...entry, after: { documentId: document.id } }));
    }
    const mediaType = document.kind === 'dump' ? 'application/zip' : 'application/pdf';
    return ok({ name: file.name, mediaType, bytes: await platform.files.readContent(file.sha256) });
  });
}

function viewed<Code extends string>(
  outcome: { readonly ok: true; readonly value: PortfolioDocument } | ReturnType<typeof refuse<Code>>,
) {
  return outcome.ok ? ok(viewOf(outcome.value)) : outcome;
}

function viewOf(document: PortfolioDocument): View {
  const { id, kind, portfolioId, status, doneRatio, step, fileName, sizeBytes, createdAtMs, finishedAtMs } = document;
  return { id, kind, portfolioId, status, doneRatio, step, fileName, sizeBytes, createdAtMs, finishedAtMs };
}
