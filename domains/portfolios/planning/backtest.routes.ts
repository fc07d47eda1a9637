/** Route of the backtest of a model. It reads and computes. */
import type { Http } from '#platform/http';
import type { FiguresSource } from '../figures.ts';
import { BacktestModel } from './backtest-contract.ts';
import { readBacktest } from './backtest-loading.ts';

/** Mounts the route. */
export function backtestRoutes(http: Http, source: FiguresSource): void {
  http.route(BacktestModel, async ({ actor, params, query }) =>
    readBacktest(source, { workspaceId: actor.workspaceId, ...params, query }),
  );
}
