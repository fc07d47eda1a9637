/**
 * Performance of a stored portfolio over a period: the shelf's book and the daily closes as columns, the last day at the value
 * of now, and the figures of the pure functions with the reason of each that cannot be said.
 */
import { epochDay, ok, refuse } from '#kernel';
import { findInstruments, type Instrument } from '#markets';
import type { Book } from '../book.ts';
import { type FiguresSource, valuePortfolio } from '../figures.ts';
import type { Portfolio } from '../portfolio.store.ts';
import { type CloseColumn, rateReader, type RateReader } from '../value-series.ts';
import { type BenchmarkFigures, benchmarkFigures, benchmarkLevels, steadyValues } from './benchmark.ts';
import { type BookColumns, convertedColumns, dailyColumns, datedFlows } from './daily-columns.ts';
import { type Performance, performanceOf } from './performance.ts';
import { performanceText } from './performance-text.ts';
import { type Period, periodOf, type PeriodWish } from './period.ts';

export interface PerformanceQuery extends PeriodWish {
  readonly currency?: string | undefined;
  readonly benchmark?: string | undefined;
}

export interface MeasuredPortfolio {
  readonly currency: string;
  readonly period: Period;
  readonly isEmpty: boolean;
  readonly columns: BookColumns;
  readonly performance: Performance;
  /** The value by day at the one money-weighted rate; null without exactly one. */
  readonly steady: Float64Array | null;
  /** Days from the first flow to the end: what a money-weighted rate ran over. */
  readonly rateDayCount: number;
  readonly benchmark: { readonly instrument: Instrument; readonly figures: BenchmarkFigures } | null;
}

/** Measures a portfolio. Refuses a period, benchmark or currency that means nothing here. */
export async function readPerformance(source: FiguresSource, portfolio: Portfolio, query: PerformanceQuery) {
  const { queryable, shelf, closes } = source;
  const { workspaceId, baseCurrency } = portfolio;
  const currency = query.currency ?? baseCurrency;
  const valued = await valuePortfolio(source, portfolio);
  const { today, valuation } = valued;
  const firstDate = valued.shelved.firstDate ?? today;
  const period = periodOf(query, { today, firstDate: firstDate < today ? firstDate : today });
  if (!period.ok) return period;
  const benchmarkId = query.benchmark;
  const benchmark = benchmarkId
    ? (await findInstruments(queryable, workspaceId, [benchmarkId])).get(benchmarkId)
    : null;
  if (benchmark === undefined) return refuse('benchmark_not_found', { benchmark: benchmarkId });
  const held = [...valued.shelved.book.positions.values()].map((position) => position.instrumentId);
  const instrumentIds = [...new Set(benchmark ? [...held, benchmark.id] : held)];
  const closesOf = await closes.read(queryable, { workspaceId, instrumentIds, from: firstDate, to: today });
  const closeCurrencies = [...closesOf.values()].map((column) => column.currency).filter((name) => name !== '');
  const { book } = await shelf.requireCurrencies(queryable, portfolio, [currency, ...closeCurrencies]);
  // From here to the end nothing waits: the shared book cannot move under the figures.
  if (rateReader(book)(currency, epochDay(today)) === null) return refuse('currency_not_known', { currency });
  const live = period.value.to === today ? (valuation.totals.value?.toStatistic() ?? null) : null;
  return ok(performanceText(measure(book, { closesOf, currency, period: period.value, live, benchmark })));
}

interface Measurement {
  readonly closesOf: ReadonlyMap<string, CloseColumn>;
  readonly currency: string;
  readonly period: Period;
  /** Value of now in the book's currency, for a period that ends today: what stands above the chart. */
  readonly live: number | null;
  readonly benchmark: Instrument | null;
}

function measure(book: Book, { closesOf, currency, period, live, benchmark }: Measurement): MeasuredPortfolio {
  const rates = ratesInto(book, currency);
  const plain = dailyColumns(book, { ...period, closesOf });
  if (live !== null) plain.values[plain.values.length - 1] = live;
  const isBase = currency === book.baseCurrency;
  const columns = isBase ? plain : convertedColumns(plain, (day) => rates(book.baseCurrency, day) ?? Number.NaN);
  const performance = performanceOf(columns);
  const { firstDay, values } = columns;
  const lastDay = firstDay + values.length - 1;
  const firstFlow = datedFlows(columns).find(({ flow }) => flow !== 0);
  const hasOneRate = performance.xirrStatus === 'unique' && performance.xirr !== null;
  const levels = benchmarkLevels(benchmark ? closesOf.get(benchmark.id) : undefined, {
    firstDay,
    dayCount: values.length,
    rates,
  });
  return {
    currency,
    period,
    isEmpty: book.eventCount === 0,
    columns,
    performance,
    steady: hasOneRate ? steadyValues(columns, performance.xirr ?? 0) : null,
    rateDayCount: firstFlow ? lastDay - firstFlow.day : 0,
    benchmark: benchmark && {
      instrument: benchmark,
      figures: benchmarkFigures(columns, levels, performance.dailyRatios),
    },
  };
}

/** Rates into any currency the book's table reaches, through the book's own. */
function ratesInto(book: Book, currency: string): RateReader {
  const intoBase = rateReader(book);
  if (currency === book.baseCurrency) return intoBase;
  return (from, day) => {
    if (from === currency) return 1;
    const [given, wanted] = [intoBase(from, day), intoBase(currency, day)];
    return given === null || wanted === null ? null : given / wanted;
  };
}
