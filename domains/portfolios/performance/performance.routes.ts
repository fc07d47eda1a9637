/** Routes of returns and contributions. Figures come from the shelf and the daily closes; nothing here waits on the outside. */
import { refuse } from '#kernel';
import type { Platform } from '#platform/domain';
import type { Http } from '#platform/http';
import type { FiguresSource } from '../figures.ts';
import { reachOf } from '../portfolio-reach.store.ts';
import { findPortfolio } from '../portfolio.store.ts';
import { ReadAttribution } from './attribution-contract.ts';
import { ReadContributions, ReadPerformance } from './contract.ts';
import { readAttribution } from './portfolio-attribution.ts';
import { openPeriodEdges, readContributions } from './portfolio-contributions.ts';
import { readPerformance } from './portfolio-performance.ts';

/** Mounts the routes. */
export function performanceRoutes(http: Http, platform: Platform, source: FiguresSource): void {
  const edges = openPeriodEdges();
  http.route(ReadPerformance, async ({ actor, params, query }) => {
    const portfolio = await findPortfolio(platform.db, { ...reachOf(actor), ...params });
    return portfolio ? readPerformance(source, portfolio, query) : refuse('portfolio_not_found', params);
  });
  http.route(ReadAttribution, async ({ actor, params, query }) => {
    const portfolio = await findPortfolio(platform.db, { ...reachOf(actor), ...params });
    return portfolio ? readAttribution(source, portfolio, query) : refuse('portfolio_not_found', params);
  });
  http.route(ReadContributions, async ({ actor, params, query }) => {
    const portfolio = await findPortfolio(platform.db, { ...reachOf(actor), ...params });
    return portfolio
      ? readContributions(source, portfolio, { ...query, edges })
      : refuse('portfolio_not_found', params);
  });
}
