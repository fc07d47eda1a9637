/**
 * Series of several portfolios of one currency as one: each day the sum of its members, ending at the sum of their values of now,
 * with the return of the whole. Units: floats; statistics only. Members' days until yesterday are stored (`engine/daily-values.ts`).
 */
import { Decimal, dateOfEpochDay, epochDay, type LocalDate } from '#kernel';
import { dailyValuesOf } from './engine/daily-values.ts';
import { type DailyValues, ESTIMATED, PARTIAL } from './engine/day-columns.ts';
import { type FiguresSource, valuePortfolio } from './figures.ts';
import { flowsOfDay } from './performance/daily-columns.ts';
import { type ReturnGap, timeWeighted } from './performance/time-weighted.ts';
import type { Portfolio } from './portfolio.store.ts';
import { rangeStart, sampledDays, type SeriesRange, type ValuePoint } from './value-series.ts';

export interface GroupSeries {
  readonly points: ValuePoint[];
  /** Time-weighted return of the range, or why there is none. */
  readonly twr: number | null;
  readonly twrGap: ReturnGap['kind'] | 'no_operations' | null;
}

/** The members' days added up over a range that ends today. All members have the same base currency. */
export async function groupSeries(
  source: FiguresSource,
  members: readonly Portfolio[],
  range: SeriesRange,
): Promise<GroupSeries> {
  const daily = [...(await dailyValuesOf(source, members)).values()];
  const live = await liveDay(source, members);
  if (live.firstDay === null) return { points: [], twr: null, twrGap: 'no_operations' };
  const firstDay = Math.min(live.firstDay, ...daily.map((member) => member.firstDay));
  const whole = summedDays([...daily, live.values], { firstDay, lastDay: live.values.firstDay });
  const to = dateOfEpochDay(live.values.firstDay);
  const from = rangeStart(range, to, dateOfEpochDay(firstDay));
  const linked = returnSince(whole, epochDay(from));
  return {
    points: pointsSince(whole, { from, to }),
    ...('kind' in linked ? { twr: null, twrGap: linked.kind } : { twr: linked.totalRatio, twrGap: null }),
  };
}

/** Today as one day of values, at the prices of now; and the first day of any member. */
async function liveDay(
  source: FiguresSource,
  members: readonly Portfolio[],
): Promise<{ readonly firstDay: number | null; readonly values: DailyValues }> {
  const known: Decimal[] = [];
  let [firstDay, flag, inflow, outflow]: [number | null, number, number, number] = [null, 0, 0, 0];
  let today: LocalDate | null = null;
  for (const member of members) {
    const valued = await valuePortfolio(source, member);
    // Read before the next wait: another request may move the shared book forward meanwhile.
    const { totals } = valued.valuation;
    const flows = flowsOfDay(valued.shelved.book, epochDay(valued.today));
    today = valued.today;
    known.push(totals.valueKnown);
    if (totals.value === null) flag = PARTIAL;
    inflow += flows.inflow;
    outflow += flows.outflow;
    const first = valued.shelved.firstDate;
    if (first !== null) firstDay = Math.min(firstDay ?? Number.POSITIVE_INFINITY, epochDay(first), epochDay(today));
  }
  const values = {
    firstDay: today === null ? 0 : epochDay(today),
    values: Float64Array.of(Decimal.sum(known).toStatistic()),
    inflows: Float64Array.of(inflow),
    outflows: Float64Array.of(outflow),
    flags: Uint8Array.of(flag),
  };
  return { firstDay, values };
}

/** Adds members up day by day; a day on which one is unknown is partial, never zero. */
function summedDays(
  members: readonly DailyValues[],
  { firstDay, lastDay }: { readonly firstDay: number; readonly lastDay: number },
): DailyValues & { readonly knownCounts: Int32Array } {
  const count = lastDay - firstDay + 1;
  const sum = {
    firstDay,
    values: new Float64Array(count),
    inflows: new Float64Array(count),
    outflows: new Float64Array(count),
    flags: new Uint8Array(count),
    knownCounts: new Int32Array(count),
  };
  for (const member of members) {
    for (const [index, value] of member.values.entries()) {
      const at = member.firstDay + index - firstDay;
      if (at < 0 || at >= count) continue;
      const isKnown = !Number.isNaN(value);
      if (isKnown) {
        sum.values[at] = (sum.values[at] ?? 0) + value;
        sum.knownCounts[at] = (sum.knownCounts[at] ?? 0) + 1;
      }
      sum.flags[at] = (sum.flags[at] ?? 0) | (member.flags[index] ?? 0) | (isKnown ? 0 : PARTIAL);
      sum.inflows[at] = (sum.inflows[at] ?? 0) + (member.inflows[index] ?? 0);
      sum.outflows[at] = (sum.outflows[at] ?? 0) + (member.outflows[index] ?? 0);
    }
  }
  return sum;
}

function returnSince({ firstDay, values, inflows, outflows, flags }: DailyValues, from: number) {
  const whole = values.map((value, index) => ((flags[index] ?? 0) & PARTIAL ? Number.NaN : value));
  const start = from - firstDay;
  return timeWeighted({
    firstDay: from,
    openingValue: start === 0 ? 0 : (whole[start - 1] ?? 0),
    values: whole.subarray(start),
    inflows: inflows.subarray(start),
    outflows: outflows.subarray(start),
  });
}

function pointsSince(
  { firstDay, values, inflows, outflows, flags, knownCounts }: DailyValues & { readonly knownCounts: Int32Array },
  { from, to }: { readonly from: LocalDate; readonly to: LocalDate },
): ValuePoint[] {
  const invested = new Float64Array(values.length);
  let total = 0;
  for (const [index, inflow] of inflows.entries()) {
    total += inflow - (outflows[index] ?? 0);
    invested[index] = total;
  }
  const days = sampledDays(from, to);
  return Array.from({ length: days.count }, (_unused, point) => {
    const day = days.firstDay + point * days.stepDays;
    const index = day - firstDay;
    const flag = flags[index] ?? 0;
    const put = invested[index] ?? Number.NaN;
    return {
      date: dateOfEpochDay(day),
      value: knownCounts[index] === 0 && (flag & PARTIAL) !== 0 ? null : (values[index] ?? 0),
      invested: Number.isNaN(put) ? null : put,
      isPartial: (flag & PARTIAL) !== 0,
      isEstimated: (flag & ESTIMATED) !== 0,
    };
  });
}
