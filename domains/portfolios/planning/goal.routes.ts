/** Routes of goals and their simulations. */
import { recordAudit } from '#identity';
import { assert, ok, parseLocalDate, refuse, type Result } from '#kernel';
import type { Transaction } from '#platform/db';
import type { Platform } from '#platform/domain';
import { checkVersion, type Http } from '#platform/http';
import type { z } from 'zod';
import type { FiguresSource } from '../figures.ts';
import { type PortfolioScope, reachOf } from '../portfolio-reach.store.ts';
import { lockPortfolio } from '../portfolio.store.ts';
import { ChangeGoal, CreateGoal, DeleteGoal, ListGoals, OrderGoalRun, SimulateGoal } from './goal-contract.ts';
import { GOAL_JOB } from './goal.job.ts';
import { LONG_PATHS, type Outcome, QUICK_PATHS, simulateStoredGoal } from './goal-simulation.ts';
import {
  countGoals,
  deleteGoal,
  findGoal,
  findGoalRun,
  type Goal,
  GOALS_MAX,
  listGoals,
  writeGoal,
  writeGoalRun,
} from './goal.store.ts';

type Body = z.output<typeof CreateGoal.body>;

/** Mounts the routes. */
export function goalRoutes(http: Http, platform: Platform, source: FiguresSource): void {
  http.route(ListGoals, async ({ actor }) => ok({ items: await listGoals(platform.db, reachOf(actor)) }));
  changeRoutes(http, platform);
  simulationRoutes(http, platform, source);
}

function changeRoutes(http: Http, platform: Platform): void {
  http.route(CreateGoal, async ({ actor, params, body, reply }) => {
    const scope = { ...reachOf(actor), ...params };
    const made = await platform.db.transaction(async (tx) => {
      if (!(await lockPortfolio(tx, scope))) return refuse('portfolio_not_found', params);
      if ((await countGoals(tx, params.portfolioId)) >= GOALS_MAX)
        return refuse('goals_too_many', { goalsMax: GOALS_MAX });
      return saveGoal(platform, tx, { scope, goalId: platform.newId(), body, before: null });
    });
    if (made.ok) reply.setVersion(made.value.version);
    return made;
  });
  http.route(ChangeGoal, async ({ actor, params, body, ifMatch, reply }) => {
    const scope = { ...reachOf(actor), portfolioId: params.portfolioId };
    const changed = await platform.db.transaction(async (tx) => {
      const locked = await lockPortfolio(tx, scope);
      const before = locked && (await findGoal(tx, { ...scope, ...params }));
      if (!before) return refuse('goal_not_found', params);
      const versions = checkVersion(ifMatch, before.version);
      return versions.ok ? saveGoal(platform, tx, { scope, goalId: before.id, body, before }) : versions;
    });
    if (changed.ok) reply.setVersion(changed.value.version);
    return changed;
  });
  http.route(DeleteGoal, async ({ actor, params }) => {
    const scope = { ...reachOf(actor), ...params };
    return platform.db.transaction(async (tx) => {
      const before = await findGoal(tx, scope);
      if (!before) return refuse('goal_not_found', params);
      await deleteGoal(tx, scope);
      const { workspaceId } = scope;
      const trail = { action: 'portfolios.goal.deleted', subject: before.id, atMs: platform.clock() };
      await recordAudit(tx, { workspaceId, ...trail, before: { ...before } });
      return ok(undefined);
    });
  });
}

async function saveGoal(
  platform: Platform,
  tx: Transaction,
  save: { readonly scope: PortfolioScope; readonly goalId: string; readonly body: Body; readonly before: Goal | null },
): Promise<Result<Goal, 'day_not_valid'>> {
  const { scope, goalId, body, before } = save;
  const targetOn = parseLocalDate(body.targetOn);
  if (!targetOn) return refuse('day_not_valid', { field: 'targetOn', day: body.targetOn });
  const atMs = platform.clock();
  await writeGoal(tx, { ...body, ...scope, targetOn, goalId, version: (before?.version ?? 0) + 1, atMs });
  const goal = await findGoal(tx, { ...scope, goalId });
  assert(goal, 'goal: what was written is there');
  await recordAudit(tx, {
    workspaceId: scope.workspaceId,
    action: before ? 'portfolios.goal.changed' : 'portfolios.goal.created',
    subject: goalId,
    atMs,
    ...(before ? { before: { ...before } } : {}),
    after: { ...goal },
  });
  return ok(goal);
}

function simulationRoutes(http: Http, platform: Platform, source: FiguresSource): void {
  http.route(SimulateGoal, async ({ actor, params }) => {
    const reach = reachOf(actor);
    const goal = await findGoal(platform.db, { ...reach, ...params });
    if (!goal) return refuse('goal_not_found', params);
    const quick = await simulateStoredGoal(source, reach, { goal, pathCount: QUICK_PATHS });
    if (!quick.ok) return quick;
    const run = await findGoalRun(platform.db, goal.id);
    const isCurrent = run?.goalVersion === goal.version;
    return ok({
      quick: quick.value,
      long: run && isCurrent ? { state: run.state, outcome: run.outcome as Outcome | null } : null,
    });
  });
  http.route(OrderGoalRun, async ({ actor, params }) => {
    const scope = { ...reachOf(actor), ...params };
    const { workspaceId } = scope;
    return platform.db.transaction(async (tx) => {
      const goal = await findGoal(tx, scope);
      if (!goal) return refuse('goal_not_found', params);
      const { version: goalVersion, id: goalId, portfolioId } = goal;
      const atMs = platform.clock();
      await writeGoalRun(tx, { goalId, workspaceId, goalVersion, state: 'running', outcome: null, atMs });
      await tx.addJob(GOAL_JOB, { workspaceId, portfolioId, goalId, goalVersion }, { key: `${GOAL_JOB}:${goalId}` });
      await recordAudit(tx, { workspaceId, action: 'portfolios.goal.run_ordered', subject: goalId, atMs });
      return ok({ pathCount: LONG_PATHS });
    });
  });
}
