/**
 * What taxes say to the outside. Money is decimal text in the currency of the return, to the cent; null is unknown (a rate is
 * missing), never zero. Losses that wait and losses at risk are positive amounts. Days are YYYY-MM-DD.
 */
import { z } from 'zod';
import { endpoint } from '#kernel';

const YEAR_MIN = 2015; // Of earlier years the rules are not computed.
const YEAR_MAX = 2200;
const LISTINGS_MAX = 2_000; // Every instrument of a large portfolio.
const CARRIED_MAX = 20; // Four years of two kinds are used; the rest is history.
const LOTS_MAX = 200;

const Id = z.uuid();
const Day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
const Figure = z.string().regex(/^\d{1,18}(?:\.\d{1,18})?$/);
const Currency = z.string().regex(/^[A-Z][A-Z0-9]{2,9}$/);
const DecimalText = z.string();
const MaybeDecimal = DecimalText.nullable();
const Method = z.enum(['fifo', 'lifo', 'hifo', 'average']);
const JurisdictionCode = z.enum(['ES', 'DE', 'FR', 'OTHER']);
const Listing = z.enum(['listed', 'unlisted', 'exempt']);
const Basket = z.enum(['gains', 'income']);
const Year = z.coerce.number().int().min(YEAR_MIN).max(YEAR_MAX);
const Named = z.object({ id: Id, name: z.string(), symbol: z.string().nullable(), isin: z.string().nullable() });
const CarriedLoss = z.object({ year: z.number().int().min(1990).max(YEAR_MAX), basket: Basket, amount: Figure });

const Settings = z.object({
  jurisdiction: JurisdictionCode,
  method: Method,
  listings: z.record(Id, Listing).refine((listings) => Object.keys(listings).length <= LISTINGS_MAX),
  carriedLosses: z.array(CarriedLoss).max(CARRIED_MAX),
});
const StoredSettings = Settings.extend({ version: z.number() });

export const ReadTaxSettings = endpoint({
  method: 'GET',
  path: '/api/portfolios/:portfolioId/tax/settings',
  permission: 'portfolios.portfolio.read',
  summary: 'How a portfolio is taxed: country, order of lots, where securities are traded, losses brought along.',
  params: z.object({ portfolioId: Id }),
  response: StoredSettings.extend({
    /** What may be chosen, by country; the first method is the one that applies. */
    choices: z.array(z.object({ jurisdiction: JurisdictionCode, methods: z.array(Method) })),
    /** The instruments of the ledger, with where each is taken to be traded. */
    instruments: z.array(Named.extend({ kind: z.string(), listing: Listing })),
  }),
  refusals: { portfolio_not_found: 404 },
});

export const ChangeTaxSettings = endpoint({
  method: 'PUT',
  path: '/api/portfolios/:portfolioId/tax/settings',
  permission: 'portfolios.portfolio.write',
  summary: 'Says how a portfolio is taxed; needs the version in `If-Match`, 0 the first time.',
  params: z.object({ portfolioId: Id }),
  body: Settings,
  response: StoredSettings,
  refusals: {
    portfolio_not_found: 404,
    method_not_allowed: 422,
    instrument_not_found: 422,
    carried_loss_repeated: 422,
    version_required: 428,
    version_mismatch: 412,
  },
});

const Part = z.object({
  instrument: Named,
  basket: Basket,
  quantity: DecimalText,
  /** Null where the units were brought in and the ledger does not know when they were bought. */
  acquiredOn: Day.nullable(),
  transmittedOn: Day,
  acquisitionValue: MaybeDecimal,
  transmissionValue: MaybeDecimal,
  gain: MaybeDecimal,
  /** The two parts of the gain: of the price, and of the exchange rate. */
  priceGain: MaybeDecimal,
  fxGain: MaybeDecimal,
  /** Of a loss, what waits or has waited; the rest of the gain is what counts in the year. */
  deferred: DecimalText,
  counted: MaybeDecimal,
  withheld: MaybeDecimal,
  operationId: z.string(),
  openedBy: z.string(),
});
const Loss = z.object({ instrument: Named, soldOn: Day, units: DecimalText, loss: DecimalText });
const WaitingLoss = Loss.extend({
  /** The purchase that makes it wait. */
  heldIn: z.object({ instrument: Named, openedOn: Day }),
  /** The day of the sale it counts in; null while it waits. */
  endedOn: Day.nullable(),
});
const LossAtRisk = Loss.extend({ until: Day });
const IncomeRow = z.object({
  date: Day,
  instrument: Named.nullable(),
  kind: z.enum(['dividend', 'interest', 'withholding']),
  country: z.string().nullable(),
  gross: MaybeDecimal,
  withheld: MaybeDecimal,
  foreignTax: MaybeDecimal,
  unassignedTax: MaybeDecimal,
});
const BasketTotals = z.object({ positive: MaybeDecimal, negative: MaybeDecimal, net: MaybeDecimal });
const Carried = z.object({ year: z.number(), basket: Basket, amount: DecimalText });
const Warning = z.object({
  code: z.string(),
  instrument: Named.nullable(),
  date: Day.nullable(),
});

const Report = z.object({
  year: z.number(),
  years: z.array(z.number()),
  jurisdiction: JurisdictionCode,
  method: Method,
  currency: z.string(),
  transmissions: z.array(Part),
  countedLosses: z.array(WaitingLoss.extend({ basket: Basket })),
  income: z.array(IncomeRow),
  fees: z.array(z.object({ date: Day, instrument: Named.nullable(), amount: MaybeDecimal })),
  waiting: z.array(WaitingLoss),
  atRisk: z.array(LossAtRisk),
  totals: z.object({
    acquisitionValue: MaybeDecimal,
    transmissionValue: MaybeDecimal,
    deferred: DecimalText,
    gains: BasketTotals,
    income: BasketTotals,
    withheld: MaybeDecimal,
    foreignTax: MaybeDecimal,
    unassignedTax: MaybeDecimal,
    fees: MaybeDecimal,
  }),
  /** Spain only, and only while every balance is known. */
  compensation: z
    .object({
      steps: z.array(
        z.object({
          from: z.object({ year: z.number(), basket: Basket }),
          against: Basket,
          amount: DecimalText,
        }),
      ),
      base: DecimalText,
      carried: z.array(Carried),
      expired: z.array(Carried),
    })
    .nullable(),
  /** Tax on the base of this portfolio alone; null where no scale is known. */
  savingsTax: MaybeDecimal,
  warnings: z.array(Warning),
});

export const ReadTaxReport = endpoint({
  method: 'GET',
  path: '/api/portfolios/:portfolioId/tax/report',
  permission: 'portfolios.portfolio.read',
  summary: 'The tax year of a portfolio: transmissions by lot, income, losses that wait, and what is set off.',
  params: z.object({ portfolioId: Id }),
  /** Left out: the year of today. */
  query: z.object({ year: Year.optional() }),
  response: Report,
  refusals: { portfolio_not_found: 404 },
});

export const ReadTaxReportFile = endpoint({
  method: 'GET',
  path: '/api/portfolios/:portfolioId/tax/report-file',
  permission: 'portfolios.portfolio.read',
  summary: 'The same report as one CSV text to keep: Spanish heads and decimal comma, or English and dot.',
  params: z.object({ portfolioId: Id }),
  query: z.object({ year: Year.optional(), language: z.enum(['es', 'en']).default('es') }),
  response: z.object({ fileName: z.string(), text: z.string() }),
  refusals: { portfolio_not_found: 404 },
});

const YearFigures = z.object({
  gains: MaybeDecimal,
  income: MaybeDecimal,
  base: MaybeDecimal,
  savingsTax: MaybeDecimal,
});

export const SimulateSale = endpoint({
  method: 'POST',
  path: '/api/portfolios/:portfolioId/tax/simulate',
  permission: 'portfolios.tax.simulate',
  summary:
    'What selling would do to the tax year: lots, gains, losses that would wait, before and after. Records nothing.',
  params: z.object({ portfolioId: Id }),
  body: z.object({
    instrumentId: Id,
    quantity: Figure,
    /** Left out: the last price there is, in its currency. */
    price: Figure.optional(),
    currency: Currency.optional(),
    /** Left out: today. */
    date: Day.optional(),
    fee: Figure.optional(),
    tax: Figure.optional(),
    /** Left out: an account that holds enough. */
    accountId: Id.optional(),
    /** Where the country leaves the choice, the lots to sell. */
    lots: z
      .array(z.object({ openedOn: Day, openedBy: Id.nullable().default(null), quantity: Figure }))
      .max(LOTS_MAX)
      .optional(),
  }),
  response: z.object({
    year: z.number(),
    date: Day,
    jurisdiction: JurisdictionCode,
    currency: z.string(),
    instrument: Named,
    quantity: DecimalText,
    price: DecimalText,
    priceCurrency: z.string(),
    /** What it brings in, less its fee and tax, in the currency of the return. */
    methods: z.array(
      z.object({
        method: Method,
        isAllowed: z.boolean(),
        lots: z.array(Part),
        gain: MaybeDecimal,
        deferred: DecimalText,
        /** Losses of earlier sales that would count. */
        released: DecimalText,
        before: YearFigures,
        after: YearFigures,
      }),
    ),
    window: z
      .object({
        months: z.number(),
        from: Day,
        until: Day,
        bought: z.array(z.object({ on: Day, quantity: DecimalText })),
      })
      .nullable(),
  }),
  refusals: {
    portfolio_not_found: 404,
    instrument_not_held: 404,
    account_not_found: 404,
    price_missing: 422,
    date_not_valid: 422,
    quantity_not_positive: 422,
    lots_differ_from_quantity: 422,
    sells_more_than_held: 422,
    lot_not_held: 422,
    sale_before_other_operations: 422,
  },
});

export const taxApi = {
  ReadTaxSettings,
  ChangeTaxSettings,
  ReadTaxReport,
  ReadTaxReportFile,
  SimulateSale,
} as const;
