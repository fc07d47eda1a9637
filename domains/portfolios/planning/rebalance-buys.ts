/**
 * Purchases of a plan: what each sleeve lacks, with the money each portfolio has. Units: base currency, exact.
 * Method: when the money does not reach, every sleeve gets its share of it in proportion to what it lacks. Units are cut to
 * what trades; with whole units one more is bought where that comes nearer to the target and the money is there.
 * No purchase spends more than its portfolio's own cash.
 */
import { Decimal } from '#kernel';
import { ratioOfBps } from './model.ts';
import { chargeOf, largerOf, unitsToReach } from './rebalance-sells.ts';
import type { PlannedTrade, RebalanceInput, Reasons } from './rebalance-types.ts';

export interface LackingSleeve {
  readonly key: string;
  readonly gap: Decimal;
  /** How much of the gap only keeps away from the edge of a band. */
  readonly slack: Decimal;
  /** What is bought for it; null when nothing can be. */
  readonly instrumentId: string | null;
}

export interface Purchases {
  readonly input: Pick<RebalanceInput, 'options' | 'priceOf' | 'unitDigitsOf' | 'accountFor' | 'positions'>;
  /** Money each portfolio may spend; changed as it is spent. */
  readonly spendable: Map<string, Decimal>;
  readonly reasons: Reasons;
}

interface Order {
  readonly portfolioId: string;
  readonly accountId: string;
  readonly instrumentId: string;
  readonly sleeveKey: string;
  readonly unitPrice: Decimal;
  quantity: Decimal;
}

const SHARE_DIGITS = 18;

/** Plans the purchases. */
export function planPurchases(sleeves: readonly LackingSleeve[], purchases: Purchases): PlannedTrade[] {
  const { input, spendable, reasons } = purchases;
  const lacking = sleeves.filter(({ gap }) => gap.sign > 0).toSorted((a, b) => b.gap.compare(a.gap));
  const buyable = lacking.filter(({ key, instrumentId }) => {
    if (instrumentId === null) reasons.add(key, 'nothing_to_buy');
    else if (!input.priceOf.has(instrumentId)) reasons.add(key, 'price_missing');
    return instrumentId !== null && input.priceOf.has(instrumentId);
  });
  const money = Decimal.sum(spendable.values());
  const wishes = wishesOf(buyable, { money, input });
  if (wishes.isShort) for (const { key } of buyable) reasons.add(key, 'no_cash');
  const orders: Order[] = [];
  for (const sleeve of buyable) {
    let wish = wishes.spending.get(sleeve.key) ?? Decimal.zero;
    let edge = sleeve.slack.isZero ? Decimal.zero : sleeve.gap.minus(sleeve.slack);
    for (const portfolioId of portfoliosFor(sleeve, purchases)) {
      const order = placeOrder(purchases, { sleeve, portfolioId, wish, edge });
      if (!order) continue;
      orders.push(order);
      wish = wish.minus(spendingOf(order, input));
      edge = edge.minus(order.quantity.times(order.unitPrice));
    }
  }
  addLastUnits(buyable, orders, purchases);
  return orders.map((order) => tradeOf(order, input));
}

/** Money for each sleeve, charges inside: all it lacks, or its share of what there is. */
function wishesOf(
  sleeves: readonly LackingSleeve[],
  { money, input }: { readonly money: Decimal; readonly input: Purchases['input'] },
): { readonly spending: ReadonlyMap<string, Decimal>; readonly isShort: boolean } {
  const gaps = sleeves.map(({ gap }) => gap.rounded(SHARE_DIGITS, 'half-even'));
  const whole = gaps.map((gap) => gap.plus(chargeOf(gap, input.options)));
  const isShort = Decimal.sum(whole).compare(money) > 0;
  const total = Decimal.sum(gaps);
  const shares = money.rounded(SHARE_DIGITS, 'down');
  const spending = sleeves.map(({ key }, index): [string, Decimal] => {
    const [gap = Decimal.zero, all = Decimal.zero] = [gaps[index], whole[index]];
    return [key, isShort ? shares.times(gap).dividedBy(total, SHARE_DIGITS, 'down') : all];
  });
  return { spending: new Map(spending), isShort };
}

/** Portfolios that hold the instrument first, then those with more money; the order never depends on chance. */
function portfoliosFor({ instrumentId }: LackingSleeve, { input, spendable }: Purchases): string[] {
  const holders = new Set(
    input.positions.filter((position) => position.instrumentId === instrumentId).map(({ portfolioId }) => portfolioId),
  );
  return [...spendable]
    .filter(([, money]) => money.sign > 0)
    .toSorted(([a, moneyA], [b, moneyB]) => {
      const byHolding = Number(holders.has(b)) - Number(holders.has(a));
      return byHolding || moneyB.compare(moneyA) || (a < b ? -1 : 1);
    })
    .map(([portfolioId]) => portfolioId);
}

function placeOrder(
  purchases: Purchases,
  want: {
    readonly sleeve: LackingSleeve;
    readonly portfolioId: string;
    /** Money for it, charges inside. */
    readonly wish: Decimal;
    /** Value that brings the sleeve to the edge of its band; nothing when the edge is not what is aimed at. */
    readonly edge: Decimal;
  },
): Order | null {
  const { input, spendable, reasons } = purchases;
  const { sleeve, portfolioId, wish, edge } = want;
  const instrumentId = sleeve.instrumentId ?? '';
  const unitPrice = input.priceOf.get(instrumentId) ?? Decimal.zero;
  const has = spendable.get(portfolioId) ?? Decimal.zero;
  const money = (wish.compare(has) < 0 ? wish : has).minus(input.options.feeFixed);
  if (money.sign <= 0 || unitPrice.sign <= 0) return null;
  const unitCost = unitPrice.times(Decimal.one.plus(ratioOfBps(input.options.feeBps)));
  const digits = input.unitDigitsOf(instrumentId);
  const fewest = money.dividedBy(unitCost, digits, 'down');
  // To the edge of a band never fewer than reach it, where the money is there: a hair outside is outside.
  const reach = largerOf(fewest, unitsToReach(edge, unitPrice, digits));
  const isThere = reach.times(unitCost).plus(input.options.feeFixed).compare(has) <= 0;
  const quantity = isThere ? reach : fewest;
  if (quantity.isZero) {
    reasons.add(sleeve.key, 'whole_units');
    return null;
  }
  if (quantity.times(unitPrice).compare(input.options.minTrade) < 0) {
    reasons.add(sleeve.key, 'min_trade');
    return null;
  }
  const accountId = input.accountFor(portfolioId, instrumentId);
  const order = { portfolioId, accountId, instrumentId, sleeveKey: sleeve.key, unitPrice, quantity };
  spendable.set(portfolioId, has.minus(spendingOf(order, input)));
  return order;
}

/** One more whole unit where half of one or more is still lacking and the money is there. */
function addLastUnits(sleeves: readonly LackingSleeve[], orders: readonly Order[], purchases: Purchases): void {
  const { input, spendable } = purchases;
  for (const sleeve of sleeves) {
    const own = orders.filter(({ sleeveKey }) => sleeveKey === sleeve.key);
    const bought = Decimal.sum(own.map(({ quantity, unitPrice }) => quantity.times(unitPrice)));
    const lacks = sleeve.gap.minus(bought);
    for (const order of own) {
      const { unitPrice, instrumentId, portfolioId } = order;
      if (input.unitDigitsOf(instrumentId) > 0 || lacks.plus(lacks).compare(unitPrice) < 0) continue;
      const has = spendable.get(portfolioId) ?? Decimal.zero;
      const costs = unitPrice.times(Decimal.one.plus(ratioOfBps(input.options.feeBps)));
      if (has.compare(costs) < 0) continue;
      order.quantity = order.quantity.plus(Decimal.one);
      spendable.set(portfolioId, has.minus(costs));
      break;
    }
  }
}

function spendingOf({ quantity, unitPrice }: Order, { options }: Purchases['input']): Decimal {
  const value = quantity.times(unitPrice);
  return value.plus(chargeOf(value, options));
}

function tradeOf(order: Order, { options }: Purchases['input']): PlannedTrade {
  const value = order.quantity.times(order.unitPrice);
  return { side: 'buy', ...order, value, charge: chargeOf(value, options), gain: null };
}
