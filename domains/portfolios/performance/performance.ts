/** Performance of a period: both returns, their status when there is none, and risk. Ratios; null is unknown, with its reason. */
import { dateOfEpochDay, type LocalDate } from '#kernel';
import { datedFlows } from './daily-columns.ts';
import { moneyWeighted, type RateStatus } from './money-weighted.ts';
import { type RiskFigures, riskFigures } from './risk.ts';
import { annualised, type DailyColumns, modifiedDietz, type ReturnGap, timeWeighted } from './time-weighted.ts';

export interface Performance {
  readonly twr: number | null;
  /** Growth a year of `twr`; null under a year. */
  readonly twrAnnual: number | null;
  /** Linked return from the start to the end of each day; null without one. */
  readonly linkedRatios: Float64Array | null;
  /** Why there is no time-weighted return. */
  readonly twrGap: { readonly kind: ReturnGap['kind']; readonly date: LocalDate } | null;
  readonly xirr: number | null;
  readonly xirrStatus: RateStatus;
  /** All rates that fit, smallest first. */
  readonly xirrRoots: readonly number[];
  readonly modifiedDietz: number | null;
  /** True when a flow or one of the two values at the ends is unknown. */
  readonly hasUnknownFlow: boolean;
  /** Return of each day; null without a time-weighted return. */
  readonly dailyRatios: Float64Array | null;
  readonly risk: RiskFigures | null;
}

/** Performance of daily columns. A gap in the values leaves what needs them null and says which day it is. */
export function performanceOf(columns: DailyColumns, options: { readonly risklessRatio?: number } = {}): Performance {
  const linked = timeWeighted(columns);
  const flows = datedFlows(columns);
  const hasUnknown = flows.some(({ flow }) => Number.isNaN(flow));
  const money = hasUnknown ? null : moneyWeighted(flows);
  const shared = {
    xirr: money?.rate ?? null,
    xirrStatus: money?.status ?? 'undefined',
    xirrRoots: money?.roots ?? [],
    hasUnknownFlow: hasUnknown,
    modifiedDietz: hasUnknown ? null : modifiedDietz(columns),
  } as const;
  if ('kind' in linked) {
    const twrGap = { kind: linked.kind, date: dateOfEpochDay(linked.day) };
    return { twr: null, twrAnnual: null, linkedRatios: null, twrGap, dailyRatios: null, risk: null, ...shared };
  }
  return {
    twr: linked.totalRatio,
    twrAnnual: annualised(linked.totalRatio, columns.values.length),
    linkedRatios: linked.linkedRatios,
    twrGap: null,
    dailyRatios: linked.dailyRatios,
    risk: riskFigures(linked.dailyRatios, options.risklessRatio),
    ...shared,
  };
}
