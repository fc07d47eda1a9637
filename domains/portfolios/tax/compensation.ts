/**
 * Compensation: gains, losses and income of the savings base set against each other, year after year. Euros and cents.
 * Source: LIRPF art. 49. Method, in its order: the two balances of the year (art. 49.1.a income, 49.1.b gains); a negative one
 * against the positive other, up to a percent of it; then what is left of the four years before, the oldest first, against
 * the balance of its own kind, and what remains against the other, within what the year has left of the same percent. Each
 * year takes as much as it can (art. 49.2). The percent is of the year's own positive balance.
 */
import { Decimal } from '#kernel';
import { CARRY_YEARS, crossLimitPercent } from './spain-rates.ts';

/** `gains` are sales (art. 46.b), `income` is what capital pays (art. 46.a). */
export type Basket = 'gains' | 'income';

/** A negative balance that later years may use, as a positive amount. */
export interface CarriedLoss {
  readonly year: number;
  readonly basket: Basket;
  readonly amount: Decimal;
}

/** An amount of one balance that took the same from another. */
export interface CompensationStep {
  readonly from: { readonly year: number; readonly basket: Basket };
  readonly against: Basket;
  readonly amount: Decimal;
}

export interface YearBalances {
  readonly year: number;
  readonly gains: Decimal;
  readonly income: Decimal;
}

export interface Compensated extends YearBalances {
  readonly steps: readonly CompensationStep[];
  /** What the year adds to the savings base, zero or more. */
  readonly base: Decimal;
  /** What the following years may still use, oldest first. */
  readonly carried: readonly CarriedLoss[];
  /** What nobody used in its four years. */
  readonly expired: readonly CarriedLoss[];
}

const HUNDRED = Decimal.of(100n);
const OTHER: Readonly<Record<Basket, Basket>> = { gains: 'income', income: 'gains' };

/** Compensates one year. `carried` are the losses of years before; those too old are told apart. */
export function compensate(balances: YearBalances, carried: readonly CarriedLoss[]): Compensated {
  const { year } = balances;
  const usable = carried.filter((loss) => loss.year < year && loss.year >= year - CARRY_YEARS);
  const left: Record<Basket, Decimal> = { gains: positive(balances.gains), income: positive(balances.income) };
  const crossLeft: Record<Basket, Decimal> = { gains: limitOf(left.gains, year), income: limitOf(left.income, year) };
  const steps: CompensationStep[] = [];
  const use = (loss: CarriedLoss, against: Basket): CarriedLoss => {
    const isCross = against !== loss.basket;
    const room = isCross ? least(left[against], crossLeft[against]) : left[against];
    const amount = least(room, loss.amount);
    if (amount.sign <= 0) return loss;
    left[against] = left[against].minus(amount);
    if (isCross) crossLeft[against] = crossLeft[against].minus(amount);
    steps.push({ from: { year: loss.year, basket: loss.basket }, against, amount });
    return { ...loss, amount: loss.amount.minus(amount) };
  };
  const own = (['gains', 'income'] as const)
    .filter((basket) => balances[basket].sign < 0)
    .map((basket) => use({ year, basket, amount: balances[basket].negated() }, OTHER[basket]));
  const oldest = usable.toSorted((a, b) => a.year - b.year);
  const afterOwnKind = oldest.map((loss) => use(loss, loss.basket));
  const afterOther = afterOwnKind.map((loss) => use(loss, OTHER[loss.basket]));
  const rest = [...afterOther, ...own].filter((loss) => loss.amount.sign > 0);
  return {
    ...balances,
    steps,
    base: left.gains.plus(left.income),
    carried: rest.filter((loss) => loss.year > year - CARRY_YEARS),
    expired: rest.filter((loss) => loss.year <= year - CARRY_YEARS),
  };
}

/**
 * Compensates every year up to the last of `years` (ascending, none left out). `brought` are losses told by a person: each may
 * be used from the year after its own.
 */
export function compensateYears(years: readonly YearBalances[], brought: readonly CarriedLoss[]): Compensated[] {
  let carried: readonly CarriedLoss[] = [];
  const first = years[0]?.year ?? 0;
  return years.map((balances) => {
    const news = brought.filter((loss) =>
      balances.year === first ? loss.year < first : loss.year === balances.year - 1,
    );
    const done = compensate(
      balances,
      [...carried, ...news].toSorted((a, b) => a.year - b.year),
    );
    carried = done.carried;
    return done;
  });
}

function limitOf(balance: Decimal, year: number): Decimal {
  return balance.times(Decimal.of(crossLimitPercent(year))).dividedBy(HUNDRED, 2, 'half-up');
}

function positive(balance: Decimal): Decimal {
  return balance.sign > 0 ? balance : Decimal.zero;
}

function least(a: Decimal, b: Decimal): Decimal {
  return a.compare(b) < 0 ? a : b;
}
