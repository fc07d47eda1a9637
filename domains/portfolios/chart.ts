/** What the chart and the cash list of a portfolio show: daily closes joined to the book, and balances with their account. */
import { dateInZone, epochDay, type LocalDate } from '#kernel';
import { type DailyPrice, pricesBetween } from '#markets';
import type { FiguresSource, ValuedPortfolio } from './figures.ts';
import { textOf } from './figures.ts';
import { readTradePrices } from './operation.store.ts';
import type { Account, Portfolio } from './portfolio.store.ts';
import { type CloseColumn, rangeStart, type SeriesRange, type ValuePoint, valueSeries } from './value-series.ts';

/** The value series of a portfolio over a range that ends today. */
export async function chartOf(
  source: FiguresSource,
  portfolio: Portfolio,
  range: SeriesRange,
): Promise<{ currency: string; points: ValuePoint[] }> {
  const { queryable, shelf, clock, timeZone } = source;
  const to = dateInZone(clock(), timeZone);
  const shelved = await shelf.bookOf(queryable, portfolio);
  const from = rangeStart(range, to, shelved.firstDate);
  const held = [...new Set([...shelved.book.positions.values()].map((position) => position.instrumentId))];
  const scope = { workspaceId: portfolio.workspaceId, instrumentIds: held, from, to };
  const [daily, trades] = await Promise.all([
    pricesBetween(queryable, scope),
    readTradePrices(queryable, portfolio.id),
  ]);
  const closesOf = new Map([...daily].map(([id, prices]) => [id, closeColumn(prices)]));
  const currencies = [...closesOf.values()].map((column) => column.currency).filter((currency) => currency !== '');
  const { book } = await shelf.requireCurrencies(queryable, portfolio, currencies);
  const tradesOf = tradeColumns(trades);
  return { currency: portfolio.baseCurrency, points: valueSeries(book, { from, to, closesOf, tradesOf }) };
}

/** Closes as a column. A close in another currency than the newest one is left out rather than misread. */
function closeColumn(prices: readonly DailyPrice[]): CloseColumn {
  const currency = prices.at(-1)?.currency ?? '';
  const fitting = prices.filter((price) => price.currency === currency);
  return {
    currency,
    days: fitting.map((price) => epochDay(price.on)),
    closes: fitting.map((price) => price.price.toStatistic()),
  };
}

function tradeColumns(
  trades: readonly { instrument_id: string; on_date: LocalDate; currency: string; price: string }[],
): Map<string, CloseColumn> {
  const groups = Map.groupBy(trades, (trade) => trade.instrument_id);
  const columns = new Map<string, CloseColumn>();
  for (const [instrumentId, group] of groups) {
    const currency = group.at(-1)?.currency ?? '';
    const fitting = group.filter((trade) => trade.currency === currency);
    const days = fitting.map((trade) => epochDay(trade.on_date));
    columns.set(instrumentId, { currency, days, closes: fitting.map((trade) => Number(trade.price)) });
  }
  return columns;
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
