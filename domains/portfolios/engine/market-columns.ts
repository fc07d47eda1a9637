/**
 * Market columns: closes and exchange rates as dense columns by day, each day the last figure known by then, NaN before the
 * first. Together the close columns are the price matrix (instruments x days) that all portfolios of a process share: a row is
 * shared memory, made once for the closes that were read, never written again; fresher closes are another row, so a worker
 * that still reads the old one sees no half of the new. Units: floats in the row's own currency; statistics only.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { dateOfEpochDay } from '#kernel';
import type { FxTable } from '../fx-table.ts';
import type { CloseColumn, RateReader } from '../value-series.ts';
import { sharedFloats } from './shared-columns.ts';

/** One figure a day from `firstDay` on. */
export interface DayColumn {
  readonly firstDay: number;
  readonly figures: Float64Array;
}

export interface CloseRow extends DayColumn {
  readonly currency: string;
}

export interface DayRange {
  readonly firstDay: number;
  readonly lastDay: number;
}

const RATES_PER_TURN_MAX = 500; // A cross rate is an exact division of a few microseconds: the event loop comes back every other millisecond.

const rows = new WeakMap<CloseColumn, CloseRow>();

/** The closes of an instrument as a row of the matrix, the same one for everybody who reads the same closes. */
export function closeRow(closes: CloseColumn, range: DayRange): CloseRow {
  const known = rows.get(closes);
  if (known && covers(known, range)) return known;
  const { firstDay, lastDay } = known ? union(known, range) : range;
  const figures = sharedFloats(lastDay - firstDay + 1).fill(Number.NaN);
  for (const [index, day] of closes.days.entries()) {
    const until = closes.days[index + 1] ?? lastDay + 1;
    const close = closes.closes[index] ?? Number.NaN;
    figures.fill(close, Math.max(0, day - firstDay), Math.max(0, until - firstDay));
  }
  const row = { firstDay, figures, currency: closes.currency };
  rows.set(closes, row);
  return row;
}

const rates = new WeakMap<FxTable, Map<string, Promise<DayColumn>>>();

/** The rate of a currency into another by day, NaN where nothing known reaches it; made once for a table. */
export async function rateColumn(
  fx: FxTable,
  pair: { readonly from: string; readonly to: string },
  range: DayRange,
): Promise<DayColumn> {
  const ofTable = rates.get(fx) ?? new Map<string, Promise<DayColumn>>();
  rates.set(fx, ofTable);
  const key = `${pair.from}/${pair.to}`;
  const known = await ofTable.get(key);
  if (known && covers(known, range)) return known;
  const made = makeRateColumn(fx, pair, known ? union(known, range) : range);
  ofTable.set(key, made);
  made.catch(() => ofTable.delete(key));
  return made;
}

async function makeRateColumn(
  fx: FxTable,
  { from, to }: { readonly from: string; readonly to: string },
  { firstDay, lastDay }: DayRange,
): Promise<DayColumn> {
  const figures = sharedFloats(lastDay - firstDay + 1);
  // Between two published days no rate changes: only those, and the first day, are looked up.
  const published = fx.publishedDays().filter((day) => day > firstDay && day <= lastDay);
  for (const [index, day] of [firstDay, ...published].entries()) {
    const rate = fx.peek(from, to, dateOfEpochDay(day))?.toStatistic() ?? Number.NaN;
    figures.fill(rate, day - firstDay, (published[index] ?? lastDay + 1) - firstDay);
    if (index % RATES_PER_TURN_MAX === RATES_PER_TURN_MAX - 1) await nextTurn();
  }
  return { firstDay, figures };
}

/** Reads rate columns like the book's own table; every asked day must be inside. */
export function columnRates(baseCurrency: string, columns: ReadonlyMap<string, DayColumn>): RateReader {
  return (currency, day) => {
    if (currency === baseCurrency) return 1;
    const column = columns.get(currency);
    const rate = column?.figures[day - column.firstDay] ?? Number.NaN;
    return Number.isNaN(rate) ? null : rate;
  };
}

function covers({ firstDay, figures }: DayColumn, range: DayRange): boolean {
  return firstDay <= range.firstDay && firstDay + figures.length > range.lastDay;
}

function union({ firstDay, figures }: DayColumn, range: DayRange): DayRange {
  return {
    firstDay: Math.min(firstDay, range.firstDay),
    lastDay: Math.max(firstDay + figures.length - 1, range.lastDay),
  };
}
