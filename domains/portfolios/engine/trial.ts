/**
 * Trial: the engine and the plain way of computing the same, side by side on one made-up history, for the bench. Everything is
 * made from its size alone (a linear congruential generator), so two runs compute the same figures.
 */
import { addDays, assert, Decimal, epochDay, type LocalDate, localDate } from '#kernel';
import { type Book, buildBook } from '../book.ts';
import { FxTable, type FxRate } from '../fx-table.ts';
import { dailyColumns } from '../performance/daily-columns.ts';
import { performanceOf } from '../performance/performance.ts';
import type { BookEvent } from '../posting.ts';
import type { CloseColumn } from '../value-series.ts';
import { type EngineInput, engineInput } from './engine-market.ts';
import { runValuation } from './valuation-task.ts';

export interface TrialSize {
  readonly holdings: number;
  readonly trades: number;
  readonly years: number;
}

export interface ValuationTrial {
  /** Folds the exact ledger. */
  readonly fold: () => Book;
  /** Columns of the book and its market, as the first look at a page makes them. */
  readonly prepare: () => Promise<EngineInput>;
  /** Daily values, returns and risk of the whole history; both give the same. */
  readonly naive: () => number | null;
  readonly engine: () => number | null;
  /** Bytes of the shared columns. */
  readonly sizeBytes: number;
}

const FIRST_DAY = localDate('2016-01-04');
const EURO = 'EUR';

/** Makes a history: trades spread over holdings and days, a fifth of the holdings in dollars. */
export async function openValuationTrial(size: TrialSize): Promise<ValuationTrial> {
  const random = generator(size.trades);
  const dayCount = Math.round(size.years * 365.25);
  const to = addDays(FIRST_DAY, dayCount - 1);
  const closesOf = new Map(
    Array.from({ length: size.holdings }, (_unused, index) => [`H${index}`, closesAt(random, { index, dayCount })]),
  );
  const events = eventsOf(random, { ...size, dayCount }, closesOf);
  const fx = new FxTable(ratesOf(random, dayCount));
  const fold = (): Book => {
    const { book, refused } = buildBook(events, { baseCurrency: EURO, fx });
    assert(refused.length === 0, 'trial: the history holds together');
    return book;
  };
  const book = fold();
  let sequence = 0;
  const prepare = (): Promise<EngineInput> =>
    engineInput({ book, sequence: (sequence += 1) }, { closesOf, from: FIRST_DAY, to });
  const input = await prepare();
  const period = { from: FIRST_DAY, to };
  return {
    fold,
    prepare,
    naive: () => performanceOf(dailyColumns(book, { ...period, closesOf })).twr,
    engine: () => {
      const task = { kind: 'performance', ...input, currency: EURO, period, live: null, benchmark: null } as const;
      return runValuation(task).twr.value;
    },
    sizeBytes: sizeOf(input),
  };
}

function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function currencyOf(index: number): string {
  return index % 5 === 4 ? 'USD' : EURO;
}

function closesAt(random: () => number, { index, dayCount }: { index: number; dayCount: number }): CloseColumn {
  let close = 20 + random() * 200;
  const days = Array.from({ length: dayCount }, (_unused, day) => epochDay(FIRST_DAY) + day).filter(isWeekday);
  const closes = days.map(() => (close *= 1 + (random() - 0.495) * 0.03));
  return { currency: currencyOf(index), days, closes };
}

function isWeekday(day: number): boolean {
  return day % 7 !== 2 && day % 7 !== 3; // 1970-01-01 was a Thursday.
}

function eventsOf(
  random: () => number,
  { holdings, trades, dayCount }: TrialSize & { readonly dayCount: number },
  closesOf: ReadonlyMap<string, CloseColumn>,
): BookEvent[] {
  return Array.from({ length: trades }, (_unused, sequence) => {
    const index = sequence % holdings;
    // Two purchases of ten for each sale of fifteen or less: never sold out, lots split on every sale.
    const isSale = Math.floor(sequence / holdings) % 3 === 2;
    const quantity = Decimal.of(BigInt(isSale ? 5 + Math.floor(random() * 10) : 10), 0);
    const day = Math.floor((sequence * (dayCount - 1)) / trades);
    const { closes = [] } = closesOf.get(`H${index}`) ?? {};
    const price = Decimal.of(BigInt(Math.round((closes[Math.floor((day * 5) / 7)] ?? 100) * 100)), 2);
    return tradeOf({ sequence, index, isSale, date: addDays(FIRST_DAY, day), quantity, price });
  });
}

interface Trade {
  readonly sequence: number;
  readonly index: number;
  readonly isSale: boolean;
  readonly date: LocalDate;
  readonly quantity: Decimal;
  readonly price: Decimal;
}

function tradeOf({ sequence, index, isSale, date, quantity, price }: Trade): BookEvent {
  return {
    id: `t${sequence}`,
    sequence,
    accountId: 'one',
    accountCurrency: EURO,
    type: isSale ? 'sell' : 'buy',
    date,
    instrumentId: `H${index}`,
    toInstrumentId: null,
    quantity,
    toQuantity: null,
    splitRatio: null,
    price,
    currency: currencyOf(index),
    amount: quantity.times(price),
    fee: Decimal.of(95n, 2),
    tax: Decimal.zero,
    fx: null,
    lots: null,
  };
}

function ratesOf(random: () => number, dayCount: number): FxRate[] {
  return Array.from({ length: dayCount }, (_unused, day) => day)
    .filter((day) => isWeekday(epochDay(FIRST_DAY) + day))
    .map((day) => ({
      from: EURO,
      to: 'USD',
      date: addDays(FIRST_DAY, day),
      rate: Decimal.of(BigInt(10_500 + Math.floor(random() * 1_000)), 4),
    }));
}

function sizeOf({ book, market }: EngineInput): number {
  const columns = [book.stepDays, book.quantities, book.tradeDays, book.tradeCloses, book.cash.days, book.cash.settled];
  const flows = [book.cash.flows, book.cash.inflows, book.cash.outflows];
  const rows = [...market.closes, ...market.rates.values()].flatMap((row) => (row ? [row.figures] : []));
  return [...columns, ...flows, ...rows].reduce((total, column) => total + column.byteLength, 0);
}
