/**
 * Backtest of a model: what a unit of money would have become on stored closes, kept to the model by a rule. Floats: returns
 * are statistics and never money. Days are calendar days, a close carried forward until the next.
 * Method: units drift with their closes; on a day the rule asks for it, weights go back to the target and the share of the
 * whole that moves (half of all distances, each way) pays its cost. Cash earns nothing.
 */
import { dateOfEpochDay } from '#kernel';

export const BACKTEST_RULES = ['none', 'monthly', 'quarterly', 'yearly', 'bands'] as const;
export type BacktestRule = (typeof BACKTEST_RULES)[number];

export interface BacktestPart {
  readonly weightRatio: number;
  readonly lowerRatio: number;
  readonly upperRatio: number;
  /** Level of each day in one currency; all ones for cash. */
  readonly levels: Float64Array;
}

export interface BacktestResult {
  /** Growth of one by day, the first day included at one less the cost of buying in. */
  readonly growth: Float64Array;
  /** Return of each day after the first. */
  readonly dailyRatios: Float64Array;
  readonly rebalanceCount: number;
  /** Sum over all rebalances of the share that moved. */
  readonly turnoverRatio: number;
  /** What all trades cost, as a share of the value on their days. */
  readonly costRatio: number;
}

/** Runs a model over its days. Every part has a positive level on each of them. */
export function backtestModel(
  parts: readonly BacktestPart[],
  plan: { readonly firstDay: number; readonly rule: BacktestRule; readonly costRatio: number },
): BacktestResult {
  const dayCount = parts[0]?.levels.length ?? 0;
  const growth = new Float64Array(dayCount);
  let value = 1 - plan.costRatio;
  let units = unitsAt(parts, { index: 0, value });
  let [rebalanceCount, turnoverRatio, paid] = [0, 0, plan.costRatio];
  if (dayCount > 0) growth[0] = value;
  for (let index = 1; index < dayCount; index += 1) {
    const values = parts.map(({ levels }, at) => (units[at] ?? 0) * (levels[index] ?? 0));
    value = values.reduce((sum, each) => sum + each, 0);
    const weights = values.map((each) => each / value);
    if (isDue(plan.rule, plan.firstDay + index) || (plan.rule === 'bands' && isOut(parts, weights))) {
      const moved = weights.reduce((sum, weight, at) => sum + Math.abs(weight - (parts[at]?.weightRatio ?? 0)), 0) / 2;
      // What moves is sold and bought: both sides pay.
      const cost = 2 * moved * plan.costRatio;
      value *= 1 - cost;
      paid += cost;
      turnoverRatio += moved;
      rebalanceCount += 1;
      units = unitsAt(parts, { index, value });
    }
    growth[index] = value;
  }
  const dailyRatios = growth.slice(1).map((level, index) => level / (growth[index] ?? 1) - 1);
  return { growth, dailyRatios, rebalanceCount, turnoverRatio, costRatio: paid };
}

function unitsAt(parts: readonly BacktestPart[], at: { readonly index: number; readonly value: number }): number[] {
  return parts.map(({ weightRatio, levels }) => (weightRatio * at.value) / (levels[at.index] ?? 1));
}

/** True on the first day of a month, quarter or year. */
function isDue(rule: BacktestRule, day: number): boolean {
  if (rule === 'none' || rule === 'bands') return false;
  const [, month = '', date = ''] = dateOfEpochDay(day).split('-');
  if (date !== '01') return false;
  if (rule === 'monthly') return true;
  return rule === 'yearly' ? month === '01' : ['01', '04', '07', '10'].includes(month);
}

function isOut(parts: readonly BacktestPart[], weights: readonly number[]): boolean {
  return parts.some(({ lowerRatio, upperRatio }, index) => {
    const weight = weights[index] ?? 0;
    return weight < lowerRatio || weight > upperRatio;
  });
}
