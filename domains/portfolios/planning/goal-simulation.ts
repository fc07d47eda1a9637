/** The simulation of a stored goal: from the value of now, over the months left, by its own method and seed. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  dateInZone,
  Decimal,
  epochDay,
  type LocalDate,
  localDate,
  ok,
  type OutputOf,
  refuse,
  type Result,
} from '#kernel';
import { type FiguresSource, valuePortfolio } from '../figures.ts';
import { type Reach } from '../portfolio-reach.store.ts';
import { findPortfolio, type Portfolio } from '../portfolio.store.ts';
import { loadHistory } from './backtest-loading.ts';
import type { SimulateGoal } from './goal-contract.ts';
import type { Goal } from './goal.store.ts';
import { backtestModel } from './model-backtest.ts';
import { findModel, listAssignments } from './model.store.ts';
import { type GrowthModel, PERCENTILES, simulateGoal } from './monte-carlo.ts';
import { WHOLE_BPS } from './model.ts';

export type Outcome = OutputOf<(typeof SimulateGoal)['response']>['quick'];
type Unsimulated = 'goal_not_found' | 'value_unknown' | 'no_model' | 'history_missing' | 'goal_is_past';

export const QUICK_PATHS = 1_000; // A tenth of a second for forty years: a page may ask for it.
export const LONG_PATHS = 50_000; // Percentiles settle to the third digit; seconds, so a job.
const HISTORY_DAYS_MIN = 365; // Blocks of less than a year know no winter.
const BLOCK_MONTHS = 3;

/** Simulates a goal with so many paths; gives other work its turn in between. */
export async function simulateStoredGoal(
  source: FiguresSource,
  reach: Reach,
  order: { readonly goal: Goal; readonly pathCount: number; readonly turn?: () => Promise<void> },
): Promise<Result<Outcome, Unsimulated>> {
  const { goal, pathCount, turn = () => nextTurn() } = order;
  const portfolio = await findPortfolio(source.queryable, { ...reach, portfolioId: goal.portfolioId });
  if (!portfolio) return refuse('goal_not_found', { goalId: goal.id });
  const today = dateInZone(source.clock(), source.timeZone);
  const monthCount = monthsBetween(today, goal.targetOn);
  if (monthCount < 1) return refuse('goal_is_past', { targetOn: goal.targetOn });
  const valued = await valuePortfolio(source, portfolio);
  const { value } = valued.valuation.totals;
  if (!value) return refuse('value_unknown', { portfolioId: portfolio.id });
  const growth = await growthOf(source, portfolio, goal);
  if (!growth.ok) return growth;
  // From here on these are statistics: nothing of it is booked.
  const startValue = value.toStatistic();
  const plan = {
    startValue,
    monthlyFlow: Decimal.from(goal.monthlyFlow).toStatistic(),
    targetValue: Decimal.from(goal.targetAmount).toStatistic(),
    inflationRatio: goal.inflationBps / WHOLE_BPS,
    growth: growth.value,
    seed: goal.seed,
  };
  const { steps, successRatio, ruinRatio } = await simulateGoal({ ...plan, monthCount, pathCount }, turn);
  return ok({
    pathCount,
    monthCount,
    startValue,
    successRatio,
    ruinRatio,
    percentiles: [...PERCENTILES],
    steps: steps.map(({ month, values }) => ({ month, date: addMonths(today, month), values: [...values] })),
  });
}

async function growthOf(
  source: FiguresSource,
  portfolio: Portfolio,
  goal: Goal,
): Promise<Result<GrowthModel, 'no_model' | 'history_missing'>> {
  if (goal.method === 'parametric') {
    const [returnRatio, volatilityRatio] = [goal.returnBps / WHOLE_BPS, goal.volatilityBps / WHOLE_BPS];
    return ok({ method: 'parametric', returnRatio, volatilityRatio });
  }
  const { workspaceId, baseCurrency: currency, id } = portfolio;
  const everyRow = { workspaceId, rows: { kind: 'all' } as const };
  const modelId = (await listAssignments(source.queryable, everyRow)).get(id);
  const model = modelId === undefined ? null : await findModel(source.queryable, { workspaceId, modelId });
  if (!model) return refuse('no_model', { portfolioId: id });
  const history = await loadHistory(source, model, { currency, extra: [] });
  if (!history.ok) return refuse('history_missing', { cause: history.code, ...history.details });
  const { parts, from } = history.value;
  const { dailyRatios } = backtestModel(parts, { firstDay: epochDay(from), rule: 'monthly', costRatio: 0 });
  if (dailyRatios.length < HISTORY_DAYS_MIN) return refuse('history_missing', { from, daysMin: HISTORY_DAYS_MIN });
  return ok({ method: 'bootstrap', dailyRatios, blockMonths: BLOCK_MONTHS });
}

/** Whole months from a day to a later one, none for an earlier. */
export function monthsBetween(from: LocalDate, to: LocalDate): number {
  const [[fromYear = 0, fromMonth = 0, fromDay = 0], [toYear = 0, toMonth = 0, toDay = 0]] = [from, to].map((day) =>
    day.split('-').map(Number),
  ) as [number[], number[]];
  return Math.max(0, (toYear - fromYear) * 12 + toMonth - fromMonth - (toDay < fromDay ? 1 : 0));
}

/** The same day of a later month, or its last. */
export function addMonths(date: LocalDate, months: number): LocalDate {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return localDate(new Date(Date.UTC(year, month - 1 + months, Math.min(day, last))).toISOString().slice(0, 10));
}
