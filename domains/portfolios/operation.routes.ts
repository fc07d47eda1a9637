/** Routes of operations and of the explanation of a figure. */
import { ok, refuse } from '#kernel';
import type { Platform } from '#platform/domain';
import type { Http } from '#platform/http';
import type { z } from 'zod';
import { ExplainFigure, ListOperations, RecordOperation, ReverseOperation } from './contract.ts';
import { explainFigure } from './explanation.ts';
import type { FiguresSource } from './figures.ts';
import type { InstrumentDraft } from './ledger-event.ts';
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
    const wish = { ...body, instrument: namedDraft(body.instrument), toInstrument: namedDraft(body.toInstrument) };
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

type TypedInstrument = NonNullable<z.output<typeof RecordOperation.body>['instrument']>;

/** An instrument as it was typed; one without a name goes by its code. */
function namedDraft(typed: TypedInstrument | null): InstrumentDraft | null {
  return (
    typed && {
      kind: typed.kind,
      name: typed.name.trim() || (typed.symbol ?? typed.isin ?? ''),
      currency: typed.currency,
      ...(typed.symbol && { symbol: typed.symbol }),
      ...(typed.isin && { isin: typed.isin }),
    }
  );
}
