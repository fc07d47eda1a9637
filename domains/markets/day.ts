/** Days of instants: UTC, whatever the exchange. */
import { addDays, dateOfEpochDay, DAY_MS, type LocalDate } from '#kernel';

const RECENT_DAYS = 7; // A look at now brings the closes of a long weekend with it.

/** UTC day of an instant. */
export function dayOf(atMs: number): LocalDate {
  return dateOfEpochDay(Math.floor(atMs / DAY_MS));
}

/** First day a look at now asks for. */
export function recentDay(atMs: number): LocalDate {
  return addDays(dayOf(atMs), -RECENT_DAYS);
}
