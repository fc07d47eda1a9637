/** What several portfolios together say to the outside. Floats of one currency for a chart; null is unknown, never zero. */
import { z } from 'zod';
import { endpoint } from '#kernel';

const Day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
const MEMBERS_MAX = 200; // As many portfolios as a workspace lists.
const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';

export const ReadGroupSeries = endpoint({
  method: 'GET',
  path: '/api/portfolios/value-series',
  permission: 'portfolios.portfolio.read',
  summary:
    'Value by day of several portfolios of one base currency, as the sum of its members, with the return of the whole.',
  query: z.object({
    range: z.enum(['1w', '1m', '3m', 'ytd', '1y', 'all']).default('all'),
    /** Whose base currency this is; left out, the currency that most of them have. */
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/)
      .optional(),
    /** Ids separated by commas; left out, every portfolio within reach. */
    portfolioIds: z
      .string()
      .regex(new RegExp(`^${UUID}(,${UUID}){0,${MEMBERS_MAX - 1}}$`))
      .optional(),
  }),
  response: z.object({
    currency: z.string(),
    portfolioIds: z.array(z.uuid()),
    twr: z.object({
      value: z.number().nullable(),
      reason: z.enum(['no_operations', 'value_unknown', 'base_not_positive']).nullable(),
    }),
    points: z.array(
      z.object({
        date: Day,
        /** Null when nothing held that day has a known price. */
        value: z.number().nullable(),
        /** Money put in so far less money taken out; null when a rate of some flow is unknown. */
        invested: z.number().nullable(),
        /** True when a holding of some member has no known price or rate: the value leaves it out. */
        isPartial: z.boolean(),
        isEstimated: z.boolean(),
      }),
    ),
  }),
  refusals: { portfolio_not_found: 404, currencies_differ: 422 },
});
