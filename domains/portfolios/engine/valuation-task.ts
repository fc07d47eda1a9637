/** The computations of the engine: plain data in, plain data out, the same code in a worker thread and in the caller's. */
import { attributeBook, type AttributionQuestion } from '../performance/attribution-rows.ts';
import { measurePerformance, type PerformanceMeasurement } from '../performance/measurement.ts';
import { performanceText } from '../performance/performance-text.ts';
import { pointsOf, type ValuePoint } from '../value-series.ts';
import { columnFlows, columnValues, type SampledDays } from './column-values.ts';
import { type DailyValues, ESTIMATED, PARTIAL } from './day-columns.ts';
import type { EngineInput } from './engine-market.ts';

export interface SeriesTask extends EngineInput {
  readonly kind: 'series';
  readonly days: SampledDays;
}

export interface PerformanceTask extends EngineInput, PerformanceMeasurement {
  readonly kind: 'performance';
}

/** Days to be stored. */
export interface DailyTask extends EngineInput {
  readonly kind: 'daily';
  readonly firstDay: number;
  readonly dayCount: number;
}

export interface AttributionTask extends EngineInput, AttributionQuestion {
  readonly kind: 'attribution';
}

export type ValuationTask = SeriesTask | PerformanceTask | DailyTask | AttributionTask;

interface Results {
  readonly attribution: ReturnType<typeof attributeBook>;
  readonly daily: DailyValues;
  readonly series: ValuePoint[];
  readonly performance: ReturnType<typeof performanceText>;
}

export type ResultOf<Task extends ValuationTask> = Results[Task['kind']];

const COST_OF_FLOW = 100; // A day with a flow is a term of the money-weighted return: a hundred exponentials.

/** Computes one task. */
export function runValuation<Task extends ValuationTask>(task: Task): ResultOf<Task>;
export function runValuation(task: ValuationTask): Results[keyof Results] {
  switch (task.kind) {
    case 'attribution':
      return attributeBook(task);
    case 'daily':
      return dailyOf(task);
    case 'series':
      return pointsOf(task.days, columnValues(task.book, task.market, task.days));
    case 'performance':
      return performanceText(measurePerformance(task));
  }
}

function dailyOf({ book, market, firstDay, dayCount }: DailyTask): DailyValues {
  const columns = columnValues(book, market, { firstDay, stepDays: 1, count: dayCount });
  const { knownCounts, unknownCounts, estimates } = columns;
  const flags = Uint8Array.from(unknownCounts, (unknown, index) => {
    return (unknown === 0 ? 0 : PARTIAL) | (estimates[index] === 0 ? 0 : ESTIMATED);
  });
  const values = columns.values.map((value, index) =>
    knownCounts[index] === 0 && unknownCounts[index] !== 0 ? Number.NaN : value,
  );
  return { firstDay, values, ...columnFlows(book, market, { firstDay, dayCount }), flags };
}

/** How much work a task is, in figures to be touched: about ten nanoseconds each. */
export function costOf(task: ValuationTask): number {
  const { book } = task;
  const moves = book.cash.days.length;
  if (task.kind === 'series') return task.days.count * (2 + book.instruments.length) + moves;
  if (task.kind === 'attribution') return task.dayCount * (20 + 20 * book.instruments.length) + moves;
  if (task.kind === 'daily') return task.dayCount * (2 + book.instruments.length) + moves;
  const days = book.dayRange ? book.dayRange[1] - book.dayRange[0] : 0;
  return days * (20 + book.instruments.length) + moves * COST_OF_FLOW;
}
