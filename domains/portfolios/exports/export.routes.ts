/** Routes of exports. */
import { ok, refuse } from '#kernel';
import type { Platform } from '#platform/domain';
import type { Http } from '#platform/http';
import type { FiguresSource } from '../figures.ts';
import { reachOf } from '../portfolio-reach.store.ts';
import { findPortfolio } from '../portfolio.store.ts';
import { ExportPortfolio } from './contract.ts';
import { exportPortfolio } from './portfolio-export.ts';

/** Mounts the routes. */
export function exportRoutes(http: Http, platform: Platform, source: FiguresSource): void {
  http.route(ExportPortfolio, async ({ actor, params, query }) => {
    const portfolio = await findPortfolio(platform.db, { ...reachOf(actor), ...params });
    return portfolio ? ok(await exportPortfolio(source, portfolio, query)) : refuse('portfolio_not_found', params);
  });
}
