/** Backtest of a model over HTTP. Every figure is a statistic: numbers, null when too little is known to say. */
import { z } from 'zod';
import { endpoint } from '#kernel';
import { BACKTEST_RULES } from './model-backtest.ts';

const Id = z.uuid();
const Day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
const Ratio = z.number().nullable();

const Line = z.object({
  totalRatio: Ratio,
  /** A year's rate; null under a year. */
  annualRatio: Ratio,
  volatilityRatio: Ratio,
  sharpe: Ratio,
  sortino: Ratio,
  maxDrawdownRatio: Ratio,
});

export const BacktestModel = endpoint({
  method: 'GET',
  path: '/api/models/:modelId/backtest',
  permission: 'portfolios.plan.read',
  summary:
    'What a model would have done on stored closes, kept to its targets by a rule, at a cost, beside an instrument.',
  params: z.object({ modelId: Id }),
  query: z.object({
    rule: z.enum(BACKTEST_RULES).default('quarterly'),
    /** Cost of what is bought or sold. */
    costBps: z.coerce.number().int().min(0).max(500).default(10),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/)
      .default('EUR'),
    benchmark: Id.optional(),
    from: Day.optional(),
    to: Day.optional(),
  }),
  response: z.object({
    currency: z.string(),
    from: Day,
    to: Day,
    /** What stands for each target: the instrument of a class is the one the model buys. */
    parts: z.array(z.object({ key: z.string(), name: z.string(), weightBps: z.number() })),
    /** The part whose first close is the first day of all. */
    shortest: z.string().nullable(),
    model: Line,
    benchmark: Line.extend({ instrumentId: Id, name: z.string() }).nullable(),
    rebalanceCount: z.number(),
    turnoverRatio: z.number(),
    costRatio: z.number(),
    points: z.array(z.object({ date: Day, modelRatio: z.number(), benchmarkRatio: z.number().nullable() })),
  }),
  refusals: {
    model_not_found: 404,
    benchmark_not_found: 404,
    target_without_instrument: 409,
    history_missing: 409,
    currency_not_known: 422,
    period_not_valid: 422,
  },
});

export const backtestApi = { BacktestModel } as const;
