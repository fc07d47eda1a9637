/** What a rebalancing plan is made from and of. Money and prices are exact decimals in the base currency. */
import type { Decimal } from '#kernel';
import type { Allocation } from './allocation.ts';
import type { AssetClass, ModelRules } from './model.ts';

/** `full` goes to the targets, `bands` only brings back inside what is out, `cash_only` never sells. */
export const REBALANCE_MODES = ['full', 'bands', 'cash_only'] as const;
export type RebalanceMode = (typeof REBALANCE_MODES)[number];

/** One instrument in one account, with its lots in the order a sale takes them. */
export interface HeldPosition {
  readonly portfolioId: string;
  readonly accountId: string;
  readonly instrumentId: string;
  readonly assetClass: AssetClass;
  /** Negative is a short position: it counts, and is left alone. */
  readonly quantity: Decimal;
  readonly unitPrice: Decimal;
  readonly lots: readonly { readonly quantity: Decimal; readonly costBase: Decimal | null }[];
}

export interface CashPool {
  readonly portfolioId: string;
  readonly amount: Decimal;
}

export interface RebalanceOptions {
  readonly mode: RebalanceMode;
  /** Trades below it are not proposed. */
  readonly minTrade: Decimal;
  readonly feeFixed: Decimal;
  readonly feeBps: number;
  readonly taxRateBps: number;
  /** Most tax that sales may cause by the lots they take; null is no limit. */
  readonly taxBudget: Decimal | null;
}

export interface RebalanceInput {
  readonly rules: ModelRules;
  readonly positions: readonly HeldPosition[];
  /** One pool for each portfolio, empty ones too: money never moves between portfolios. */
  readonly cash: readonly CashPool[];
  /** Money that comes in (or, negative, goes out) with the plan. */
  readonly contribution: CashPool | null;
  /** Prices of everything that may be bought. */
  readonly priceOf: ReadonlyMap<string, Decimal>;
  /** Fractional digits of a tradable quantity: 0 is whole units. */
  readonly unitDigitsOf: (instrumentId: string) => number;
  readonly accountFor: (portfolioId: string, instrumentId: string) => string;
  readonly options: RebalanceOptions;
}

export interface PlannedTrade {
  readonly side: 'buy' | 'sell';
  readonly portfolioId: string;
  readonly accountId: string;
  readonly instrumentId: string;
  readonly sleeveKey: string;
  readonly quantity: Decimal;
  readonly unitPrice: Decimal;
  /** Quantity x price, before the fee. */
  readonly value: Decimal;
  readonly charge: Decimal;
  /** Of a sale: proceeds less fee less the cost of the lots it takes; null when a cost is unknown, and for purchases. */
  readonly gain: Decimal | null;
}

/** Why a sleeve is not inside its band after the plan. */
export const PLAN_REASONS = [
  'sells_not_allowed',
  'tax_budget',
  'cost_unknown',
  'min_trade',
  'whole_units',
  'nothing_to_buy',
  'price_missing',
  'no_cash',
  'overdraft',
  'short_position',
] as const;
export type PlanReason = (typeof PLAN_REASONS)[number];

export interface RebalancePlan {
  readonly before: Allocation;
  readonly after: Allocation;
  readonly trades: readonly PlannedTrade[];
  readonly cashBefore: readonly CashPool[];
  readonly cashAfter: readonly CashPool[];
  readonly sold: Decimal;
  readonly bought: Decimal;
  readonly charges: Decimal;
  /** Sum over the sales; null when a cost is unknown. */
  readonly gain: Decimal | null;
  /** Rate x gain, never below zero, rounded half-up to cents; null when the gain is unknown. */
  readonly taxes: Decimal | null;
  /** For every sleeve that ends out of band at least one reason. */
  readonly reasons: ReadonlyMap<string, ReadonlySet<PlanReason>>;
}

/** Collects why sleeves could not be served. */
export class Reasons {
  readonly byKey = new Map<string, Set<PlanReason>>();

  add(key: string, reason: PlanReason): void {
    const known = this.byKey.get(key) ?? new Set<PlanReason>();
    known.add(reason);
    this.byKey.set(key, known);
  }
}
