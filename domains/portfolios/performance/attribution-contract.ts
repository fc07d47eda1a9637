/**
 * What attribution says to the outside: statistics, ratios of the portfolio's own currency. Effects are linked over the days, so
 * that allocation, selection and interaction of all groups add up to the difference of the two returns.
 */
import { z } from 'zod';
import { endpoint } from '#kernel';

const Id = z.uuid();
const Day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
const PARTS_MAX = 20; // A blend of more is a portfolio.
const PART = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}:[0-9]{1,5}';
const Class = z.string();

const Group = z.object({
  /** A class of instruments or a currency; `cash` is what is in no instrument. */
  name: z.string(),
  /** Means of the days. */
  weightRatio: z.number(),
  benchmarkWeightRatio: z.number(),
  ratio: z.number().nullable(),
  benchmarkRatio: z.number().nullable(),
  allocation: z.number(),
  selection: z.number(),
  interaction: z.number(),
  total: z.number(),
});

export const ReadAttribution = endpoint({
  method: 'GET',
  path: '/api/portfolios/:portfolioId/attribution',
  permission: 'portfolios.portfolio.read',
  summary:
    'Why a period went better or worse than a blend of instruments: allocation, selection and interaction by class and currency, and each holding.',
  params: z.object({ portfolioId: Id }),
  query: z.object({
    range: z.enum(['1w', '1m', '3m', 'ytd', '1y', 'all']).default('all'),
    /** Days count before the range does. */
    from: Day.optional(),
    to: Day.optional(),
    /** Instruments with their weight in hundredths of a percent, `id:6000,id:4000`; rebalanced every day. */
    blend: z.string().regex(new RegExp(`^${PART}(,${PART}){0,${PARTS_MAX - 1}}$`)),
  }),
  response: z.object({
    currency: z.string(),
    /** Later than asked for when some close of the blend before it is missing. */
    from: Day,
    to: Day,
    /** Why there is nothing; then every figure below is null or empty. */
    reason: z.enum(['no_operations', 'value_unknown', 'base_not_positive', 'benchmark_price_missing']).nullable(),
    blend: z.array(
      z.object({ instrumentId: Id, name: z.string(), class: Class, currency: z.string(), weightBps: z.number() }),
    ),
    ratio: z.number().nullable(),
    benchmarkRatio: z.number().nullable(),
    difference: z.number().nullable(),
    /** The difference less all effects: the rounding of floats. */
    residual: z.number().nullable(),
    byClass: z.array(Group),
    byCurrency: z.array(Group),
    items: z.array(
      z.object({
        /** Null is the cash. */
        instrumentId: Id.nullable(),
        name: z.string(),
        symbol: z.string().nullable(),
        class: Class,
        currency: z.string(),
        weightRatio: z.number(),
        /** Part of the portfolio's return; they add up to it. */
        contribution: z.number(),
        /** What it earned beyond its class in the blend. */
        excess: z.number(),
      }),
    ),
  }),
  refusals: {
    portfolio_not_found: 404,
    period_not_valid: 422,
    benchmark_not_found: 404,
    /** The weights do not add up to 10000, or an instrument comes twice. */
    weights_not_whole: 422,
  },
});
