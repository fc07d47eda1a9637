/**
 * What markets says to the outside: instruments, prices, alerts, providers. Prices, thresholds and percentages are exact
 * decimal text; instants are epoch milliseconds; days are YYYY-MM-DD.
 */
import { z } from 'zod';
import { endpoint, event } from '#kernel';
import { PRICE_PROVIDERS } from './price.ts';
import { providerApi } from './provider-contract.ts';

export { providerApi } from './provider-contract.ts';

const NOTE_LENGTH_MAX = 200; // A reminder, not a document.

const Id = z.uuid();
/** Positive decimal text, at most 18 digits each side of the point. */
const Figure = z.string().regex(/^(?=.*[1-9])\d{1,18}(?:\.\d{1,18})?$/);
const Percent = z.string().regex(/^\d{1,2}(?:\.\d{1,4})?$/);
const DecimalText = z.string();
const Currency = z.string().regex(/^[A-Z][A-Z0-9]{2,9}$/);
const Day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
const Kind = z.enum(['crypto', 'stock', 'fund', 'etf', 'bond', 'cash', 'other']);
const Provider = z.enum(PRICE_PROVIDERS);
const Condition = z.enum(['above', 'below', 'percent_move', 'percent_up', 'percent_down']);
const Doubt = z.enum(['not_positive', 'wrong_currency', 'absurd_jump', 'from_the_future', 'providers_disagree']);
const Repeat = z.enum(['once', 'rearming']);

const Instrument = z.object({
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
const LatestPrice = z.discriminatedUnion('state', [Priced, Missing]);

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

const AlertRule = z.object({
  id: Id,
  instrument: Instrument,
  condition: Condition,
  threshold: DecimalText,
  referencePrice: DecimalText.nullable(),
  repeat: Repeat,
  hysteresisPercent: DecimalText,
  isEnabled: z.boolean(),
  note: z.string(),
  /** Where the last seen price stood: `inside` waits, `high` and `low` have fired, `unknown` has seen no price. */
  zone: z.enum(['unknown', 'inside', 'high', 'low']),
  /** Prices that trigger it now; null when that side does not apply or the reference is unknown. */
  upperPrice: DecimalText.nullable(),
  lowerPrice: DecimalText.nullable(),
  /** How far the price must still move to the nearest trigger, in percent of the price; null without a price. */
  distancePercent: DecimalText.nullable(),
  latest: LatestPrice,
  firingCount: z.number(),
  lastFiredAtMs: z.number().nullable(),
  createdAtMs: z.number(),
  version: z.number(),
});

const AlertRuleBody = z.object({
  condition: Condition,
  threshold: Figure,
  /** Only for percent rules; without it the previous close of the day is the reference. */
  referencePrice: Figure.nullable().default(null),
  repeat: Repeat.default('once'),
  hysteresisPercent: Percent.default('0'),
  isEnabled: z.boolean().default(true),
  note: z.string().trim().max(NOTE_LENGTH_MAX).default(''),
});

export const ListAlertRules = endpoint({
  method: 'GET',
  path: '/api/markets/alerts',
  permission: 'markets.alert.read',
  summary: 'The alert rules of the workspace with the live distance to their trigger.',
  response: z.object({ items: z.array(AlertRule) }),
});

export const CreateAlertRule = endpoint({
  method: 'POST',
  path: '/api/markets/alerts',
  permission: 'markets.alert.write',
  summary: 'Creates an alert on a price or a percent move; it fires when the price crosses, not while it stays.',
  body: AlertRuleBody.extend({ instrumentId: Id }),
  response: AlertRule,
  status: 201,
  refusals: { instrument_not_found: 404, threshold_unreachable: 422, alerts_too_many: 409 },
});

export const UpdateAlertRule = endpoint({
  method: 'PUT',
  path: '/api/markets/alerts/:ruleId',
  permission: 'markets.alert.write',
  summary: 'Changes or switches an alert; the price of now arms it anew.',
  params: z.object({ ruleId: Id }),
  body: AlertRuleBody,
  response: AlertRule,
  refusals: { alert_not_found: 404, threshold_unreachable: 422, version_required: 428, version_mismatch: 412 },
});

export const DeleteAlertRule = endpoint({
  method: 'DELETE',
  path: '/api/markets/alerts/:ruleId',
  permission: 'markets.alert.write',
  summary: 'Deletes an alert; it can be restored.',
  params: z.object({ ruleId: Id }),
  status: 204,
  refusals: { alert_not_found: 404 },
});

export const RestoreAlertRule = endpoint({
  method: 'POST',
  path: '/api/markets/alerts/:ruleId/restoration',
  permission: 'markets.alert.write',
  summary: 'Brings a deleted alert back as it was.',
  params: z.object({ ruleId: Id }),
  response: AlertRule,
  refusals: { alert_not_found: 404 },
});

export const ListAlertFirings = endpoint({
  method: 'GET',
  path: '/api/markets/alert-firings',
  permission: 'markets.alert.read',
  summary: 'Alerts that fired, newest first, page by page.',
  query: z.object({ cursor: Id.optional(), limit: z.coerce.number().int().min(1).max(100).default(50) }),
  response: z.object({
    items: z.array(
      z.object({
        id: Id,
        ruleId: Id,
        instrument: Instrument,
        firedAtMs: z.number(),
        price: DecimalText,
        currency: z.string(),
        provider: Provider,
        marketAtMs: z.number(),
        condition: Condition,
        threshold: DecimalText,
        triggerPrice: DecimalText,
      }),
    ),
    nextCursor: Id.nullable(),
  }),
});

export const marketsApi = {
  ListInstruments,
  CreateInstrument,
  ChooseProviderSymbol,
  ListLatestPrices,
  RecordManualPrice,
  ListQuarantinedPrices,
  SettleQuarantinedPrice,
  ListAlertRules,
  CreateAlertRule,
  UpdateAlertRule,
  DeleteAlertRule,
  RestoreAlertRule,
  ListAlertFirings,
  ...providerApi,
} as const;

const EXAMPLE_ID = '01890a5d-ac96-774b-bcce-b302099a8057';
const InstrumentFacts = z.object({
  instrumentId: Id,
  symbol: z.string().nullable(),
  isin: z.string().nullable(),
  name: z.string(),
});
const EXAMPLE_INSTRUMENT = { instrumentId: EXAMPLE_ID, symbol: 'BTC', isin: null, name: 'Bitcoin' };
export const AlertFired = event({
  name: 'markets.alert.fired',
  version: 1,
  summary: 'A price crossed the trigger of an alert.',
  permission: 'markets.alert.read',
  schema: InstrumentFacts.extend({
    firingId: Id,
    ruleId: Id,
    firingNumber: z.number(),
    condition: Condition,
    threshold: DecimalText,
    triggerPrice: DecimalText,
    price: DecimalText,
    currency: z.string(),
    provider: Provider,
    isSimulated: z.boolean(),
    marketAtMs: z.number(),
    firedAtMs: z.number(),
    note: z.string(),
  }),
  example: {
    ...EXAMPLE_INSTRUMENT,
    firingId: EXAMPLE_ID,
    ruleId: EXAMPLE_ID,
    firingNumber: 1,
    condition: 'above',
    threshold: '100000',
    triggerPrice: '100000',
    price: '100012.5',
    currency: 'EUR',
    provider: 'yahoo',
    isSimulated: false,
    marketAtMs: 1_795_000_000_000,
    firedAtMs: 1_795_000_000_040,
    note: '',
  },
});

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
