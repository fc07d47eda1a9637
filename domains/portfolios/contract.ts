/**
 * What portfolios says to the outside. Money, quantities and prices are exact decimal text in the named currency; null
 * means unknown (a price or an exchange rate is missing), never zero. Ratios and the points of a chart are numbers.
 * Days are YYYY-MM-DD, instants epoch milliseconds.
 */
import { z } from 'zod';
import { endpoint } from '#kernel';
import { MissingFact, ReadFigures, ReadValueSeries } from './figures-contract.ts';
import { ReadGroupSeries } from './group-contract.ts';

const NAME_LENGTH_MAX = 120;
const NOTE_LENGTH_MAX = 500; // A remark on one operation, not a document.
const LOTS_MAX = 200; // As many as the ledger takes in one sale.
const FIGURE = /^\d{1,18}(?:\.\d{1,18})?$/;
const SIGNED_FIGURE = /^-?\d{1,18}(?:\.\d{1,18})?$/;

const Id = z.uuid();
const Name = z.string().trim().min(1).max(NAME_LENGTH_MAX);
const DecimalText = z.string();
const MaybeDecimal = DecimalText.nullable();
const Figure = z.string().regex(FIGURE);
const SignedFigure = z.string().regex(SIGNED_FIGURE);
const Currency = z.string().regex(/^[A-Z][A-Z0-9]{2,9}$/);
const BaseCurrency = z.string().regex(/^[A-Z]{3}$/);
const Day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
const EventType = z.enum([
  'buy',
  'sell',
  'short',
  'cover',
  'deposit',
  'withdrawal',
  'transfer_in',
  'transfer_out',
  'dividend',
  'interest',
  'fee',
  'tax',
  'split',
  'bonus',
  'spinoff',
  'merger',
  'return_of_capital',
  'traspaso',
  'opening',
]);
const Kind = z.enum(['crypto', 'stock', 'fund', 'etf', 'bond', 'cash', 'other']);

const Portfolio = z.object({
  id: Id,
  name: z.string(),
  baseCurrency: z.string(),
  version: z.number(),
  operationCount: z.number(),
  createdAtMs: z.number(),
  /** Who is responsible for it, and who may look at it in the portal. */
  adviser: z.object({ id: Id, name: z.string() }).nullable(),
  client: z.object({ id: Id, name: z.string() }).nullable(),
});

const Figures = z.object({
  currency: z.string(),
  /** Null when any part is unknown; `valueKnown` is then the sum of the parts that are known. */
  value: MaybeDecimal,
  valueKnown: DecimalText,
  /** Change since the last close, new money left out; null when no holding has a previous close. */
  dayChange: MaybeDecimal,
  dayChangeRatio: z.number().nullable(),
  /** True when some holding has no previous close, so the day's change leaves it out. */
  isDayChangePartial: z.boolean(),
  profit: MaybeDecimal,
  /** Unrealised gain against the cost of what is held. */
  gainRatio: z.number().nullable(),
  cost: MaybeDecimal,
  unrealised: MaybeDecimal,
  realised: MaybeDecimal,
  income: MaybeDecimal,
  fees: MaybeDecimal,
  taxes: MaybeDecimal,
  netFlows: MaybeDecimal,
  missing: z.array(MissingFact),
  staleCount: z.number(),
  simulatedCount: z.number(),
});

export const ListPortfolios = endpoint({
  method: 'GET',
  path: '/api/portfolios',
  permission: 'portfolios.portfolio.read',
  summary: 'The portfolios of the workspace with their value, change of the day and profit, and their total.',
  response: z.object({
    items: z.array(Portfolio.extend({ figures: Figures })),
    /** Per base currency, because adding two currencies needs a choice of rate. */
    totals: z.array(Figures.omit({ missing: true }).extend({ missingCount: z.number() })),
  }),
});

export const CreatePortfolio = endpoint({
  method: 'POST',
  path: '/api/portfolios',
  permission: 'portfolios.portfolio.write',
  summary:
    'Creates an empty portfolio; of whom it is may be said by who may assign. Left out, an adviser or manager looks after it.',
  body: z.object({
    name: Name,
    baseCurrency: BaseCurrency.default('EUR'),
    adviserUserId: Id.nullable().optional(),
    clientUserId: Id.nullable().optional(),
  }),
  response: Portfolio,
  status: 201,
  refusals: { portfolio_name_taken: 409, portfolios_too_many: 409, adviser_not_found: 422, client_not_found: 422 },
});

export const RenamePortfolio = endpoint({
  method: 'PATCH',
  path: '/api/portfolios/:portfolioId',
  permission: 'portfolios.portfolio.write',
  summary: 'Renames a portfolio; needs its version in `If-Match`.',
  params: z.object({ portfolioId: Id }),
  body: z.object({ name: Name }),
  response: Portfolio,
  refusals: { portfolio_not_found: 404, portfolio_name_taken: 409, version_required: 428, version_mismatch: 412 },
});

export const DeletePortfolio = endpoint({
  method: 'DELETE',
  path: '/api/portfolios/:portfolioId',
  permission: 'portfolios.portfolio.write',
  summary: 'Deletes a portfolio that never had an operation. A ledger with operations is kept.',
  params: z.object({ portfolioId: Id }),
  status: 204,
  refusals: { portfolio_not_found: 404, portfolio_not_empty: 409 },
});

const Account = z.object({ id: Id, name: z.string(), currency: z.string() });
const Cash = z.object({
  accountId: Id,
  accountName: z.string(),
  currency: z.string(),
  amount: DecimalText,
  value: MaybeDecimal,
});

export const ReadPortfolio = endpoint({
  method: 'GET',
  path: '/api/portfolios/:portfolioId',
  permission: 'portfolios.portfolio.read',
  summary: 'A portfolio with its figures, accounts and cash.',
  params: z.object({ portfolioId: Id }),
  response: Portfolio.extend({
    figures: Figures,
    accounts: z.array(Account),
    cash: z.array(Cash),
    ledgerVersion: z.number(),
    firstDate: Day.nullable(),
  }),
  refusals: { portfolio_not_found: 404 },
});

const PositionPrice = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('priced'),
    price: DecimalText,
    currency: z.string(),
    provider: z.string(),
    marketAtMs: z.number(),
    fetchedAtMs: z.number(),
    isStale: z.boolean(),
    isSimulated: z.boolean(),
    isManual: z.boolean(),
  }),
  z.object({ state: z.literal('missing'), reason: z.string() }),
]);

const Position = z.object({
  instrumentId: Id,
  symbol: z.string().nullable(),
  isin: z.string().nullable(),
  name: z.string(),
  kind: Kind,
  quantity: DecimalText,
  price: PositionPrice,
  value: MaybeDecimal,
  weightRatio: z.number().nullable(),
  cost: MaybeDecimal,
  unrealised: MaybeDecimal,
  gainRatio: z.number().nullable(),
  fxGain: MaybeDecimal,
  realised: MaybeDecimal,
  income: MaybeDecimal,
  profit: MaybeDecimal,
  dayChange: MaybeDecimal,
});

export const ListPositions = endpoint({
  method: 'GET',
  path: '/api/portfolios/:portfolioId/positions',
  permission: 'portfolios.portfolio.read',
  summary: 'What the portfolio holds now, with the source and age of each price; closed positions on request.',
  params: z.object({ portfolioId: Id }),
  query: z.object({ closed: z.enum(['include', 'leave_out']).default('leave_out') }),
  response: z.object({ currency: z.string(), items: z.array(Position) }),
  refusals: { portfolio_not_found: 404 },
});

/** Units of one lot: by the day it was opened and, where several were, by the operation that opened it. */
const LotPick = z.object({ openedOn: Day, openedBy: Id.nullable().default(null), quantity: DecimalText });

const InstrumentName = z.object({ id: Id, name: z.string(), symbol: z.string().nullable() });
const Operation = z.object({
  id: Id,
  sequence: z.number(),
  type: EventType,
  date: Day,
  accountName: z.string(),
  instrument: InstrumentName.nullable(),
  quantity: MaybeDecimal,
  splitRatio: z.string().nullable(),
  price: MaybeDecimal,
  amount: MaybeDecimal,
  currency: z.string(),
  fee: DecimalText,
  tax: DecimalText,
  fx: MaybeDecimal,
  /** Target of a traspaso, spin-off or merger, and the units of it that arrived. */
  toInstrument: InstrumentName.nullable(),
  toQuantity: MaybeDecimal,
  /** The lots the sale names; null where the method chose. */
  lots: z.array(LotPick).nullable(),
  note: z.string(),
  source: z.object({ sheet: z.string(), row: z.number(), importId: Id.nullable() }),
  recordedAtMs: z.number(),
  /** The operation that took this one back, or null while it counts. */
  reversedBy: Id.nullable(),
});

export const ListOperations = endpoint({
  method: 'GET',
  path: '/api/portfolios/:portfolioId/operations',
  permission: 'portfolios.portfolio.read',
  summary: 'Operations, newest day first, page by page; by instrument, account or type on request.',
  params: z.object({ portfolioId: Id }),
  query: z.object({
    cursor: z.string().max(60).optional(),
    limit: z.coerce.number().int().min(1).max(200).default(50),
    instrumentId: Id.optional(),
    accountId: Id.optional(),
    type: EventType.optional(),
    reversed: z.enum(['include', 'leave_out']).default('leave_out'),
  }),
  response: z.object({ items: z.array(Operation), nextCursor: z.string().nullable() }),
  refusals: { portfolio_not_found: 404, cursor_invalid: 422 },
});

const TypedInstrument = z.object({
  kind: Kind,
  symbol: z.string().max(40).optional(),
  isin: z.string().max(20).optional(),
  name: z.string().max(200),
  currency: Currency,
});

export const RecordOperation = endpoint({
  method: 'POST',
  path: '/api/portfolios/:portfolioId/operations',
  permission: 'portfolios.operation.write',
  summary: 'Records one operation by hand. The same `idempotencyKey` never records twice.',
  params: z.object({ portfolioId: Id }),
  body: z.object({
    type: EventType,
    date: Day,
    accountName: Name,
    instrument: TypedInstrument.nullable().default(null),
    quantity: Figure.optional(),
    /** A split as new units per old unit: `2` or `7:3`. */
    splitRatio: z
      .string()
      .regex(/^\d{1,9}(?:\.\d{1,9})?(?::\d{1,9}(?:\.\d{1,9})?)?$/)
      .optional(),
    price: Figure.optional(),
    amount: SignedFigure.optional(),
    currency: Currency,
    fee: Figure.optional(),
    tax: Figure.optional(),
    fx: Figure.optional(),
    /** Target of a traspaso (quantity = units that leave), spin-off or merger (quantity = units of the target). */
    toInstrument: TypedInstrument.nullable().default(null),
    /** Units of the target that a traspaso gives; left out, amount / price (the target's). */
    toQuantity: Figure.optional(),
    /** A sale may name the lots it takes; their quantities add up to its own. */
    lots: z
      .array(LotPick.extend({ quantity: Figure }))
      .max(LOTS_MAX)
      .optional(),
    note: z.string().trim().max(NOTE_LENGTH_MAX).default(''),
    idempotencyKey: z.string().min(8).max(100),
  }),
  response: z.object({ operationId: Id.nullable(), outcome: z.enum(['recorded', 'already_known']) }),
  status: 201,
  refusals: { portfolio_not_found: 404, date_not_valid: 422, events_refused: 422 },
});

export const ReverseOperation = endpoint({
  method: 'POST',
  path: '/api/portfolios/:portfolioId/operations/:operationId/reversal',
  permission: 'portfolios.operation.write',
  summary: 'Takes an operation back by recording its opposite; nothing is deleted.',
  params: z.object({ portfolioId: Id, operationId: Id }),
  status: 204,
  refusals: { portfolio_not_found: 404, operation_not_found: 404, reversal_uncovers_sale: 409 },
});

const Lot = z.object({
  accountName: z.string(),
  openedOn: Day,
  /** The operation that opened it: how a sale names it. */
  openedBy: Id,
  quantity: DecimalText,
  currency: z.string(),
  cost: DecimalText,
  costBase: MaybeDecimal,
  /** Now, in the base currency: its worth, its gain, and the two parts of the gain. Null without a price or a rate. */
  value: MaybeDecimal,
  unrealised: MaybeDecimal,
  priceGain: MaybeDecimal,
  fxGain: MaybeDecimal,
});
const Match = z.object({
  soldOn: Day,
  openedOn: Day,
  accountName: z.string(),
  quantity: DecimalText,
  proceeds: MaybeDecimal,
  cost: MaybeDecimal,
  gain: MaybeDecimal,
  /** The two parts of the gain: of the price, and of the exchange rate since the lot was opened. */
  priceGain: MaybeDecimal,
  fxGain: MaybeDecimal,
  /** Shares of the fees (inside cost and proceeds) and of the taxes (in neither) of both operations. */
  fees: MaybeDecimal,
  taxes: MaybeDecimal,
});
const Metric = z.enum(['value', 'cost', 'unrealised', 'realised', 'income', 'fees', 'taxes', 'netFlows', 'profit']);

export const ExplainFigure = endpoint({
  method: 'GET',
  path: '/api/portfolios/:portfolioId/explanation',
  permission: 'portfolios.portfolio.read',
  summary: 'How a figure comes about: its terms, lots, sales, operations, prices, rates, and what is missing.',
  params: z.object({ portfolioId: Id }),
  query: z.object({ metric: Metric, instrumentId: Id.optional() }),
  response: z.object({
    metric: Metric,
    figure: MaybeDecimal,
    currency: z.string(),
    /** The terms that add up to the figure exactly (with their sign); null terms are unknown. */
    terms: z.array(z.object({ name: z.string(), subject: z.string(), figure: MaybeDecimal })),
    lots: z.array(Lot),
    matches: z.array(Match),
    operations: z.array(Operation),
    /** More operations than are listed here stand behind the figure. */
    hasMoreOperations: z.boolean(),
    prices: z.array(z.object({ instrumentId: Id, name: z.string(), price: PositionPrice })),
    rates: z.array(z.object({ from: z.string(), to: z.string(), date: Day, rate: DecimalText })),
    missing: z.array(MissingFact),
  }),
  refusals: { portfolio_not_found: 404, instrument_not_held: 404 },
});

export const portfoliosApi = {
  ListPortfolios,
  CreatePortfolio,
  ReadPortfolio,
  RenamePortfolio,
  DeletePortfolio,
  ListPositions,
  ListOperations,
  RecordOperation,
  ReverseOperation,
  ReadValueSeries,
  ReadGroupSeries,
  ReadFigures,
  ExplainFigure,
} as const;

export { documentsApi } from './documents/contract.ts';
export { exportsApi } from './exports/contract.ts';
export { importsApi } from './imports/contract.ts';
export { ReadAttribution } from './performance/attribution-contract.ts';
export { performanceApi } from './performance/contract.ts';
export { backtestApi } from './planning/backtest-contract.ts';
export { goalsApi } from './planning/goal-contract.ts';
export { xrayApi } from './planning/xray-contract.ts';
export { modelsApi } from './planning/contract.ts';
export { rebalanceApi } from './planning/rebalance-contract.ts';
export { taxApi } from './tax/contract.ts';
export { AssignPortfolio, ListAssignable, ReadAssignment } from './assignment-contract.ts';
