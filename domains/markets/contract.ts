/**
 * What markets says to the outside: instruments, prices, alerts, providers. Prices, thresholds and percentages are exact
 * decimal text; instants are epoch milliseconds; days are YYYY-MM-DD.
 */
import { z } from 'zod';
import { endpoint, event } from '#kernel';
import { alertApi, AlertFired } from './alert-contract.ts';
import { historyApi } from './history-contract.ts';
import { providerApi } from './provider-contract.ts';
import { searchApi } from './search-contract.ts';
import {
  Day,
  DecimalText,
  EXAMPLE_INSTRUMENT,
  Figure,
  Id,
  Instrument,
  InstrumentFacts,
  Kind,
  LatestPrice,
  Provider,
} from './shared-contract.ts';

export { providerApi } from './provider-contract.ts';

const Currency = z.string().regex(/^[A-Z][A-Z0-9]{2,9}$/);
const Doubt = z.enum(['not_positive', 'wrong_currency', 'absurd_jump', 'from_the_future', 'providers_disagree']);

export const ListInstruments = endpoint({
  method: 'GET',
  path: '/api/markets/instruments',
  permission: 'markets.instrument.read',
  summary: 'Finds instruments of the workspace by symbol, ISIN or name; without a text lists the first fifty.',
  query: z.object({ q: z.string().max(100).default('') }),
  response: z.object({ items: z.array(Instrument) }),
});

export const CreateInstrument = endpoint({
  method: 'POST',
  path: '/api/markets/instruments',
  permission: 'markets.instrument.write',
  summary: 'Adds an instrument to follow; one that is already known is returned as it is.',
  body: z.object({
    kind: Kind,
    symbol: z.string().max(40).optional(),
    isin: z.string().max(20).optional(),
    name: z.string().max(200).default(''),
    currency: Currency,
  }),
  response: Instrument.extend({ outcome: z.enum(['known', 'completed', 'created']) }),
  status: 201,
  refusals: {
    isin_invalid: 422,
    symbol_invalid: 422,
    currency_invalid: 422,
    instrument_unnamed: 422,
    instrument_ambiguous: 409,
    drafts_too_many: 422,
  },
});

export const ChooseProviderSymbol = endpoint({
  method: 'PUT',
  path: '/api/markets/instruments/:instrumentId/provider-symbol',
  permission: 'markets.instrument.write',
  summary: 'Says what the live provider calls an instrument; null lets Cactus look for it again.',
  params: z.object({ instrumentId: Id }),
  body: z.object({ providerSymbol: z.string().trim().min(1).max(40).nullable() }),
  response: Instrument,
  refusals: { instrument_not_found: 404, version_required: 428, version_mismatch: 412 },
});

export const ListLatestPrices = endpoint({
  method: 'GET',
  path: '/api/markets/prices',
  permission: 'markets.price.read',
  summary: 'The newest price of each instrument with its source, age and doubts.',
  query: z.object({ instrumentIds: z.string().max(20_000).default('') }),
  response: z.object({ items: z.array(z.object({ instrument: Instrument, latest: LatestPrice })) }),
  refusals: { instrument_ids_invalid: 422 },
});

export const RecordManualPrice = endpoint({
  method: 'PUT',
  path: '/api/markets/instruments/:instrumentId/manual-price',
  permission: 'markets.price.write',
  summary: 'Writes a price by hand for a day; it counts until a provider or a newer one exists.',
  params: z.object({ instrumentId: Id }),
  body: z.object({ price: Figure, currency: Currency, on: Day }),
  response: LatestPrice,
  refusals: { instrument_not_found: 404, price_day_invalid: 422, price_not_positive: 422, currency_mismatch: 422 },
});

const Quarantined = z.object({
  instrument: Instrument,
  price: DecimalText,
  currency: z.string(),
  provider: Provider,
  marketAtMs: z.number(),
  reason: Doubt,
  referencePrice: DecimalText.nullable(),
  /** What another provider says at the same time; null when nobody else was asked. */
  other: z.object({ provider: Provider, price: DecimalText }).nullable(),
});

export const ListQuarantinedPrices = endpoint({
  method: 'GET',
  path: '/api/markets/quarantine',
  permission: 'markets.price.read',
  summary: 'Prices that were refused as absurd and wait for a person.',
  response: z.object({ items: z.array(Quarantined) }),
});

export const SettleQuarantinedPrice = endpoint({
  method: 'POST',
  path: '/api/markets/quarantine/:instrumentId/settlement',
  permission: 'markets.price.write',
  summary: 'Accepts a refused price as real, or throws it away.',
  params: z.object({ instrumentId: Id }),
  body: z.object({ decision: z.enum(['accept', 'discard']) }),
  status: 204,
  refusals: { price_not_quarantined: 404, price_not_acceptable: 422 },
});

export const marketsApi = {
  ListInstruments,
  CreateInstrument,
  ChooseProviderSymbol,
  ListLatestPrices,
  RecordManualPrice,
  ListQuarantinedPrices,
  SettleQuarantinedPrice,
  ...alertApi,
  ...historyApi,
  ...searchApi,
  ...providerApi,
} as const;

export const PriceRecorded = event({
  name: 'markets.price.recorded',
  version: 1,
  summary: 'A person wrote the price of an instrument by hand.',
  permission: 'markets.price.read',
  schema: InstrumentFacts.extend({ price: DecimalText, currency: z.string(), on: Day }),
  example: { ...EXAMPLE_INSTRUMENT, price: '95000', currency: 'EUR', on: '2026-11-20' },
});

export const PriceQuarantined = event({
  name: 'markets.price.quarantined',
  version: 1,
  summary: 'A provider sent a price that cannot be right; the last good one stays.',
  permission: 'markets.price.read',
  schema: InstrumentFacts.extend({
    price: DecimalText,
    currency: z.string(),
    provider: Provider,
    reason: Doubt,
    referencePrice: DecimalText.nullable(),
  }),
  example: {
    ...EXAMPLE_INSTRUMENT,
    price: '285000',
    currency: 'EUR',
    provider: 'yahoo',
    reason: 'absurd_jump',
    referencePrice: '95000',
  },
});

export const marketsEvents = [AlertFired, PriceRecorded, PriceQuarantined] as const;
