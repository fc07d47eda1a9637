/** Route of several portfolios as one; whoever asks sees the sum of what she reaches, never of more. */
import { ok, refuse } from '#kernel';
import type { Platform } from '#platform/domain';
import type { Http } from '#platform/http';
import type { FiguresSource } from './figures.ts';
import { ReadGroupSeries } from './group-contract.ts';
import { groupSeries } from './group-series.ts';
import { reachOf } from './portfolio-reach.store.ts';
import { listPortfolios, type Portfolio } from './portfolio.store.ts';

/** Mounts the route. */
export function groupRoutes(http: Http, platform: Platform, source: FiguresSource): void {
  http.route(ReadGroupSeries, async ({ actor, query }) => {
    const reached = await listPortfolios(platform.db, reachOf(actor));
    const wanted = query.portfolioIds === undefined ? null : new Set(query.portfolioIds.split(','));
    const named = wanted ? reached.filter(({ id }) => wanted.has(id)) : reached;
    if (wanted && named.length < wanted.size) {
      const missing = [...wanted].find((id) => !named.some((portfolio) => portfolio.id === id));
      return refuse('portfolio_not_found', { portfolioId: missing });
    }
    const currency = query.currency ?? commonestCurrency(named);
    const members = named.filter(({ baseCurrency }) => baseCurrency === currency);
    // A named portfolio is never left out in silence.
    if (wanted && members.length < named.length) return refuse('currencies_differ', { currency });
    const { points, twr, twrGap } = await groupSeries(source, members, query.range);
    return ok({ currency, portfolioIds: members.map(({ id }) => id), twr: { value: twr, reason: twrGap }, points });
  });
}

/** The base currency of most, those with operations before those without; euro for none. */
function commonestCurrency(portfolios: readonly Portfolio[]): string {
  const used = portfolios.filter(({ lastSequence }) => lastSequence > 0);
  const groups = Map.groupBy(used.length > 0 ? used : portfolios, ({ baseCurrency }) => baseCurrency);
  const [largest] = [...groups].toSorted(([a, left], [b, right]) => right.length - left.length || a.localeCompare(b));
  return largest?.[0] ?? 'EUR';
}
