/** Gaps of a daily history: trading days without a close, told as ranges. Pure. */
import type { LocalDate } from '#kernel';

export interface GapRange {
  readonly from: LocalDate;
  readonly to: LocalDate;
  /** Trading days inside. */
  readonly dayCount: number;
}

/** The expected days, ascending, that are neither stored nor known to be empty, as ranges over neighbouring trading days. */
export function gapsOf(expected: readonly LocalDate[], known: ReadonlySet<LocalDate>): GapRange[] {
  const gaps: GapRange[] = [];
  let isOpen = false;
  for (const on of expected) {
    const last = isOpen ? gaps.pop() : undefined;
    isOpen = !known.has(on);
    if (isOpen) gaps.push({ from: last?.from ?? on, to: on, dayCount: (last?.dayCount ?? 0) + 1 });
    else if (last) gaps.push(last);
  }
  return gaps;
}

/**
 * Missing days that a provider's answer shows to be empty: it told a close before and after, so it knows those times and has
 * none of that day. Days at the edge of an answer may only be late.
 */
export function emptyDaysOf(missing: readonly LocalDate[], told: readonly LocalDate[]): LocalDate[] {
  const [first, last] = [told[0], told.at(-1)];
  if (first === undefined || last === undefined) return [];
  const days = new Set(told);
  return missing.filter((on) => on > first && on < last && !days.has(on));
}
