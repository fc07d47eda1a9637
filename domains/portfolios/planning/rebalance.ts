/**
 * Rebalancing: the trades that bring one portfolio, or several taken as one, to a model. Units: base currency, exact.
 * Method: what each sleeve should be worth (by mode), sales of what is too much (`rebalance-sells.ts`), purchases of what
 * lacks with the money of each portfolio (`rebalance-buys.ts`). Cash is conserved in every portfolio:
 * before + contribution + sold - bought - charges == after, asserted. Estimated tax is told, not taken from the cash.
 */
import { assert, Decimal, ok, refuse, type Result } from '#kernel';
import { allocateSleeves, type Allocation, type Sleeve } from './allocation.ts';
import { keyOf, OUTSIDE, ratioOfBps, sleeveKeyOf } from './model.ts';
import { planPurchases } from './rebalance-buys.ts';
import { planSales } from './rebalance-sells.ts';
import {
  type CashPool,
  type HeldPosition,
  type PlannedTrade,
  type RebalanceInput,
  type RebalancePlan,
  Reasons,
} from './rebalance-types.ts';

const CENTS = 2;
const SHARE_DIGITS = 18;
const EDGE_STEP = ratioOfBps(1);

/** Plans a rebalancing. Refuses when nothing would be left to plan with. */
export function planRebalance(input: RebalanceInput): Result<RebalancePlan, 'nothing_to_plan'> {
  const { rules, options, positions } = input;
  const pools = new Map(input.cash.map(({ portfolioId, amount }) => [portfolioId, amount]));
  const before = allocateSleeves(rules, valuesOf(input, pools));
  const cashBefore = [...pools].map(poolOf);
  if (input.contribution) {
    const { portfolioId, amount } = input.contribution;
    assert(pools.has(portfolioId), 'rebalance: the contribution goes to a portfolio of the plan');
    pools.set(portfolioId, (pools.get(portfolioId) ?? Decimal.zero).plus(amount));
  }
  const start = allocateSleeves(rules, valuesOf(input, pools));
  if (start.total.sign <= 0) return refuse('nothing_to_plan', { total: start.total.toString() });
  const reasons = new Reasons();
  const wanted = wantedValues(start, options.mode);
  const sales =
    options.mode === 'cash_only' ? [] : planSales(saleable(input, { start, wanted, reasons }), { ...input, reasons });
  for (const { portfolioId, value, charge } of sales) {
    pools.set(portfolioId, (pools.get(portfolioId) ?? Decimal.zero).plus(value).minus(charge));
  }
  const spendable = spendableOf(input, { pools, wanted, reasons });
  const purchases = planPurchases(lacking(input, { start, wanted, sales }), { input, spendable, reasons });
  for (const { portfolioId, value, charge } of purchases) {
    pools.set(portfolioId, (pools.get(portfolioId) ?? Decimal.zero).minus(value).minus(charge));
  }
  const trades = [...sales, ...purchases];
  const after = allocateSleeves(rules, valuesOf(input, pools, trades));
  requireConserved({ start, after, trades, positions });
  explain(after, { reasons, input });
  return ok({
    before,
    after,
    trades,
    cashBefore,
    cashAfter: [...pools].map(poolOf),
    ...sumsOf(trades, input),
    reasons: reasons.byKey,
  });
}

function poolOf([portfolioId, amount]: [string, Decimal]): CashPool {
  return { portfolioId, amount };
}

/** The value of each sleeve with these pools of cash, after these trades. */
function valuesOf(
  { rules, positions }: RebalanceInput,
  pools: ReadonlyMap<string, Decimal>,
  trades: readonly PlannedTrade[] = [],
): Map<string, Decimal> {
  const values = new Map<string, Decimal>();
  const add = (key: string, value: Decimal): void =>
    void values.set(key, (values.get(key) ?? Decimal.zero).plus(value));
  for (const position of positions)
    add(sleeveKeyOf(rules.targets, position), position.quantity.times(position.unitPrice));
  for (const { side, sleeveKey, value } of trades) add(sleeveKey, side === 'buy' ? value : value.negated());
  const cashKey = sleeveKeyOf(rules.targets, { instrumentId: null, assetClass: 'cash' });
  add(cashKey, Decimal.sum(pools.values()));
  return values;
}

/** What each sleeve should be worth. */
function wantedValues({ sleeves, total }: Allocation, mode: RebalanceInput['options']['mode']): Map<string, Decimal> {
  const onTarget = sleeves.map((sleeve): [string, Decimal] => [sleeve.key, exactly(sleeve.targetRatio.times(total))]);
  if (mode !== 'bands') return new Map(onTarget);
  const clamped = sleeves.map((sleeve) => ({ sleeve, value: clampedValue(sleeve, total) }));
  const missing = exactly(total.minus(Decimal.sum(clamped.map(({ value }) => value))));
  // What the nearest edges leave over goes to (or comes from) the sleeves by how far they still are from their target.
  const rooms = clamped.map(({ sleeve, value }) => {
    const room = exactly(sleeve.targetRatio.times(total).minus(value));
    return room.sign === missing.sign ? room : Decimal.zero;
  });
  const room = Decimal.sum(rooms);
  return new Map(
    clamped.map(({ sleeve, value }, index) => {
      const own = rooms[index] ?? Decimal.zero;
      const share = room.isZero ? Decimal.zero : missing.times(own).dividedBy(room, SHARE_DIGITS, 'half-even');
      return [sleeve.key, value.plus(share)];
    }),
  );
}

/** A wish needs no more digits than any trade has; products of longer ones would outgrow a decimal. */
function exactly(value: Decimal): Decimal {
  return value.rounded(SHARE_DIGITS, 'half-even');
}

/** Back inside by a basis point: a plan that ends on an edge would be outside by the rounding of a unit. */
function clampedValue({ value, lower, upper, targetRatio, state }: Sleeve, total: Decimal): Decimal {
  if (state === 'inside') return value;
  const nearer = [lower.plus(EDGE_STEP), upper.minus(EDGE_STEP)] as const;
  const least = (nearer[0].compare(targetRatio) > 0 ? targetRatio : nearer[0]).times(total);
  const most = (nearer[1].compare(targetRatio) < 0 ? targetRatio : nearer[1]).times(total);
  if (value.compare(least) < 0) return least;
  return value.compare(most) > 0 ? most : value;
}

interface Stage {
  readonly start: Allocation;
  readonly wanted: ReadonlyMap<string, Decimal>;
}

function saleable(input: RebalanceInput, { start, wanted, reasons }: Stage & { readonly reasons: Reasons }) {
  return start.sleeves.flatMap(({ key, value }) => {
    const own = input.positions.filter((position) => sleeveKeyOf(input.rules.targets, position) === key);
    const excess = value.minus(wanted.get(key) ?? Decimal.zero);
    if (own.some(({ quantity }) => quantity.sign < 0)) reasons.add(key, 'short_position');
    const positions = own.filter(({ quantity, unitPrice }) => quantity.sign > 0 && unitPrice.sign > 0);
    const slack = slackOf(input, start);
    return excess.sign > 0 && positions.length > 0 ? [{ key, excess, slack, positions }] : [];
  });
}

function slackOf({ options }: RebalanceInput, { total }: Allocation): Decimal {
  return options.mode === 'bands' ? EDGE_STEP.times(total) : Decimal.zero;
}

/** What each sleeve still lacks; cash itself is not bought. */
function lacking(input: RebalanceInput, { start, wanted, sales }: Stage & { readonly sales: readonly PlannedTrade[] }) {
  const cashKey = sleeveKeyOf(input.rules.targets, { instrumentId: null, assetClass: 'cash' });
  return start.sleeves.flatMap(({ key, target, value }) => {
    if (!target || key === cashKey) return [];
    const sold = Decimal.sum(sales.filter(({ sleeveKey }) => sleeveKey === key).map((sale) => sale.value));
    const gap = (wanted.get(key) ?? Decimal.zero).minus(value.minus(sold));
    // Half a unit too much was sold: buying it back would be a trade for nothing.
    if (gap.sign <= 0 || sold.sign > 0) return [];
    return [{ key, gap, slack: slackOf(input, start), instrumentId: instrumentFor(input, key) }];
  });
}

/** What is bought for a sleeve: the target's instrument, the one the model names for the class, else its largest holding. */
function instrumentFor({ rules, positions }: RebalanceInput, key: string): string | null {
  const target = rules.targets.find((each) => keyOf(each) === key);
  if (!target) return null;
  const named = target.instrumentId ?? target.buyInstrumentId;
  if (named !== null) return named;
  const values = new Map<string, Decimal>();
  for (const position of positions) {
    if (sleeveKeyOf(rules.targets, position) !== key || position.quantity.sign <= 0) continue;
    const value = position.quantity.times(position.unitPrice);
    values.set(position.instrumentId, (values.get(position.instrumentId) ?? Decimal.zero).plus(value));
  }
  const [largest] = [...values].toSorted(([a, one], [b, other]) => other.compare(one) || (a < b ? -1 : 1));
  return largest?.[0] ?? null;
}

/** Money each portfolio may spend: its cash less its share of what should stay in cash. */
function spendableOf(
  input: RebalanceInput,
  stage: {
    readonly pools: ReadonlyMap<string, Decimal>;
    readonly wanted: ReadonlyMap<string, Decimal>;
    readonly reasons: Reasons;
  },
): Map<string, Decimal> {
  const { pools, wanted, reasons } = stage;
  const cashKey = sleeveKeyOf(input.rules.targets, { instrumentId: null, assetClass: 'cash' });
  const inInstruments = Decimal.sum(
    input.positions
      .filter((position) => sleeveKeyOf(input.rules.targets, position) === cashKey)
      .map(({ quantity, unitPrice }) => quantity.times(unitPrice)),
  );
  const should = (wanted.get(cashKey) ?? Decimal.zero).minus(inInstruments);
  const reserve = cashKey === OUTSIDE || should.sign < 0 ? Decimal.zero : exactly(should);
  const positive = Decimal.sum([...pools.values()].filter((amount) => amount.sign > 0));
  return new Map(
    [...pools].map(([portfolioId, amount]) => {
      if (amount.sign < 0) reasons.add(cashKey, 'overdraft');
      if (amount.sign <= 0) return [portfolioId, Decimal.zero];
      const kept = reserve.times(amount).dividedBy(positive, SHARE_DIGITS, 'half-up');
      return [portfolioId, kept.compare(amount) >= 0 ? Decimal.zero : amount.minus(kept)];
    }),
  );
}

/** What goes in comes out: the whole only loses the charges, and nobody sells what is not held. */
function requireConserved(check: {
  readonly start: Allocation;
  readonly after: Allocation;
  readonly trades: readonly PlannedTrade[];
  readonly positions: readonly HeldPosition[];
}): void {
  const { start, after, trades, positions } = check;
  const charges = Decimal.sum(trades.map(({ charge }) => charge));
  assert(after.total.plus(charges).equals(start.total), 'rebalance: money must be conserved');
  for (const { side, quantity, portfolioId, accountId, instrumentId } of trades) {
    if (side === 'buy') continue;
    const held = positions.find(
      (each) => each.portfolioId === portfolioId && each.accountId === accountId && each.instrumentId === instrumentId,
    );
    assert(held && held.quantity.compare(quantity) >= 0, 'rebalance: more would be sold than is held');
  }
}

/** Keeps the reasons of the sleeves that end out of band; one without a reason was left by whole units. */
function explain(
  after: Allocation,
  { reasons, input }: { readonly reasons: Reasons; readonly input: RebalanceInput },
): void {
  const out = new Set(after.sleeves.filter(({ state }) => state !== 'inside').map(({ key }) => key));
  for (const { key, state, target } of after.sleeves) {
    if (state === 'inside') continue;
    if (state === 'above' && input.options.mode === 'cash_only' && target) reasons.add(key, 'sells_not_allowed');
    const isCash = key === sleeveKeyOf(input.rules.targets, { instrumentId: null, assetClass: 'cash' });
    // Cash that could not be placed is left for the reason of what it could not buy.
    if (isCash && state === 'above') {
      for (const [other, codes] of reasons.byKey) {
        if (other !== key)
          for (const code of codes) if (code !== 'no_cash' && code !== 'tax_budget') reasons.add(key, code);
      }
    }
    if (!reasons.byKey.has(key)) reasons.add(key, isCash && state === 'below' ? 'no_cash' : 'whole_units');
  }
  for (const key of reasons.byKey.keys()) if (!out.has(key)) reasons.byKey.delete(key);
}

function sumsOf(trades: readonly PlannedTrade[], { options }: RebalanceInput) {
  const of = (side: PlannedTrade['side']): Decimal =>
    Decimal.sum(trades.filter((trade) => trade.side === side).map(({ value }) => value));
  const gains = trades.filter(({ side }) => side === 'sell').map(({ gain }) => gain);
  const known = gains.filter((gain) => gain !== null);
  const gain = known.length === gains.length ? Decimal.sum(known) : null;
  const taxed = gain && gain.sign > 0 ? gain : Decimal.zero;
  return {
    sold: of('sell'),
    bought: of('buy'),
    charges: Decimal.sum(trades.map(({ charge }) => charge)),
    gain,
    taxes: gain && taxed.times(ratioOfBps(options.taxRateBps)).rounded(CENTS, 'half-up'),
  };
}
