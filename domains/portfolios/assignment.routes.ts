/** Routes of who a portfolio belongs to. */
import { ok, refuse } from '#kernel';
import type { Platform } from '#platform/domain';
import type { Actor, Http } from '#platform/http';
import { AssignPortfolio, ListAssignable, ReadAssignment } from './assignment-contract.ts';
import { assignPortfolio, listAssignable } from './portfolio.ts';
import { reachOf } from './portfolio-reach.store.ts';
import { findPortfolio } from './portfolio.store.ts';

/** Mounts the routes. */
export function assignmentRoutes(http: Http, platform: Platform): void {
  http.route(ReadAssignment, async ({ actor, params, reply }) => {
    const portfolio = await findPortfolio(platform.db, { ...reachOf(actor), ...params });
    if (!portfolio) return refuse('portfolio_not_found', params);
    const { version, adviserUserId, clientUserId } = portfolio;
    reply.setVersion(version);
    return ok({ version, adviserUserId, clientUserId, ...(await choicesOf(platform, actor)) });
  });
  http.route(ListAssignable, async ({ actor }) => ok(await choicesOf(platform, actor)));
  http.route(AssignPortfolio, async ({ actor, params, body, ifMatch, reply }) => {
    const change = { ...reachOf(actor), ...params, ...body, ifMatch };
    const result = await platform.db.transaction((tx) => assignPortfolio(platform, tx, change));
    if (!result.ok) return result;
    const { version, adviserUserId, clientUserId } = result.value;
    reply.setVersion(version);
    return ok({ version, adviserUserId, clientUserId });
  });
}

async function choicesOf(platform: Platform, actor: Actor) {
  const people = await listAssignable(platform.db, actor);
  return {
    advisers: people.advisers.map(({ id, name }) => ({ id, name })),
    clients: people.clients.map(({ id, name }) => ({ id, name })),
    mayUnassign: actor.rows.kind === 'all',
  };
}
