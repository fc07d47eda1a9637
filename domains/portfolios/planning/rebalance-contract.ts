/** A rebalancing proposal over HTTP: it computes and changes nothing. Money is exact decimal text in the base currency. */
import { z } from 'zod';
import { endpoint } from '#kernel';
import { SleeveView } from './contract.ts';
import { PLAN_REASONS, REBALANCE_MODES } from './rebalance-types.ts';

const Id = z.uuid();
const Bps = z.number().int().min(0).max(10_000);
const MaybeDecimal = z.string().nullable();
const Figure = z.string().regex(/^\d{1,15}(?:\.\d{1,8})?$/);
const SignedFigure = z.string().regex(/^-?\d{1,15}(?:\.\d{1,8})?$/);
const HOUSEHOLD_MAX = 50; // Portfolios of one family; more are a firm.

export const UNIT_RULES = ['by_kind', 'whole', 'fractional'] as const;

const Allocation = z.object({ total: z.string(), isInside: z.boolean(), sleeves: z.array(SleeveView) });

export const ProposeRebalance = endpoint({
  method: 'POST',
  path: '/api/rebalance-proposals',
  permission: 'portfolios.plan.read',
  summary:
    'Proposes the trades that bring portfolios (several are taken as one household) to a model. Changes nothing.',
  body: z.object({
    portfolioIds: z.array(Id).min(1).max(HOUSEHOLD_MAX),
    /** Left out: the model the first portfolio follows. */
    modelId: Id.nullable().default(null),
    /** `full` goes to the targets, `bands` only brings back inside, `cash_only` never sells. */
    mode: z.enum(REBALANCE_MODES).default('full'),
    /** Trades below it are not proposed. */
    minTrade: Figure.default('0'),
    /** Charge of every trade: a fixed part and a share of it. */
    feeFixed: Figure.default('0'),
    feeBps: Bps.default(0),
    /** For the estimate of tax on realised gains. */
    taxRateBps: Bps.default(1_900),
    /** Most tax the sales may cause; null is no limit. */
    taxBudget: Figure.nullable().default(null),
    /** `by_kind`: funds and coins in fractions, the rest in whole units. */
    units: z.enum(UNIT_RULES).default('by_kind'),
    /** Money that comes in with it, or, negative, goes out; to or from the first portfolio. */
    contribution: SignedFigure.default('0'),
  }),
  response: z.object({
    currency: z.string(),
    model: z.object({ id: Id, name: z.string(), version: z.number() }),
    portfolios: z.array(z.object({ id: Id, name: z.string(), cashBefore: z.string(), cashAfter: z.string() })),
    before: Allocation,
    after: Allocation,
    trades: z.array(
      z.object({
        id: z.string(),
        side: z.enum(['buy', 'sell']),
        portfolioId: Id,
        portfolioName: z.string(),
        accountName: z.string(),
        instrument: z.object({ id: Id, name: z.string(), symbol: z.string().nullable() }),
        sleeveKey: z.string(),
        quantity: z.string(),
        /** As the instrument is quoted. */
        price: z.string(),
        priceCurrency: z.string(),
        isPriceStale: z.boolean(),
        value: z.string(),
        charge: z.string(),
        /** Of a sale, by the lots it takes (FIFO); null when a cost is unknown. */
        gain: MaybeDecimal,
      }),
    ),
    contribution: z.string(),
    sold: z.string(),
    bought: z.string(),
    charges: z.string(),
    gain: MaybeDecimal,
    /** Rate x net gain, never below zero; an estimate without other sales of the year. */
    taxes: MaybeDecimal,
    /** Accounts whose own cash would not reach: money has to be moved inside the portfolio first. */
    shortAccounts: z.array(z.object({ portfolioName: z.string(), accountName: z.string(), short: z.string() })),
    /** Why a sleeve is still out of band. */
    reasons: z.array(z.object({ key: z.string(), codes: z.array(z.enum(PLAN_REASONS)) })),
    /** The trades as a file in the ledger's format: once done, it can be imported. */
    ordersCsv: z.string(),
  }),
  refusals: {
    portfolio_not_found: 404,
    model_not_found: 404,
    no_model: 409,
    value_unknown: 409,
    currencies_mixed: 422,
    nothing_to_plan: 422,
  },
});

export const rebalanceApi = { ProposeRebalance } as const;
