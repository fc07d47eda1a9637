/** What markets says of alerts: rules, what they would have done, what fired. Figures are exact decimal text, days YYYY-MM-DD. */
import { z } from 'zod';
import { endpoint, event } from '#kernel';
import {
  Condition,
  Day,
  DecimalText,
  EXAMPLE_ID,
  EXAMPLE_INSTRUMENT,
  Figure,
  Id,
  Instrument,
  InstrumentFacts,
  LatestPrice,
  Provider,
} from './shared-contract.ts';

const NOTE_LENGTH_MAX = 200; // A reminder, not a document.
const WINDOW_DAYS_MAX = 3_660; // Ten years: a high that old is nobody's high.

const Percent = z.string().regex(/^\d{1,2}(?:\.\d{1,4})?$/);
const Repeat = z.enum(['once', 'rearming']);

const AlertRule = z.object({
  id: Id,
  instrument: Instrument,
  condition: Condition,
  threshold: DecimalText,
  referencePrice: DecimalText.nullable(),
  /** Days whose highest close a `drawdown` falls from; null is all that is stored. */
  windowDays: z.number().nullable(),
  repeat: Repeat,
  hysteresisPercent: DecimalText,
  isEnabled: z.boolean(),
  note: z.string(),
  /** Where the last seen price stood: `inside` waits, `high` and `low` have fired, `unknown` has seen no price. */
  zone: z.enum(['unknown', 'inside', 'high', 'low']),
  /** Prices that trigger it now; null when that side does not apply or the reference is unknown. */
  upperPrice: DecimalText.nullable(),
  lowerPrice: DecimalText.nullable(),
  /** The same for rules about volume, in units; and the units traded today as far as they are known. */
  triggerVolume: DecimalText.nullable(),
  dayVolume: DecimalText.nullable(),
  /** What the trigger is measured from now: a price, the highest close, the usual volume of a day; null for fixed triggers. */
  measuredFrom: DecimalText.nullable(),
  /** How far the price (or the volume) must still move to the nearest trigger, in percent of itself; null without one. */
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
  /** Only for `drawdown`; null measures from the highest close that is stored. */
  windowDays: z.number().int().min(2).max(WINDOW_DAYS_MAX).nullable().default(null),
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
  summary:
    'Creates an alert on a price, a percent move, a fall from a high or a volume; it fires when that is crossed, not while it stays.',
  body: AlertRuleBody.extend({ instrumentId: Id }),
  response: AlertRule,
  status: 201,
  refusals: {
    instrument_not_found: 404,
    threshold_unreachable: 422,
    volume_not_counted: 422,
    alerts_too_many: 409,
  },
});

export const UpdateAlertRule = endpoint({
  method: 'PUT',
  path: '/api/markets/alerts/:ruleId',
  permission: 'markets.alert.write',
  summary: 'Changes or switches an alert; the price of now arms it anew.',
  params: z.object({ ruleId: Id }),
  body: AlertRuleBody,
  response: AlertRule,
  refusals: {
    alert_not_found: 404,
    threshold_unreachable: 422,
    volume_not_counted: 422,
    version_required: 428,
    version_mismatch: 412,
  },
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
        /** What was crossed: a price, or units for a rule about volume. */
        triggerPrice: DecimalText.nullable(),
        triggerVolume: DecimalText.nullable(),
        volume: DecimalText.nullable(),
      }),
    ),
    nextCursor: Id.nullable(),
  }),
});

/** Terms as they travel in an address, where everything is text. */
export const BacktestAlert = endpoint({
  method: 'GET',
  path: '/api/markets/alert-backtest',
  permission: 'markets.alert.read',
  summary:
    'What an alert would have done over the stored daily closes, before it is saved: every crossing with its day.',
  query: z.object({
    instrumentId: Id,
    condition: Condition,
    threshold: Figure,
    referencePrice: Figure.optional(),
    windowDays: z.coerce.number().int().min(2).max(WINDOW_DAYS_MAX).optional(),
    repeat: Repeat.default('once'),
    hysteresisPercent: Percent.default('0'),
    from: Day.optional(),
  }),
  response: z.object({
    /** First and last day that were walked; null without a stored history. */
    from: Day.nullable(),
    to: Day.nullable(),
    dayCount: z.number(),
    currency: z.string(),
    /** Why nothing could be said; null when the rule was walked. */
    missing: z.enum(['no_history', 'no_volume', 'too_short']).nullable(),
    /** Every crossing; the newest five hundred are listed. */
    crossingCount: z.number(),
    /** What the rule would really have sent: a one-shot rule is off after its first. */
    firingCount: z.number(),
    crossings: z.array(
      z.object({
        on: Day,
        /** Close and trigger in the units of the last day: splits are folded in. */
        price: DecimalText,
        volume: DecimalText.nullable(),
        trigger: DecimalText,
        hasFired: z.boolean(),
      }),
    ),
    years: z.array(z.object({ year: z.number(), crossingCount: z.number() })),
    /** The closes as a line, thinned evenly; for a rule about volume the volumes. */
    points: z.array(z.tuple([Day, DecimalText])),
  }),
  refusals: { instrument_not_found: 404, threshold_unreachable: 422, volume_not_counted: 422, day_invalid: 422 },
});

export const alertApi = {
  ListAlertRules,
  CreateAlertRule,
  UpdateAlertRule,
  DeleteAlertRule,
  RestoreAlertRule,
  BacktestAlert,
  ListAlertFirings,
} as const;

export const AlertFired = event({
  name: 'markets.alert.fired',
  version: 1,
  summary: 'A price, a fall or a volume crossed the trigger of an alert.',
  permission: 'markets.alert.read',
  schema: InstrumentFacts.extend({
    firingId: Id,
    ruleId: Id,
    firingNumber: z.number(),
    condition: Condition,
    threshold: DecimalText,
    /** Null when the rule is about volume; `triggerVolume` then says how many units were crossed. */
    triggerPrice: DecimalText.nullable(),
    triggerVolume: DecimalText.nullable(),
    volume: DecimalText.nullable(),
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
    triggerVolume: null,
    volume: null,
    price: '100012.5',
    currency: 'EUR',
    provider: 'yahoo',
    isSimulated: false,
    marketAtMs: 1_795_000_000_000,
    firedAtMs: 1_795_000_000_040,
    note: '',
  },
});
