/** Routes of operations and of the explanation of a figure. */
import { ok, refuse } from '#kernel';
import type { Platform } from '#platform/domain';
import type { Http } from '#platform/http';
import { ExplainFigure, ListOperations, RecordOperation, ReverseOperation } from './contract.ts';
import { explainFigure } from './explanation.ts';
import type { FiguresSource } from './figures.ts';
import { listOperations, parseOperationCursor, recordOperation, reverseOperation } from './operation.ts';
import { reachOf } from './portfolio-reach.store.ts';
import { findPortfolio } from './portfolio.store.ts';

/** Mounts the routes. */
export function operationRoutes(http: Http, platform: Platform, source: FiguresSource): void {
  http.route(ListOperations, async ({ actor, params, query }) => {
    const { workspaceId } = actor;
    const portfolio = await findPortfolio(platform.db, { ...reachOf(actor), ...params });
    if (!portfolio) return refuse('portfolio_not_found', params);
    const after = query.cursor === undefined ? null : parseOperationCursor(query.cursor);
    if (query.cursor !== undefined && !after) return refuse('cursor_invalid');
    const { limit, instrumentId, accountId, type, reversed } = query;
    const types = type && [type];
    const page = { workspaceId, portfolioId: portfolio.id, limit, after, instrumentId, accountId, types, reversed };
    return ok(await listOperations(platform.db, page));
  });
  http.route(RecordOperation, async ({ actor, params, body }) => {
    const scope = { ...reachOf(actor), userId: actor.userId, ...params };
    const { instrument } = body;
    const named = instrument && {
      kind: instrument.kind,
      name: instrument.name.trim() || (instrument.symbol ?? instrument.isin ?? ''),
      currency: instrument.currency,
      ...(instrument.symbol && { symbol: instrument.symbol }),
      ...(instrument.isin && { isin: instrument.isin }),
    };
    const wish = { ...body, instrument: named };
    return platform.db.transaction((tx) => recordOperation(platform, tx, { scope, wish }));
  });
  http.route(ReverseOperation, async ({ actor, params }) => {
    const { portfolioId, operationId } = params;
    const scope = { ...reachOf(actor), userId: actor.userId, portfolioId };
    return platform.db.transaction((tx) => reverseOperation(platform, tx, { scope, operationId }));
  });
  http.route(ExplainFigure, async ({ actor, params, query }) => {
    const portfolio = await findPortfolio(platform.db, { ...reachOf(actor), ...params });
    if (!portfolio) return refuse('portfolio_not_found', params);
    return explainFigure(source, portfolio, query);
  });
}
