/** What portfolios says of a past day, and of every day for a chart. Exact decimal text; null means unknown, never zero. */
import { z } from 'zod';
import { endpoint } from '#kernel';

const Id = z.uuid();
const Day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
const DecimalText = z.string();
const MaybeDecimal = DecimalText.nullable();

/** What a total needs and nobody knows. */
export const MissingFact = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('price'), instrumentId: Id, name: z.string() }),
  z.object({ kind: z.literal('fx'), from: z.string(), to: z.string(), date: Day }),
]);

/** Figures at the end of a past day; every null is unknown. */
const PastPosition = z.object({
  instrumentId: Id,
  name: z.string(),
  symbol: z.string().nullable(),
  quantity: DecimalText,
  price: z.object({ price: DecimalText, currency: z.string(), on: Day }).nullable(),
  value: MaybeDecimal,
  cost: MaybeDecimal,
  unrealised: MaybeDecimal,
  realised: MaybeDecimal,
  income: MaybeDecimal,
  profit: MaybeDecimal,
});

export const ReadFigures = endpoint({
  method: 'GET',
  path: '/api/portfolios/:portfolioId/figures',
  permission: 'portfolios.portfolio.read',
  summary: 'Figures and positions at the end of a day (`asOf`), from the operations recorded until `knownAt`.',
  params: z.object({ portfolioId: Id }),
  query: z.object({
    /** YYYY-MM-DD; today when left out. Prices are the last daily closes on or before it. */
    asOf: z.string().max(10).optional(),
    /** YYYY-MM-DD (to its end) or an ISO instant; everything recorded so far when left out. */
    knownAt: z.string().max(40).optional(),
  }),
  response: z.object({
    currency: z.string(),
    asOf: Day,
    ledgerVersion: z.number(),
    figures: z.object({
      value: MaybeDecimal,
      valueKnown: DecimalText,
      cost: MaybeDecimal,
      unrealised: MaybeDecimal,
      realised: MaybeDecimal,
      income: MaybeDecimal,
      fees: MaybeDecimal,
      taxes: MaybeDecimal,
      transferred: MaybeDecimal,
      cashFxGain: MaybeDecimal,
      netFlows: MaybeDecimal,
      profit: MaybeDecimal,
    }),
    positions: z.array(PastPosition),
    missing: z.array(MissingFact),
  }),
  refusals: { portfolio_not_found: 404, day_not_valid: 422, day_in_future: 422 },
});

export const ReadValueSeries = endpoint({
  method: 'GET',
  path: '/api/portfolios/:portfolioId/value-series',
  permission: 'portfolios.portfolio.read',
  summary: 'Value by day for a chart: floats, with days that are partly unknown marked.',
  params: z.object({ portfolioId: Id }),
  query: z.object({ range: z.enum(['1w', '1m', '3m', 'ytd', '1y', 'all']).default('1y') }),
  response: z.object({
    currency: z.string(),
    points: z.array(
      z.object({
        date: Day,
        /** Null when nothing held that day has a known price. */
        value: z.number().nullable(),
        /** Money put in so far less money taken out; null when a rate of some flow is unknown. */
        invested: z.number().nullable(),
        /** True when a holding of the day has no known price or rate: the value leaves it out. */
        isPartial: z.boolean(),
        /** True when a holding is valued at the price of its last own operation, for want of a market price. */
        isEstimated: z.boolean(),
      }),
    ),
  }),
  refusals: { portfolio_not_found: 404 },
});
