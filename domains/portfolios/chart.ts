/**
 * What the chart and the cash list of a portfolio show: daily closes joined to the book, ending at the value of now, and
 * balances with their account.
 */
import type { Decimal } from '#kernel';
import { type FiguresSource, textOf, type ValuedPortfolio, valuePortfolio } from './figures.ts';
import type { Account, Portfolio } from './portfolio.store.ts';
import { engineInput } from './engine/engine-market.ts';
import { rangeStart, sampledDays, type SeriesRange, type ValuePoint } from './value-series.ts';

/** The value series of a portfolio over a range that ends today. */
export async function chartOf(
  source: FiguresSource,
  portfolio: Portfolio,
  { range, pointsMax }: { readonly range: SeriesRange; readonly pointsMax?: number },
): Promise<{ currency: string; points: ValuePoint[] }> {
  const { queryable, shelf, closes } = source;
  const { shelved, today: to, valuation } = await valuePortfolio(source, portfolio);
  const from = rangeStart(range, to, shelved.firstDate);
  const held = [...new Set([...shelved.book.positions.values()].map((position) => position.instrumentId))];
  const { workspaceId } = portfolio;
  // Always from the first operation: one column serves every range of the chart.
  const since = shelved.firstDate ?? from;
  const closesOf = await closes.read(queryable, { workspaceId, instrumentIds: held, from: since, to });
  const currencies = [...closesOf.values()].map((column) => column.currency).filter((currency) => currency !== '');
  const ready = await shelf.requireCurrencies(queryable, portfolio, currencies);
  const input = await engineInput(ready, { closesOf, from: since, to });
  const points = await source.valuations.compute({ kind: 'series', ...input, days: sampledDays(from, to, pointsMax) });
  return { currency: portfolio.baseCurrency, points: endingAt(points, valuation.totals.value) };
}

/** The last day has no close yet: it shows the very value that stands above the chart, when that is known. */
function endingAt(points: ValuePoint[], value: Decimal | null): ValuePoint[] {
  const last = points.at(-1);
  if (!last || !value) return points;
  return [...points.slice(0, -1), { ...last, value: value.toStatistic(), isPartial: false, isEstimated: false }];
}

/** Cash balances that are not zero, with the name of their account. */
export function cashOf({ valuation }: ValuedPortfolio, accounts: readonly Account[]) {
  const names = new Map(accounts.map((account) => [account.id, account.name]));
  return valuation.cash
    .filter((balance) => !balance.amount.isZero)
    .map(({ accountId, currency, amount, value }) => ({
      accountId,
      accountName: names.get(accountId) ?? '',
      currency,
      amount: amount.toString(),
      value: textOf(value),
    }));
}
