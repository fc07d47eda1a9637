/**
 * Days and instants. A day is `LocalDate` text `YYYY-MM-DD` in a named zone; an instant is `…AtMs`, UTC epoch milliseconds.
 * The clock is always passed in; nothing here reads the time.
 */
import { assert } from './result.ts';

export type LocalDate = string & { readonly localDate: unique symbol };

/** Gives the current instant in epoch milliseconds; tests pass a fixed or stepped one. */
export type Clock = () => number;

export const DAY_MS = 86_400_000;
const LOCAL_DATE = /^(\d{4})-(\d{2})-(\d{2})$/;

/** Reads `YYYY-MM-DD`; null when it is not a day of the calendar. */
export function parseLocalDate(text: string): LocalDate | null {
  const match = LOCAL_DATE.exec(text);
  if (!match) return null;
  const [, year, month, day] = match;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  date.setUTCFullYear(Number(year));
  const isReal = date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
  return isReal ? (text as LocalDate) : null;
}

/** Reads a day that our own code wrote; anything else is a bug. */
export function localDate(text: string): LocalDate {
  const date = parseLocalDate(text);
  assert(date, `time: not a day: ${text.slice(0, 40)}`);
  return date;
}

/** Days since 1970-01-01, as an index into daily columns. */
export function epochDay(date: LocalDate): number {
  return Math.round(Date.parse(`${date}T00:00:00Z`) / DAY_MS);
}

/** The day at an epoch-day index. Method: whole numbers only (Hinnant 2013, civil_from_days), because charts ask for thousands. */
export function dateOfEpochDay(day: number): LocalDate {
  const shifted = day + 719_468; // Days since 0000-03-01: a year then ends with its leap day.
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const leapless =
    dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor(leapless / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const dayOfMonth = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1;
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${String(year).padStart(4, '0')}-${twoDigits(month)}-${twoDigits(dayOfMonth)}` as LocalDate;
}

function twoDigits(count: number): string {
  return count < 10 ? `0${count}` : String(count);
}

export function addDays(date: LocalDate, days: number): LocalDate {
  return dateOfEpochDay(epochDay(date) + days);
}

const dayFormats = new Map<string, Intl.DateTimeFormat>(); // Building a format costs a hundred times its use.

/** The calendar day of an instant in an IANA zone such as `Europe/Madrid`. */
export function dateInZone(atMs: number, timeZone: string): LocalDate {
  const known = dayFormats.get(timeZone);
  const format =
    known ?? new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  if (!known) dayFormats.set(timeZone, format);
  return format.format(atMs) as LocalDate;
}
