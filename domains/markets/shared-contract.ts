/** Schemas that several contracts of markets share. Prices, thresholds and percentages are exact decimal text. */
import { z } from 'zod';
import { ALERT_CONDITIONS } from './alert.ts';
import { PRICE_PROVIDERS } from './price.ts';

export const Id = z.uuid();
/** Positive decimal text, at most 18 digits each side of the point. */
export const Figure = z.string().regex(/^(?=.*[1-9])\d{1,18}(?:\.\d{1,18})?$/);
export const DecimalText = z.string();
export const Day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
export const Kind = z.enum(['crypto', 'stock', 'fund', 'etf', 'bond', 'cash', 'other']);
export const Provider = z.enum(PRICE_PROVIDERS);
export const Condition = z.enum(ALERT_CONDITIONS);

export const Instrument = z.object({
  id: Id,
  kind: Kind,
  symbol: z.string().nullable(),
  isin: z.string().nullable(),
  name: z.string(),
  currency: z.string(),
  /** What the live provider calls it, so that a wrong guess is seen and corrected. */
  providerSymbol: z.string().nullable(),
  providerName: z.string().nullable(),
  priceProblem: z.string().nullable(),
  version: z.number(),
});

const Priced = z.object({
  state: z.literal('priced'),
  instrumentId: Id,
  price: DecimalText,
  currency: z.string(),
  provider: Provider,
  marketAtMs: z.number(),
  fetchedAtMs: z.number(),
  previousClose: DecimalText.nullable(),
  /** Percent against the previous close, two decimals; null when there is none. */
  dayChangePercent: DecimalText.nullable(),
  isStale: z.boolean(),
  isSimulated: z.boolean(),
  isManual: z.boolean(),
});
const Missing = z.object({
  state: z.literal('missing'),
  instrumentId: Id,
  reason: z.enum(['never_fetched', 'unknown_symbol', 'quarantined', 'provider_failed', 'cash']),
});
export const LatestPrice = z.discriminatedUnion('state', [Priced, Missing]);

export const EXAMPLE_ID = '01890a5d-ac96-774b-bcce-b302099a8057';
/** Which instrument an event is about. */
export const InstrumentFacts = z.object({
  instrumentId: Id,
  symbol: z.string().nullable(),
  isin: z.string().nullable(),
  name: z.string(),
});
export const EXAMPLE_INSTRUMENT = { instrumentId: EXAMPLE_ID, symbol: 'BTC', isin: null, name: 'Bitcoin' };
