/**
 * Values of a book by day from its columns: the same figures as `value-series.ts` gives from the book itself, to the last
 * digit (property-tested), in one pass over typed columns. Units: floats in base currency; statistics only. Method: units
 * change only at steps, so each holding is a run of segments in which value = units x close x rate; every sum is added in the
 * order of the book.
 */
import type { ValueColumns } from '../value-series.ts';
import type { TypedBook } from './typed-book.ts';
import type { CloseRow, DayColumn } from './market-columns.ts';

/** Evenly spaced days: `count` of them from `firstDay`, `stepDays` apart. */
export interface SampledDays {
  readonly firstDay: number;
  readonly stepDays: number;
  readonly count: number;
}

export interface ColumnMarket {
  /** By place in `instrumentIds`; null without any close. */
  readonly closes: readonly (CloseRow | null)[];
  /** Into the book's currency, by currency; its own needs none. */
  readonly rates: ReadonlyMap<string, DayColumn>;
}

/** The values of one position alone. */
export function positionValues(
  book: TypedBook,
  position: number,
  { market, days }: { readonly market: ColumnMarket; readonly days: SampledDays },
): ValueColumns {
  const columns = emptyColumns(days.count);
  addPosition(book, position, { days, columns, market });
  return columns;
}

/** Values of the days; all of them, and all days of the book until then, must be inside the market's columns. */
export function columnValues(book: TypedBook, market: ColumnMarket, days: SampledDays): ValueColumns {
  const columns = emptyColumns(days.count);
  for (let position = 0; position < book.instruments.length; position += 1) {
    takeLeft(book, position, { days, columns });
    addPosition(book, position, { days, columns, market });
  }
  for (let column = 0; column < book.cash.currencies.length; column += 1)
    addCash(book, column, { days, columns, market });
  return columns;
}

function emptyColumns(count: number): ValueColumns {
  return {
    values: new Float64Array(count),
    knownCounts: new Int32Array(count),
    unknownCounts: new Int32Array(count),
    estimates: new Int32Array(count),
    invested: new Float64Array(count),
  };
}

/** Money in and out of each day of a range, NaN where a rate is missing. */
export function columnFlows(
  book: TypedBook,
  market: ColumnMarket,
  { firstDay, dayCount }: { readonly firstDay: number; readonly dayCount: number },
): { readonly inflows: Float64Array; readonly outflows: Float64Array } {
  const inflows = new Float64Array(dayCount);
  const outflows = new Float64Array(dayCount);
  const { cash } = book;
  for (let column = 0; column < cash.currencies.length; column += 1) {
    const rates = ratesOf(book, market, cash.currencies[column] ?? '');
    for (let move = cash.starts[column] ?? 0; move < (cash.starts[column + 1] ?? 0); move += 1) {
      const day = cash.days[move] ?? 0;
      const [inflow, outflow] = [cash.inflows[move] ?? 0, cash.outflows[move] ?? 0];
      if ((inflow === 0 && outflow === 0) || day < firstDay || day >= firstDay + dayCount) continue;
      const rate = rateAt(rates, day);
      inflows[day - firstDay] = (inflows[day - firstDay] ?? 0) + inflow * rate;
      outflows[day - firstDay] = (outflows[day - firstDay] ?? 0) + outflow * rate;
    }
  }
  for (const [index, day] of book.leftDays.entries()) {
    if (day < firstDay || day >= firstDay + dayCount) continue;
    outflows[day - firstDay] = (outflows[day - firstDay] ?? 0) + (book.leftCosts[index] ?? 0);
  }
  return { inflows, outflows };
}

interface Sampling {
  readonly days: SampledDays;
  readonly columns: ValueColumns;
}

/** Index of the first sampled day on or after a day, at most `count`. */
function indexFrom({ firstDay, stepDays, count }: SampledDays, day: number): number {
  return Math.min(count, Math.max(0, Math.ceil((day - firstDay) / stepDays)));
}

function takeLeft(book: TypedBook, position: number, { days, columns: { invested } }: Sampling): void {
  for (let left = book.leftStarts[position] ?? 0; left < (book.leftStarts[position + 1] ?? 0); left += 1) {
    const cost = book.leftCosts[left] ?? 0;
    const from = indexFrom(days, book.leftDays[left] ?? 0);
    for (let index = from; index < days.count; index += 1) invested[index] = (invested[index] ?? 0) + -cost;
  }
}

/** Null is the book's own currency, whose rate is one. */
type Rates = DayColumn | null;
const NOWHERE: DayColumn = { firstDay: 0, figures: new Float64Array(0) };

function ratesOf({ baseCurrency }: TypedBook, { rates }: ColumnMarket, currency: string): Rates {
  return currency === baseCurrency ? null : (rates.get(currency) ?? NOWHERE);
}

function rateAt(rates: Rates, day: number): number {
  return rates === null ? 1 : (rates.figures[day - rates.firstDay] ?? Number.NaN);
}

function addPosition(
  book: TypedBook,
  position: number,
  { days, columns, market }: Sampling & { readonly market: ColumnMarket },
): void {
  const closes = market.closes[book.instruments[position] ?? 0] ?? null;
  const rates = closes && ratesOf(book, market, closes.currency);
  const [first, end] = [book.stepStarts[position] ?? 0, book.stepStarts[position + 1] ?? 0];
  for (let step = first; step < end; step += 1) {
    const quantity = book.quantities[step] ?? 0;
    if (quantity === 0) continue;
    const from = indexFrom(days, book.stepDays[step] ?? 0);
    const until = step + 1 < end ? indexFrom(days, book.stepDays[step + 1] ?? 0) : days.count;
    if (from >= until) continue;
    // Closes are carried forward, so they begin once: before that day the position's own trades stand in.
    const priced = closes ? firstPriced(closes, days, { from, until }) : until;
    if (priced > from) addAtTrades(book, { position, quantity, from, until: priced }, { days, columns, market });
    if (closes) addAtCloses(closes, rates, { quantity, from: priced, until, days, columns });
  }
}

interface Segment {
  readonly from: number;
  readonly until: number;
}

function firstPriced(closes: CloseRow, days: SampledDays, { from, until }: Segment): number {
  let index = from;
  while (index < until && Number.isNaN(closeAt(closes, days.firstDay + index * days.stepDays))) index += 1;
  return index;
}

function closeAt(closes: CloseRow, day: number): number {
  return closes.figures[day - closes.firstDay] ?? Number.NaN;
}

/** The inner loop of the engine: everything it reads is a typed column. */
function addAtCloses(
  closes: CloseRow,
  rates: Rates,
  segment: Segment & Sampling & { readonly quantity: number },
): void {
  const { quantity, from, until, days, columns } = segment;
  const { values, knownCounts, unknownCounts } = columns;
  const { stepDays } = days;
  const { figures } = closes;
  let close = days.firstDay + from * stepDays - closes.firstDay;
  if (rates === null) {
    for (let index = from; index < until; index += 1, close += stepDays) {
      values[index] = (values[index] ?? 0) + quantity * (figures[close] ?? Number.NaN);
      knownCounts[index] = (knownCounts[index] ?? 0) + 1;
    }
    return;
  }
  for (let index = from; index < until; index += 1, close += stepDays) {
    const rate = rates.figures[close + closes.firstDay - rates.firstDay] ?? Number.NaN;
    if (Number.isNaN(rate)) {
      unknownCounts[index] = (unknownCounts[index] ?? 0) + 1;
      continue;
    }
    values[index] = (values[index] ?? 0) + quantity * (figures[close] ?? Number.NaN) * rate;
    knownCounts[index] = (knownCounts[index] ?? 0) + 1;
  }
}

function addAtTrades(
  book: TypedBook,
  segment: Segment & { readonly position: number; readonly quantity: number },
  { days, columns, market }: Sampling & { readonly market: ColumnMarket },
): void {
  const { position, quantity, from, until } = segment;
  const { values, knownCounts, unknownCounts, estimates } = columns;
  const rates = ratesOf(book, market, book.tradeCurrencies[position] ?? '');
  const [first, end] = [book.tradeStarts[position] ?? 0, book.tradeStarts[position + 1] ?? 0];
  let next = firstAfter(book.tradeDays, { first, end, day: days.firstDay + from * days.stepDays });
  for (let index = from; index < until; index += 1) {
    const day = days.firstDay + index * days.stepDays;
    while (next < end && (book.tradeDays[next] ?? 0) <= day) next += 1;
    const rate = rateAt(rates, day);
    if (next === first || Number.isNaN(rate)) {
      unknownCounts[index] = (unknownCounts[index] ?? 0) + 1;
      continue;
    }
    values[index] = (values[index] ?? 0) + quantity * (book.tradeCloses[next - 1] ?? Number.NaN) * rate;
    knownCounts[index] = (knownCounts[index] ?? 0) + 1;
    estimates[index] = (estimates[index] ?? 0) + 1;
  }
}

/** Index of the first of a slice of ascending days that is later than `day`. */
function firstAfter(
  column: Int32Array,
  { first, end, day }: { readonly first: number; readonly end: number; readonly day: number },
): number {
  let [low, high] = [first, end];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((column[middle] ?? 0) <= day) low = middle + 1;
    else high = middle;
  }
  return low;
}

function addCash(
  book: TypedBook,
  column: number,
  { days, columns, market }: Sampling & { readonly market: ColumnMarket },
): void {
  const { cash } = book;
  const { values, knownCounts, unknownCounts, invested } = columns;
  const rates = ratesOf(book, market, cash.currencies[column] ?? '');
  const isKept = cash.keeps[column] === 1;
  const end = cash.starts[column + 1] ?? 0;
  let move = cash.starts[column] ?? 0;
  let [settled, flowed] = [0, 0];
  for (let index = 0; index < days.count; index += 1) {
    const day = days.firstDay + index * days.stepDays;
    for (; move < end && (cash.days[move] ?? 0) <= day; move += 1) {
      settled += cash.settled[move] ?? 0;
      const flow = cash.flows[move] ?? 0;
      if (flow !== 0) flowed += flow * rateAt(rates, cash.days[move] ?? 0);
    }
    invested[index] = (invested[index] ?? 0) + flowed;
    if (!isKept || settled === 0) continue;
    const rate = rateAt(rates, day);
    if (Number.isNaN(rate)) unknownCounts[index] = (unknownCounts[index] ?? 0) + 1;
    else {
      values[index] = (values[index] ?? 0) + settled * rate;
      knownCounts[index] = (knownCounts[index] ?? 0) + 1;
    }
  }
}
