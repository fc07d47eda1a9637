/**
 * Typed book: what a book leaves for daily values, as typed columns over shared memory, so that a worker thread reads them
 * without a copy and the book may move on meanwhile. Units: epoch days, floats of each column's own currency; statistics
 * only, money stays in the book. Method: positions one after another in the book's order, each with its slice of one long
 * column (`starts[i]` to `starts[i + 1]`), and so the cash columns of each account. The order is part of the result: sums of
 * floats are the same to the last digit only when they are added in the same order.
 */
import type { Book } from '../book.ts';
import { tracksCash } from '../book.ts';
import { sharedFloats, sharedInts } from './shared-columns.ts';

export interface TypedBook {
  readonly baseCurrency: string;
  readonly isEmpty: boolean;
  readonly instrumentIds: readonly string[];
  /** By position: place of its instrument in `instrumentIds`, and the currency of its own trades. */
  readonly instruments: Int32Array;
  readonly tradeCurrencies: readonly string[];
  readonly stepStarts: Int32Array;
  readonly stepDays: Int32Array;
  readonly quantities: Float64Array;
  readonly tradeStarts: Int32Array;
  readonly tradeDays: Int32Array;
  readonly tradeCloses: Float64Array;
  /** Units that left at their cost. */
  readonly leftStarts: Int32Array;
  readonly leftDays: Int32Array;
  readonly leftCosts: Float64Array;
  /** What each day put into a position and took out of it, both positive, in base currency. */
  readonly moneyStarts: Int32Array;
  readonly moneyDays: Int32Array;
  readonly moneyIn: Float64Array;
  readonly moneyOut: Float64Array;
  readonly cash: CashColumns;
  /** First and last day that anything of the book is dated; null for an empty one. */
  readonly dayRange: readonly [first: number, last: number] | null;
}

/** One column for each currency of each account, days ascending. */
export interface CashColumns {
  readonly currencies: readonly string[];
  /** 1 when the account keeps its cash. */
  readonly keeps: Int32Array;
  readonly starts: Int32Array;
  readonly days: Int32Array;
  readonly settled: Float64Array;
  /** External flow of the day, money in positive; and its two sides, both positive. */
  readonly flows: Float64Array;
  readonly inflows: Float64Array;
  readonly outflows: Float64Array;
}

/** Writes a book down as columns: the whole of it, at once, so that nothing can move under the writing. */
export function typedBookOf(book: Book): TypedBook {
  const positions = [...book.positions.values()];
  const places = new Map<string, number>();
  for (const { instrumentId } of positions) if (!places.has(instrumentId)) places.set(instrumentId, places.size);
  const steps = slicesOf(positions.map(({ steps: { days, quantities } }) => ({ days, figures: quantities })));
  const trades = slicesOf(positions.map(({ trades: { days, closes } }) => ({ days, figures: closes })));
  const left = slicesOf(
    positions.map(({ leftByDay }) => ({ days: [...leftByDay.keys()], figures: [...leftByDay.values()] })),
  );
  const moneyIn = slicesOf(positions.map(({ money }) => ({ days: money.days, figures: money.in })));
  const moneyOut = slicesOf(positions.map(({ money }) => ({ days: money.days, figures: money.out })));
  const cash = cashColumnsOf(book);
  return {
    baseCurrency: book.baseCurrency,
    isEmpty: book.eventCount === 0,
    instrumentIds: [...places.keys()],
    instruments: sharedInts(positions.map(({ instrumentId }) => places.get(instrumentId) ?? 0)),
    tradeCurrencies: positions.map((position) => position.trades.currency),
    stepStarts: steps.starts,
    stepDays: steps.days,
    quantities: steps.figures,
    tradeStarts: trades.starts,
    tradeDays: trades.days,
    tradeCloses: trades.figures,
    leftStarts: left.starts,
    leftDays: left.days,
    leftCosts: left.figures,
    moneyStarts: moneyIn.starts,
    moneyDays: moneyIn.days,
    moneyIn: moneyIn.figures,
    moneyOut: moneyOut.figures,
    cash,
    dayRange: rangeOf([steps.days, trades.days, left.days, cash.days]),
  };
}

interface Slice {
  readonly days: readonly number[];
  readonly figures: readonly number[];
}

function slicesOf(slices: readonly Slice[]) {
  const starts = startsOf(slices.map(({ days }) => days.length));
  const days = sharedInts(starts.at(-1) ?? 0);
  const figures = sharedFloats(starts.at(-1) ?? 0);
  for (const [index, slice] of slices.entries()) {
    days.set(slice.days, starts[index]);
    figures.set(slice.figures, starts[index]);
  }
  return { starts, days, figures };
}

function startsOf(lengths: readonly number[]): Int32Array {
  const starts = sharedInts(lengths.length + 1);
  let end = 0;
  for (const [index, length] of lengths.entries()) {
    end += length;
    starts[index + 1] = end;
  }
  return starts;
}

function cashColumnsOf(book: Book): CashColumns {
  const columns = [...book.accounts.values()].flatMap((account) =>
    [...account.cash].map(([currency, { byDay }]) => ({ currency, byDay, keepsCash: tracksCash(account) })),
  );
  const starts = startsOf(columns.map(({ byDay }) => byDay.size));
  const size = starts.at(-1) ?? 0;
  const cash = {
    currencies: columns.map(({ currency }) => currency),
    keeps: sharedInts(columns.map(({ keepsCash }) => (keepsCash ? 1 : 0))),
    starts,
    days: sharedInts(size),
    settled: sharedFloats(size),
    flows: sharedFloats(size),
    inflows: sharedFloats(size),
    outflows: sharedFloats(size),
  };
  let place = 0;
  for (const { byDay, keepsCash } of columns) {
    for (const day of Int32Array.from(byDay.keys()).sort()) {
      const moves = byDay.get(day);
      if (!moves) continue;
      cash.days[place] = day;
      cash.settled[place] = moves.settled;
      cash.flows[place] = moves.crossed - (keepsCash ? 0 : moves.settled);
      cash.inflows[place] = keepsCash ? moves.inWhenKept : moves.inWhenNot;
      cash.outflows[place] = keepsCash ? moves.outWhenKept : moves.outWhenNot;
      place += 1;
    }
  }
  return cash;
}

function rangeOf(columns: readonly Int32Array[]): readonly [number, number] | null {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const column of columns) {
    for (const day of column) {
      if (day < first) first = day;
      if (day > last) last = day;
    }
  }
  return first > last ? null : [first, last];
}
