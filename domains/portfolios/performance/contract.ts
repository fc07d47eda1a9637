/**
 * What performance says to the outside. Returns, risk and the points of a chart are statistics: numbers, each with a reason
 * when it is null. Contributions are money: exact decimal text that adds up. Days are YYYY-MM-DD, both ends included.
 */
import { z } from 'zod';
import { endpoint } from '#kernel';

const Id = z.uuid();
const Day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
const Currency = z.string().regex(/^[A-Z]{3}$/);
const MaybeDecimal = z.string().nullable();

/** Why a figure is null. */
const Reason = z.enum([
  'no_operations',
  /** A price or an exchange rate of some day is missing. */
  'value_unknown',
  /** Nothing, or less, was invested at the start of a day that ended with something. */
  'base_not_positive',
  'under_a_year',
  /** Several yearly rates fit the flows; all of them are given. */
  'several_rates',
  'no_rate',
  /** Nothing was paid in, nothing taken out, or all on one day. */
  'no_flows',
  'too_few_days',
  'no_variation',
  'benchmark_price_missing',
  /** More was taken out than the benchmark would have left. */
  'benchmark_exhausted',
]);
const Statistic = z.object({ value: z.number().nullable(), reason: Reason.nullable() });

const PeriodQuery = z.object({
  range: z.enum(['1w', '1m', '3m', 'ytd', '1y', 'all']).default('all'),
  /** Days count before the range does. */
  from: Day.optional(),
  to: Day.optional(),
  /** Left out: the portfolio's own. */
  currency: Currency.optional(),
});

const Point = z.object({
  /** The first point is the day before the period: what it starts with. */
  date: Day,
  value: z.number().nullable(),
  /** Money put in so far less money taken out; null in another currency than the portfolio's. */
  invested: z.number().nullable(),
  /** Linked time-weighted return since the start. */
  ratio: z.number().nullable(),
  /** Fall from the highest return so far, zero or negative. */
  drawdownRatio: z.number().nullable(),
  /** What the same money would be worth had it grown at the money-weighted rate every day. */
  steadyValue: z.number().nullable(),
  benchmarkRatio: z.number().nullable(),
  benchmarkValue: z.number().nullable(),
});

const Benchmark = z.object({
  instrumentId: Id,
  name: z.string(),
  symbol: z.string().nullable(),
  currency: z.string(),
  /** Return over the same days, in the answer's currency. */
  ratio: Statistic,
  beta: Statistic,
  trackingError: Statistic,
  /** The portfolio's own flows in the benchmark: what they would be worth, and what the portfolio has more. */
  matchedValue: Statistic,
  difference: Statistic,
});

export const ReadPerformance = endpoint({
  method: 'GET',
  path: '/api/portfolios/:portfolioId/performance',
  permission: 'portfolios.portfolio.read',
  summary: 'Returns of a period: time-weighted, money-weighted, modified Dietz, risk, and against an instrument.',
  params: z.object({ portfolioId: Id }),
  query: PeriodQuery.extend({ benchmark: Id.optional() }),
  response: z.object({
    currency: z.string(),
    from: Day,
    to: Day,
    dayCount: z.number(),
    /** Days on which some holding is valued at its last own operation, for want of a market price. */
    estimatedDayCount: z.number(),
    openingValue: Statistic,
    endValue: Statistic,
    twr: Statistic.extend({
      /** The first day that has no return. */
      gapDate: Day.nullable(),
      annual: Statistic,
    }),
    xirr: Statistic.extend({
      /** `value` is a rate a year of 365 days; of several the one nearest to zero. */
      status: z.enum(['unique', 'multiple', 'none', 'undefined']),
      roots: z.array(z.number()),
      /** What that rate made over the period itself. */
      period: Statistic,
    }),
    modifiedDietz: Statistic,
    volatility: Statistic,
    sharpe: Statistic,
    sortino: Statistic,
    maxDrawdown: Statistic.extend({
      peakDate: Day.nullable(),
      troughDate: Day.nullable(),
      /** Null while it has not recovered. */
      recoveredDate: Day.nullable(),
    }),
    valueAtRisk95: Statistic,
    expectedShortfall95: Statistic,
    series: z.array(Point),
    /** Days money came in or went out. */
    flows: z.array(z.object({ date: Day, in: z.number().nullable(), out: z.number().nullable() })),
    benchmark: Benchmark.nullable(),
  }),
  refusals: { portfolio_not_found: 404, period_not_valid: 422, benchmark_not_found: 404, currency_not_known: 422 },
});

/** `shareRatio` is against the size of the whole profit: a gain is positive within a loss too. */
const Share = { profit: MaybeDecimal, shareRatio: z.number().nullable() };

/** A class of instruments, `cash`, or a currency. */
const Group = z.object({
  name: z.string(),
  endValue: MaybeDecimal,
  weightRatio: z.number().nullable(),
  ...Share,
});

export const ReadContributions = endpoint({
  method: 'GET',
  path: '/api/portfolios/:portfolioId/contributions',
  permission: 'portfolios.portfolio.read',
  summary:
    'What each holding, the cash, each class and each currency added to the profit of a period; the parts sum exactly.',
  params: z.object({ portfolioId: Id }),
  query: PeriodQuery,
  response: z.object({
    currency: z.string(),
    from: Day,
    to: Day,
    profit: MaybeDecimal,
    items: z.array(
      z.object({
        /** Null is the cash of one currency: interest, charges and the change of its exchange rate. */
        instrumentId: Id.nullable(),
        name: z.string(),
        symbol: z.string().nullable(),
        class: z.string(),
        currency: z.string(),
        openingValue: MaybeDecimal,
        endValue: MaybeDecimal,
        /** Money put in less money taken out during the period. */
        netInvested: MaybeDecimal,
        income: MaybeDecimal,
        ...Share,
      }),
    ),
    byClass: z.array(Group),
    byCurrency: z.array(Group),
  }),
  refusals: { portfolio_not_found: 404, period_not_valid: 422, currency_not_known: 422 },
});

export const performanceApi = { ReadPerformance, ReadContributions } as const;
