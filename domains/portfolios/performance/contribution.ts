/**
 * Contribution: the profit of a period taken apart by holding, with the cash of each currency as a row of its own. Units: exact,
 * in the valuation's currency; null is unknown. Method: a row's profit is what it is worth less what was put into it, at the end
 * less the same at the start, so the rows add up to the profit of the period without a remainder (property-tested).
 */
import { Decimal } from '#kernel';
import { type Book, tracksCash } from '../book.ts';
import { PartialSum } from '../partial-sum.ts';
import type { Valuation } from '../valuation.ts';

/** What one row is at the end of a day: its worth, and the money put in less taken out since the beginning. */
export interface RowState {
  readonly value: Decimal | null;
  readonly invested: Decimal | null;
  readonly income: Decimal | null;
}

export interface PeriodEdge {
  readonly holdings: ReadonlyMap<string, RowState>;
  /** By currency: the balances, and the income, fees and taxes of accounts that name no instrument. */
  readonly cash: ReadonlyMap<string, RowState>;
  readonly profit: Decimal | null;
  readonly value: Decimal | null;
}

export interface Contribution {
  /** Exactly one of the two says what the row is. */
  readonly instrumentId: string | null;
  readonly cashCurrency: string | null;
  readonly openingValue: Decimal | null;
  readonly endValue: Decimal | null;
  readonly netInvested: Decimal | null;
  readonly income: Decimal | null;
  readonly profit: Decimal | null;
}

/** Before the first operation there is nothing. */
export const NOTHING_YET: PeriodEdge = {
  holdings: new Map(),
  cash: new Map(),
  profit: Decimal.zero,
  value: Decimal.zero,
};
const NOTHING: RowState = { value: Decimal.zero, invested: Decimal.zero, income: Decimal.zero };

/** What contributions need to know of a valued book. `currencyOf` names the currency of an account. */
export function edgeOf(book: Book, valuation: Valuation, currencyOf: (accountId: string) => string): PeriodEdge {
  const holdings = valuation.holdings.map(({ instrumentId, value, income, positions }): [string, RowState] => {
    const invested = new PartialSum();
    for (const { figures } of positions) invested.addSum(figures.invested);
    return [instrumentId, { value, invested: invested.total, income }];
  });
  const { profit, value } = valuation.totals;
  return { holdings: new Map(holdings), cash: cashStates(book, valuation, currencyOf), profit, value };
}

function cashStates(
  book: Book,
  valuation: Valuation,
  currencyOf: (accountId: string) => string,
): Map<string, RowState> {
  const sums = new Map<string, { value: PartialSum; invested: PartialSum; income: PartialSum }>();
  const sumOf = (currency: string) => {
    const known = sums.get(currency) ?? {
      value: new PartialSum(),
      invested: new PartialSum(),
      income: new PartialSum(),
    };
    sums.set(currency, known);
    return known;
  };
  for (const balance of valuation.cash) sumOf(balance.currency).value.add(balance.value);
  for (const account of book.accounts.values()) {
    if (tracksCash(account)) {
      for (const [currency, column] of account.cash) sumOf(currency).invested.addSum(column.settledBase);
    }
    // Interest is in the balance without having been put in; charges were put in and are gone.
    const own = sumOf(currencyOf(account.accountId));
    own.invested.add(minus(sumTotal(account.fees, account.taxes), account.income.total));
    own.income.addSum(account.income);
  }
  return new Map(
    [...sums].map(([currency, { value, invested, income }]) => [
      currency,
      { value: value.total, invested: invested.total, income: income.total },
    ]),
  );
}

/** The rows of a period, those in which nothing happened left out. */
export function contributionsOf(start: PeriodEdge, end: PeriodEdge): readonly Contribution[] {
  const rows = [
    ...rowsOf(start.holdings, end.holdings).map(([instrumentId, row]) => ({
      instrumentId,
      cashCurrency: null,
      ...row,
    })),
    ...rowsOf(start.cash, end.cash).map(([cashCurrency, row]) => ({ instrumentId: null, cashCurrency, ...row })),
  ];
  return rows.filter((row) =>
    [row.openingValue, row.endValue, row.netInvested, row.income, row.profit].some((figure) => !figure?.isZero),
  );
}

/** Sum of figures, or null while any is unknown. */
export function totalOf(figures: readonly (Decimal | null)[]): Decimal | null {
  const sum = new PartialSum();
  for (const figure of figures) sum.add(figure);
  return sum.total;
}

/** `part` against the size of `whole`, so that a gain is positive within a loss too; null when unknown or the whole is zero. */
export function shareOf(part: Decimal | null, whole: Decimal | null): number | null {
  if (!part || !whole || whole.isZero) return null;
  return part.toStatistic() / whole.absolute().toStatistic();
}

function rowsOf(start: ReadonlyMap<string, RowState>, end: ReadonlyMap<string, RowState>) {
  const keys = [...new Set([...end.keys(), ...start.keys()])];
  return keys.map((key) => {
    const [before, after] = [start.get(key) ?? NOTHING, end.get(key) ?? NOTHING];
    const row = {
      openingValue: before.value,
      endValue: after.value,
      netInvested: minus(after.invested, before.invested),
      income: minus(after.income, before.income),
      profit: minus(minus(after.value, after.invested), minus(before.value, before.invested)),
    };
    return [key, row] as const;
  });
}

function sumTotal(left: PartialSum, right: PartialSum): Decimal | null {
  return totalOf([left.total, right.total]);
}

function minus(left: Decimal | null, right: Decimal | null): Decimal | null {
  return left && right && left.minus(right);
}
