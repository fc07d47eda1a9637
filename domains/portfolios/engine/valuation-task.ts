/** The computations of the engine: plain data in, plain data out, the same code in a worker thread and in the caller's. */
import { measurePerformance, type PerformanceMeasurement } from '../performance/measurement.ts';
import { performanceText } from '../performance/performance-text.ts';
import { pointsOf, type ValuePoint } from '../value-series.ts';
import { columnValues, type SampledDays } from './column-values.ts';
import type { EngineInput } from './engine-market.ts';

export interface SeriesTask extends EngineInput {
  readonly kind: 'series';
  readonly days: SampledDays;
}

export interface PerformanceTask extends EngineInput, PerformanceMeasurement {
  readonly kind: 'performance';
}

export type ValuationTask = SeriesTask | PerformanceTask;

interface Results {
  readonly series: ValuePoint[];
  readonly performance: ReturnType<typeof performanceText>;
}

export type ResultOf<Task extends ValuationTask> = Results[Task['kind']];

const COST_OF_FLOW = 100; // A day with a flow is a term of the money-weighted return: a hundred exponentials.

/** Computes one task. */
export function runValuation<Task extends ValuationTask>(task: Task): ResultOf<Task>;
export function runValuation(task: ValuationTask): Results[keyof Results] {
  switch (task.kind) {
    case 'series':
      return pointsOf(task.days, columnValues(task.book, task.market, task.days));
    case 'performance':
      return performanceText(measurePerformance(task));
  }
}

/** How much work a task is, in figures to be touched: about ten nanoseconds each. */
export function costOf(task: ValuationTask): number {
  const { book } = task;
  const moves = book.cash.days.length;
  if (task.kind === 'series') return task.days.count * (2 + book.instruments.length) + moves;
  const days = book.dayRange ? book.dayRange[1] - book.dayRange[0] : 0;
  return days * (20 + book.instruments.length) + moves * COST_OF_FLOW;
}
