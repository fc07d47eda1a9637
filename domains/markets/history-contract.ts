/** What markets says of stored histories: days, gaps, splits and dividends. Days are YYYY-MM-DD, figures exact decimal text. */
import { z } from 'zod';
import { endpoint } from '#kernel';
import { MARKET_CALENDARS } from './market-calendar.ts';
import { Day, DecimalText, Id, Instrument, Provider } from './shared-contract.ts';

const ReadHistory = endpoint({
  method: 'GET',
  path: '/api/markets/instruments/:instrumentId/history',
  permission: 'markets.price.read',
  summary: 'What is stored of the daily closes of an instrument: trading days that are missing, splits and dividends.',
  params: z.object({ instrumentId: Id }),
  response: z.object({
    instrument: Instrument,
    calendar: z.enum(MARKET_CALENDARS),
    /** First day wanted; null when nobody watches it, so that nothing is expected. */
    since: Day.nullable(),
    expectedCount: z.number(),
    storedCount: z.number(),
    /** Days that a provider was asked for and has no close of. */
    emptyCount: z.number(),
    gaps: z.array(z.object({ from: Day, to: Day, dayCount: z.number() })),
    /** True when the stored closes are folded over later splits; Cactus keeps them as traded. */
    isAdjusted: z.literal(false),
    splits: z.array(z.object({ on: Day, ratio: DecimalText, provider: Provider })),
    dividends: z.array(z.object({ exDate: Day, amount: DecimalText, currency: z.string(), provider: Provider })),
  }),
  refusals: { instrument_not_found: 404 },
});

const ListHistoryGaps = endpoint({
  method: 'GET',
  path: '/api/markets/history-gaps',
  permission: 'markets.price.read',
  summary: 'Instruments whose daily history lacked trading days when it was last checked, worst first.',
  response: z.object({
    items: z.array(
      z.object({
        instrument: Instrument,
        expectedCount: z.number(),
        missingCount: z.number(),
        firstMissing: Day.nullable(),
        lastMissing: Day.nullable(),
        checkedAtMs: z.number(),
      }),
    ),
  }),
});

const FillHistoryGaps = endpoint({
  method: 'POST',
  path: '/api/markets/history-gaps/fillings',
  permission: 'markets.price.write',
  summary: 'Asks the providers for the missing days of every watched instrument, or of one, in the background.',
  body: z.object({ instrumentId: Id.nullable().default(null) }),
  response: z.object({ isQueued: z.literal(true) }),
  status: 202,
  refusals: { instrument_not_found: 404 },
});

export const historyApi = { ReadHistory, ListHistoryGaps, FillHistoryGaps } as const;
