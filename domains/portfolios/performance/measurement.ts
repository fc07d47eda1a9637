/**
 * Measurement: the figures of a period from typed columns, the last day at the value of now. Pure and plain, so that it runs in
 * a worker thread as well as in the caller. Units: floats of one currency, ratios.
 */
import { epochDay } from '#kernel';
import type { Instrument } from '#markets';
import { columnRates } from '../engine/market-columns.ts';
import type { EngineInput } from '../engine/engine-market.ts';
import type { CloseColumn, RateReader } from '../value-series.ts';
import { type BenchmarkFigures, benchmarkFigures, benchmarkLevels, steadyValues } from './benchmark.ts';
import { type BookColumns, convertedColumns, datedFlows, typedDailyColumns } from './daily-columns.ts';
import { type Performance, performanceOf } from './performance.ts';
import type { Period } from './period.ts';

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

export interface PerformanceMeasurement {
  readonly currency: string;
  readonly period: Period;
  /** Value of now in the book's currency, for a period that ends today: what stands above the chart. */
  readonly live: number | null;
  readonly benchmark: { readonly instrument: Instrument; readonly closes: CloseColumn | undefined } | null;
}

/** Measures a book over a period. */
export function measurePerformance(input: EngineInput & PerformanceMeasurement): MeasuredPortfolio {
  const { book, market, currency, period, live, benchmark } = input;
  const intoBase = columnRates(book.baseCurrency, market.rates);
  const rates = ratesInto(intoBase, book.baseCurrency, currency);
  const firstDay = epochDay(period.from);
  const dayCount = epochDay(period.to) - firstDay + 1;
  const plain = typedDailyColumns(book, market, { firstDay, dayCount });
  if (live !== null) plain.values[dayCount - 1] = live;
  const isBase = currency === book.baseCurrency;
  const columns = isBase ? plain : convertedColumns(plain, (day) => rates(book.baseCurrency, day) ?? Number.NaN);
  const performance = performanceOf(columns);
  const firstFlow = datedFlows(columns).find(({ flow }) => flow !== 0);
  const hasOneRate = performance.xirrStatus === 'unique' && performance.xirr !== null;
  const levels = benchmarkLevels(benchmark?.closes, { firstDay, dayCount, rates });
  return {
    currency,
    period,
    isEmpty: book.isEmpty,
    columns,
    performance,
    steady: hasOneRate ? steadyValues(columns, performance.xirr ?? 0) : null,
    rateDayCount: firstFlow ? firstDay + dayCount - 1 - firstFlow.day : 0,
    benchmark: benchmark && {
      instrument: benchmark.instrument,
      figures: benchmarkFigures(columns, levels, performance.dailyRatios),
    },
  };
}

/** Rates into any currency the market reaches, through the book's own. */
function ratesInto(intoBase: RateReader, baseCurrency: string, currency: string): RateReader {
  if (currency === baseCurrency) return intoBase;
  return (from, day) => {
    if (from === currency) return 1;
    const [given, wanted] = [intoBase(from, day), intoBase(currency, day)];
    return given === null || wanted === null ? null : given / wanted;
  };
}
