/** Goals over HTTP. Money is decimal text in the money of today; what a simulation says are statistics. */
import { z } from 'zod';
import { endpoint } from '#kernel';

const Id = z.uuid();
const Day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
const Positive = z.string().regex(/^(?=.*[1-9])\d{1,15}(?:\.\d{1,8})?$/);
const Signed = z.string().regex(/^-?\d{1,15}(?:\.\d{1,8})?$/);
const SEED_MAX = 2 ** 31 - 1;

const Fields = {
  name: z.string().trim().min(1).max(120),
  targetAmount: Positive,
  targetOn: Day,
  /** Each month; negative is taken out. It keeps its purchasing power. */
  monthlyFlow: Signed,
  inflationBps: z.number().int().min(0).max(2_000),
  /** `bootstrap` draws blocks of the history of the model the portfolio follows. */
  method: z.enum(['parametric', 'bootstrap']),
  returnBps: z.number().int().min(-2_000).max(3_000),
  volatilityBps: z.number().int().min(0).max(10_000),
  seed: z.number().int().min(0).max(SEED_MAX).default(1),
};
const GoalView = z.object({
  id: Id,
  portfolioId: Id,
  portfolioName: z.string(),
  currency: z.string(),
  version: z.number(),
  ...Fields,
  targetAmount: z.string(),
  monthlyFlow: z.string(),
  seed: z.number(),
});
const Outcome = z.object({
  pathCount: z.number(),
  monthCount: z.number(),
  startValue: z.number(),
  /** Chance of ending at the target or above. */
  successRatio: z.number(),
  /** Chance of running out before. */
  ruinRatio: z.number(),
  percentiles: z.array(z.number()),
  steps: z.array(z.object({ month: z.number(), date: Day, values: z.array(z.number()) })),
});
const Params = z.object({ portfolioId: Id, goalId: Id });
const VERSIONED = { version_required: 428, version_mismatch: 412 } as const;
const UNSIMULATED = { value_unknown: 409, no_model: 409, history_missing: 409, goal_is_past: 409 } as const;

export const ListGoals = endpoint({
  method: 'GET',
  path: '/api/goals',
  permission: 'portfolios.plan.read',
  summary: 'The goals of the portfolios within reach, the nearest first.',
  response: z.object({ items: z.array(GoalView) }),
});

export const CreateGoal = endpoint({
  method: 'POST',
  path: '/api/portfolios/:portfolioId/goals',
  permission: 'portfolios.plan.write',
  summary: 'Adds a goal to a portfolio.',
  params: z.object({ portfolioId: Id }),
  body: z.object(Fields),
  response: GoalView,
  status: 201,
  refusals: { portfolio_not_found: 404, day_not_valid: 422, goals_too_many: 409 },
});

export const ChangeGoal = endpoint({
  method: 'PUT',
  path: '/api/portfolios/:portfolioId/goals/:goalId',
  permission: 'portfolios.plan.write',
  summary: 'Changes a goal; needs its version in `If-Match`.',
  params: Params,
  body: z.object(Fields),
  response: GoalView,
  refusals: { goal_not_found: 404, day_not_valid: 422, ...VERSIONED },
});

export const DeleteGoal = endpoint({
  method: 'DELETE',
  path: '/api/portfolios/:portfolioId/goals/:goalId',
  permission: 'portfolios.plan.write',
  summary: 'Deletes a goal.',
  params: Params,
  status: 204,
  refusals: { goal_not_found: 404 },
});

export const SimulateGoal = endpoint({
  method: 'GET',
  path: '/api/portfolios/:portfolioId/goals/:goalId/simulation',
  permission: 'portfolios.plan.read',
  summary: 'A quick simulation of a goal from today’s value, and the newest long one of its present version.',
  params: Params,
  response: z.object({
    quick: Outcome,
    /** Null when nobody ordered one for this version. */
    long: z.object({ state: z.enum(['running', 'done', 'refused']), outcome: Outcome.nullable() }).nullable(),
  }),
  refusals: { goal_not_found: 404, ...UNSIMULATED },
});

export const OrderGoalRun = endpoint({
  method: 'POST',
  path: '/api/portfolios/:portfolioId/goals/:goalId/runs',
  permission: 'portfolios.plan.write',
  summary: 'Orders a long simulation of a goal as a job; its progress is on the jobs page.',
  params: Params,
  status: 202,
  response: z.object({ pathCount: z.number() }),
  refusals: { goal_not_found: 404 },
});

export const goalsApi = { ListGoals, CreateGoal, ChangeGoal, DeleteGoal, SimulateGoal, OrderGoalRun } as const;
