/** Period of a performance question: its first and last day, both included. What it starts with is the value of the day before. */
import { addDays, epochDay, type LocalDate, ok, parseLocalDate, refuse, type Result } from '#kernel';
import type { SeriesRange } from '../value-series.ts';

export interface Period {
  readonly from: LocalDate;
  readonly to: LocalDate;
}

export interface PeriodWish {
  readonly range: SeriesRange;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

const DAYS_MAX = 36_600; // A century: columns stay below two megabytes.
const RANGE_DAYS = { '1w': 7, '1m': 30, '3m': 91, '1y': 365 } as const;

/**
 * The period somebody asks for: days count before the range does. It never starts before the first operation and never
 * ends after today; a day that does not exist, an end before the start or a period wholly outside is refused.
 */
export function periodOf(
  wish: PeriodWish,
  known: { readonly today: LocalDate; readonly firstDate: LocalDate },
): Result<Period, 'period_not_valid'> {
  const to = wish.to === undefined ? known.today : parseLocalDate(wish.to);
  const start = wish.from === undefined ? null : parseLocalDate(wish.from);
  if (!to || (wish.from !== undefined && !start)) return refuse('period_not_valid', { from: wish.from, to: wish.to });
  const wanted = start ?? rangeStart(wish.range, to);
  const from = wanted < known.firstDate ? known.firstDate : wanted;
  const isTooLong = epochDay(to) - epochDay(from) >= DAYS_MAX;
  if (to > known.today || from > to || isTooLong) return refuse('period_not_valid', { from, to, today: known.today });
  return ok({ from, to });
}

function rangeStart(range: SeriesRange, to: LocalDate): LocalDate {
  if (range === 'all') return '0001-01-01' as LocalDate;
  if (range === 'ytd') return `${to.slice(0, 4)}-01-01` as LocalDate;
  return addDays(to, 1 - RANGE_DAYS[range]);
}
