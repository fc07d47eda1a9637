/** Route of rebalancing proposals. It reads and computes; nothing is stored and nothing is ordered anywhere. */
import type { Http } from '#platform/http';
import type { FiguresSource } from '../figures.ts';
import { reachOf } from '../portfolio-reach.store.ts';
import { ProposeRebalance } from './rebalance-contract.ts';
import { proposeRebalance } from './rebalance-proposal.ts';

/** Mounts the route. */
export function rebalanceRoutes(http: Http, source: FiguresSource): void {
  http.route(ProposeRebalance, async ({ actor, body }) => proposeRebalance(source, reachOf(actor), body));
}
