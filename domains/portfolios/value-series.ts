/**
 * Value series: a book's value day by day, for charts and returns only. Units: floats in base currency; nothing here flows back into money.
 * Method: quantities change only at events and prices only at closes, so each holding is one walk over both columns.
 * Prices are as traded, so a split changes quantity and price on the same day. A holding with no market price yet is
 * valued at the price of its last own operation and marked as estimated; with neither it is left out and marked partial.
 */
import { addDays, dateOfEpochDay, epochDay, type LocalDate } from '#kernel';
import { type Book, tracksCash } from './book.ts';
import type { SampledDays } from './engine/column-values.ts';
import type { Position } from './position.ts';

/** A column of closes, days ascending. */
export interface CloseColumn {
  readonly currency: string;
  readonly days: readonly number[];
  readonly closes: readonly number[];
}

export interface ValuePoint {
  readonly date: LocalDate;
  readonly value: number | null;
  /** Null when a rate of some flow is unknown. */
  readonly invested: number | null;
  readonly isPartial: boolean;
  readonly isEstimated: boolean;
}

const POINTS_MAX = 1_500; // Four years day by day; a longer range is thinned evenly, its last day kept.

/** Columns of sampled days as the points of a chart. */
export function pointsOf({ firstDay, stepDays, count }: SampledDays, columns: ValueColumns): ValuePoint[] {
  return Array.from({ length: count }, (_unused, index) => ({
    date: dateOfEpochDay(firstDay + index * stepDays),
    value: columns.knownCounts[index] === 0 && columns.unknownCounts[index] !== 0 ? null : (columns.values[index] ?? 0),
    invested: Number.isNaN(columns.invested[index]) ? null : (columns.invested[index] ?? 0),
    isPartial: columns.unknownCounts[index] !== 0,
    isEstimated: columns.estimates[index] !== 0,
  }));
}

export interface ValueColumns {
  readonly values: Float64Array;
  /** How many holdings and balances have a value that day, how many have none, how many are estimates. */
  readonly knownCounts: Int32Array;
  readonly unknownCounts: Int32Array;
  readonly estimates: Int32Array;
  readonly invested: Float64Array;
}

/** Values of ascending epoch days as columns, straight from the book: what `engine/column-values.ts` is held against. */
export function seriesColumns(
  book: Book,
  days: readonly number[],
  closesOf: ReadonlyMap<string, CloseColumn>,
): ValueColumns {
  const columns: ValueColumns = {
    values: new Float64Array(days.length),
    knownCounts: new Int32Array(days.length),
    unknownCounts: new Int32Array(days.length),
    estimates: new Int32Array(days.length),
    invested: new Float64Array(days.length),
  };
  const rates = rateReader(book);
  for (const position of book.positions.values()) {
    takeLeft(columns.invested, days, position.leftByDay);
    addHolding(position, closesOf.get(position.instrumentId), { days, columns, rates });
  }
  addCash(book, { days, columns, rates });
  return columns;
}

function addAt(column: Float64Array | Int32Array, index: number, delta: number): void {
  column[index] = (column[index] ?? 0) + delta;
}

export type RateReader = (currency: string, day: number) => number | null;

/** Rates into the book's currency by epoch day, remembered; a missing one is null and not noted as missing. */
export function rateReader(book: Book): RateReader {
  const known = new Map<string, number | null>();
  return (currency, day) => {
    if (currency === book.baseCurrency) return 1;
    const key = `${currency}@${day}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const rate = book.fx.peek(currency, book.baseCurrency, dateOfEpochDay(day))?.toStatistic() ?? null;
    known.set(key, rate);
    return rate;
  };
}

/** Reads a column at ascending days: each answer is the index of the last entry on or before the day, or -1. */
function forwardReader(columnDays: readonly number[]): (day: number) => number {
  let index = -1;
  return (day) => {
    while (index + 1 < columnDays.length && (columnDays[index + 1] ?? Number.POSITIVE_INFINITY) <= day) index += 1;
    return index;
  };
}

/** Adds a holding's value on each day: one walk over its quantities, its closes and its own trades. */
function addHolding(
  position: Position,
  closes: CloseColumn | undefined,
  { days, columns, rates }: SeriesColumns,
): void {
  const { steps, trades } = position;
  const stepAt = forwardReader(steps.days);
  const closeAt = forwardReader(closes?.days ?? []);
  const tradeAt = forwardReader(trades.days);
  for (const [index, day] of days.entries()) {
    const quantity = steps.quantities[stepAt(day)] ?? 0;
    const close = closes?.closes[closeAt(day)];
    const trade = trades.closes[tradeAt(day)];
    if (quantity === 0) continue;
    const currency = close === undefined ? trades.currency : (closes?.currency ?? '');
    const price = close ?? trade;
    const rate = price === undefined ? null : rates(currency, day);
    if (price === undefined || rate === null) {
      addAt(columns.unknownCounts, index, 1);
      continue;
    }
    addAt(columns.values, index, quantity * price * rate);
    addAt(columns.knownCounts, index, 1);
    if (close === undefined) addAt(columns.estimates, index, 1);
  }
}

interface SeriesColumns {
  readonly days: readonly number[];
  readonly rates: RateReader;
  readonly columns: ValueColumns;
}

/** Cash of the accounts that keep it, and what crossed the border of the portfolio until each day. */
function addCash(book: Book, { days, columns, rates }: SeriesColumns): void {
  for (const account of book.accounts.values()) {
    const keepsCash = tracksCash(account);
    for (const [currency, column] of account.cash) {
      const moves = [...column.byDay].toSorted(([a], [b]) => a - b);
      let [next, settled, invested] = [0, 0, 0];
      for (const [index, day] of days.entries()) {
        for (let move = moves[next]; move && move[0] <= day; move = moves[(next += 1)]) {
          const [moveDay, moved] = move;
          settled += moved.settled;
          const flow = moved.crossed - (keepsCash ? 0 : moved.settled);
          if (flow !== 0) invested += flow * (rates(currency, moveDay) ?? Number.NaN);
        }
        addAt(columns.invested, index, invested);
        if (!keepsCash || settled === 0) continue;
        const rate = rates(currency, day);
        if (rate === null) addAt(columns.unknownCounts, index, 1);
        else {
          addAt(columns.values, index, settled * rate);
          addAt(columns.knownCounts, index, 1);
        }
      }
    }
  }
}

/** Units that left at their cost took that much out, from their day on. */
function takeLeft(invested: Float64Array, days: readonly number[], leftByDay: ReadonlyMap<number, number>): void {
  for (const [leftDay, cost] of leftByDay) {
    for (const [index, day] of days.entries()) if (day >= leftDay) addAt(invested, index, -cost);
  }
}

/** The days a chart of a range shows. */
export function sampledDays(from: LocalDate, to: LocalDate, pointsMax = POINTS_MAX): SampledDays {
  const [first, last] = [epochDay(from), epochDay(to)];
  const stepDays = Math.max(1, Math.ceil((last - first + 1) / pointsMax));
  const count = Math.max(0, Math.floor((last - first) / stepDays) + 1);
  return { firstDay: last - (count - 1) * stepDays, stepDays, count };
}

export const SERIES_RANGES = ['1w', '1m', '3m', 'ytd', '1y', 'all'] as const;
export type SeriesRange = (typeof SERIES_RANGES)[number];

/** First day of a range that ends today; never before the first operation. */
export function rangeStart(range: SeriesRange, today: LocalDate, firstDate: LocalDate | null): LocalDate {
  const wanted = wantedStart(range, today);
  if (!firstDate) return today;
  const earliest = firstDate > today ? today : firstDate;
  return wanted < earliest ? earliest : wanted;
}

function wantedStart(range: SeriesRange, today: LocalDate): LocalDate {
  switch (range) {
    case '1w':
      return addDays(today, -7);
    case '1m':
      return addDays(today, -30);
    case '3m':
      return addDays(today, -91);
    case 'ytd':
      return `${today.slice(0, 4)}-01-01` as LocalDate;
    case '1y':
      return addDays(today, -365);
    case 'all':
      return '0001-01-01' as LocalDate;
  }
}
