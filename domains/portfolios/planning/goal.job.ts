/** The long simulation of a goal: a job with progress that can be stopped and started again; the newest order counts. */
import { EVERY_ROW } from '#kernel';
import type { Platform } from '#platform/domain';
import { job, type JobDefinition } from '#platform/jobs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import type { FiguresSource } from '../figures.ts';
import { findOwners } from '../portfolio.store.ts';
import { LONG_PATHS, simulateStoredGoal } from './goal-simulation.ts';
import { findGoal, findGoalRun, type GoalRun, writeGoalRun } from './goal.store.ts';

export const GOAL_JOB = 'portfolios.goal.simulate';
const ATTEMPTS_MAX = 3;
const PROGRESS_STEP = 0.05; // Twenty messages for some seconds of work.
const Order = z.object({ workspaceId: z.uuid(), portfolioId: z.uuid(), goalId: z.uuid(), goalVersion: z.int() });

export function goalJob(platform: Platform, source: () => FiguresSource): JobDefinition {
  return job({
    name: GOAL_JOB,
    attemptsMax: ATTEMPTS_MAX,
    parse: (payload) => Order.parse(payload),
    async run({ workspaceId, portfolioId, goalId, goalVersion }, context) {
      const reach = { workspaceId, rows: EVERY_ROW };
      const goal = await findGoal(platform.db, { ...reach, portfolioId, goalId });
      // Changed or deleted since: somebody else's order, or nobody's.
      if (goal?.version !== goalVersion) return;
      let [done, told] = [0, 0];
      const turn = async (): Promise<void> => {
        context.signal.throwIfAborted();
        done += 100 / LONG_PATHS;
        if (done - told >= PROGRESS_STEP) {
          told = done;
          await context.progress(Math.min(1, done), goal.name);
        } else await nextTurn();
      };
      const result = await simulateStoredGoal(source(), reach, { goal, pathCount: LONG_PATHS, turn });
      await platform.db.transaction(async (tx) => {
        if ((await findGoalRun(tx, goalId))?.goalVersion !== goalVersion) return;
        const run: GoalRun = result.ok
          ? { goalVersion, state: 'done', outcome: result.value }
          : { goalVersion, state: 'refused', outcome: null };
        await writeGoalRun(tx, { ...run, goalId, workspaceId, atMs: platform.clock() });
      });
      const owners = await findOwners(platform.db, { workspaceId, portfolioIds: [portfolioId] });
      platform.realtime.broadcast({
        workspaceId,
        topic: 'portfolios.goals',
        key: goalId,
        permission: 'portfolios.plan.read',
        owner: owners.get(portfolioId) ?? { adviserUserId: null, clientUserId: null },
        data: { goalId },
      });
    },
  });
}
