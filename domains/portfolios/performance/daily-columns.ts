/**
 * Daily columns of a book: value, money in and money out of each day of a period, in base currency. Floats: what is
 * computed from them are returns and risk, never money. A day whose price or rate is missing is NaN, never zero.
 */
import { epochDay, type LocalDate } from '#kernel';
import { type Book, tracksCash } from '../book.ts';
import { type ColumnMarket, columnFlows, columnValues } from '../engine/column-values.ts';
import type { TypedBook } from '../engine/typed-book.ts';
import { type CloseColumn, rateReader, seriesColumns, type ValueColumns } from '../value-series.ts';
import type { DatedFlow } from './money-weighted.ts';
import type { DailyColumns } from './time-weighted.ts';

export interface BookColumns extends DailyColumns {
  /** Days on which some holding is valued at the price of its last own operation, for want of a market price. */
  readonly estimatedDayCount: number;
  /** Money put in so far less money taken out, at the end of each day; NaN where a rate of some flow is missing. */
  readonly invested: Float64Array;
}

/** Columns from the first to the last day of a period, both included. */
export function dailyColumns(
  book: Book,
  period: {
    readonly from: LocalDate;
    readonly to: LocalDate;
    readonly closesOf: ReadonlyMap<string, CloseColumn>;
  },
): BookColumns {
  const firstDay = epochDay(period.from);
  const dayCount = Math.max(0, epochDay(period.to) - firstDay + 1);
  // One day more in front: its value is what the period starts with.
  const days = Array.from({ length: dayCount + 1 }, (_unused, index) => firstDay - 1 + index);
  const flows = { inflows: new Float64Array(dayCount), outflows: new Float64Array(dayCount) };
  addFlows(book, { ...flows, firstDay });
  return joinedColumns(firstDay, seriesColumns(book, days, period.closesOf), flows);
}

/** The same from typed columns, to the last digit; `dayCount` days from `firstDay` on. */
export function typedDailyColumns(
  book: TypedBook,
  market: ColumnMarket,
  { firstDay, dayCount }: { readonly firstDay: number; readonly dayCount: number },
): BookColumns {
  const series = columnValues(book, market, { firstDay: firstDay - 1, stepDays: 1, count: dayCount + 1 });
  return joinedColumns(firstDay, series, columnFlows(book, market, { firstDay, dayCount }));
}

/** `series` has one day more in front; a day with anything unknown is NaN. */
function joinedColumns(
  firstDay: number,
  { values, unknownCounts, estimates, invested }: ValueColumns,
  flows: { readonly inflows: Float64Array; readonly outflows: Float64Array },
): BookColumns {
  const known = values.map((value, index) => (unknownCounts[index] === 0 ? value : Number.NaN));
  const estimatedDayCount = estimates.reduce((count, estimated) => count + (estimated === 0 ? 0 : 1), 0);
  return {
    firstDay,
    openingValue: known[0] ?? 0,
    values: known.slice(1),
    ...flows,
    estimatedDayCount,
    invested: invested.slice(1),
  };
}

/** The same columns in another currency; `rateAt` is its units per one of theirs, NaN where it is unknown. */
export function convertedColumns(columns: BookColumns, rateAt: (day: number) => number): BookColumns {
  const { firstDay, openingValue, values, inflows, outflows, estimatedDayCount, invested } = columns;
  // Nothing is nothing in every currency, whatever the rate.
  const convert = (figure: number, day: number): number => (figure === 0 ? 0 : figure * rateAt(day));
  const column = (figures: Float64Array): Float64Array =>
    figures.map((figure, index) => convert(figure, firstDay + index));
  return {
    firstDay,
    openingValue: convert(openingValue, firstDay - 1),
    values: column(values),
    inflows: column(inflows),
    outflows: column(outflows),
    estimatedDayCount,
    // Each flow has the rate of its own day, which a running sum no longer knows.
    invested: invested.map(() => Number.NaN),
  };
}

/** What an investor paid and got: the opening value paid the day before, flows as they came, the end value got. */
export function datedFlows({ firstDay, openingValue, values, inflows, outflows }: DailyColumns): DatedFlow[] {
  const end = values.at(-1) ?? openingValue;
  const flows: DatedFlow[] = [{ day: firstDay - 1, flow: -openingValue }];
  for (const [index, inflow] of inflows.entries()) {
    const flow = (outflows[index] ?? 0) - inflow;
    if (flow !== 0) flows.push({ day: firstDay + index, flow });
  }
  flows.push({ day: firstDay + values.length - 1, flow: end });
  return flows;
}

/** Money in and out of one day, both positive; NaN where a rate is missing. */
export function flowsOfDay(book: Book, day: number): { readonly inflow: number; readonly outflow: number } {
  const [inflows, outflows] = [new Float64Array(1), new Float64Array(1)];
  addFlows(book, { firstDay: day, inflows, outflows });
  return { inflow: inflows[0] ?? 0, outflow: outflows[0] ?? 0 };
}

interface FlowColumns {
  readonly firstDay: number;
  readonly inflows: Float64Array;
  readonly outflows: Float64Array;
}

function addFlows(book: Book, columns: FlowColumns): void {
  const rates = rateReader(book);
  for (const account of book.accounts.values()) {
    const keepsCash = tracksCash(account);
    for (const [currency, { byDay }] of account.cash) {
      for (const [day, moves] of byDay) {
        const inflow = keepsCash ? moves.inWhenKept : moves.inWhenNot;
        const outflow = keepsCash ? moves.outWhenKept : moves.outWhenNot;
        if (inflow === 0 && outflow === 0) continue;
        const rate = rates(currency, day) ?? Number.NaN;
        addAt(columns.inflows, day - columns.firstDay, inflow * rate);
        addAt(columns.outflows, day - columns.firstDay, outflow * rate);
      }
    }
  }
  for (const position of book.positions.values()) {
    for (const [day, cost] of position.leftByDay) addAt(columns.outflows, day - columns.firstDay, cost);
  }
}

function addAt(column: Float64Array, index: number, delta: number): void {
  if (index >= 0 && index < column.length) column[index] = (column[index] ?? 0) + delta;
}
