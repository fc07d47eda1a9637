/**
 * Market calendars: on which days an instrument is expected to have a close, and when that close is final. Holidays are
 * computed from the published rules of each exchange (NYSE rule 7.2, Euronext, BME, Xetra and LSE calendars); half days end
 * earlier and need nothing. One-off closings are not known: the provider's silence about such a day is, once it was asked.
 */
import { dateInZone, dateOfEpochDay, epochDay, type LocalDate, localDate } from '#kernel';
import type { Instrument } from './instrument.ts';

export const MARKET_CALENDARS = ['every_day', 'weekdays', 'us', 'euronext', 'madrid', 'xetra', 'london'] as const;
export type MarketCalendar = (typeof MARKET_CALENDARS)[number];

interface Hours {
  readonly timeZone: string;
  /** Minutes after local midnight at which the close of the day is final, with the provider's usual delay. */
  readonly finalMinute: number;
}

const HOUR = 60;
const HOURS: Readonly<Record<MarketCalendar, Hours>> = {
  every_day: { timeZone: 'UTC', finalMinute: 24 * HOUR + 5 },
  // Funds and what is listed elsewhere: whatever the day brought is there by the next morning in Europe.
  weekdays: { timeZone: 'Europe/Madrid', finalMinute: 24 * HOUR + 6 * HOUR },
  us: { timeZone: 'America/New_York', finalMinute: 16 * HOUR + 30 },
  euronext: { timeZone: 'Europe/Paris', finalMinute: 17 * HOUR + 35 + 30 },
  madrid: { timeZone: 'Europe/Madrid', finalMinute: 17 * HOUR + 35 + 30 },
  xetra: { timeZone: 'Europe/Berlin', finalMinute: 17 * HOUR + 35 + 30 },
  london: { timeZone: 'Europe/London', finalMinute: 16 * HOUR + 35 + 30 },
};

const CALENDAR_OF_SUFFIX: Readonly<Record<string, MarketCalendar>> = {
  MC: 'madrid',
  DE: 'xetra',
  F: 'xetra',
  PA: 'euronext',
  AS: 'euronext',
  BR: 'euronext',
  LS: 'euronext',
  MI: 'euronext',
  L: 'london',
};

/** The calendar an instrument trades by, as far as its name at the provider tells. */
export function calendarOf(
  instrument: Pick<Instrument, 'kind' | 'currency' | 'providerSymbol' | 'symbol'>,
): MarketCalendar {
  const { kind, currency } = instrument;
  if (kind === 'crypto') return 'every_day';
  if (kind !== 'stock' && kind !== 'etf') return 'weekdays';
  const named = instrument.providerSymbol ?? instrument.symbol ?? '';
  const suffix = named.includes('.') ? (named.split('.').at(-1) ?? '') : null;
  if (suffix !== null) return CALENDAR_OF_SUFFIX[suffix] ?? 'weekdays';
  return currency === 'USD' && instrument.providerSymbol !== null ? 'us' : 'weekdays';
}

/** True when the market of the calendar has a session on that day. */
export function isTradingDay(calendar: MarketCalendar, on: LocalDate): boolean {
  if (calendar === 'every_day') return true;
  const weekday = weekdayOf(epochDay(on));
  if (weekday === 0 || weekday === 6) return false;
  return !holidaysOf(calendar, Number(on.slice(0, 4))).has(on);
}

/** The trading days of a span, oldest first. */
export function tradingDays(
  calendar: MarketCalendar,
  span: { readonly from: LocalDate; readonly to: LocalDate },
): LocalDate[] {
  const days: LocalDate[] = [];
  for (let day = epochDay(span.from); day <= epochDay(span.to); day += 1) {
    const on = dateOfEpochDay(day);
    if (isTradingDay(calendar, on)) days.push(on);
  }
  return days;
}

/** The newest trading day whose close is final at an instant. */
export function lastFinalDay(calendar: MarketCalendar, atMs: number): LocalDate {
  const { timeZone, finalMinute } = HOURS[calendar];
  // A wall clock that is `finalMinute` behind shows the day before until the close is final.
  const local = dateInZone(atMs - finalMinute * 60_000, timeZone);
  let day = epochDay(local);
  while (!isTradingDay(calendar, dateOfEpochDay(day))) day -= 1;
  return dateOfEpochDay(day);
}

const known = new Map<string, ReadonlySet<LocalDate>>();

/** Weekdays of a year without a session. */
export function holidaysOf(calendar: MarketCalendar, year: number): ReadonlySet<LocalDate> {
  const key = `${calendar}:${year}`;
  const found = known.get(key) ?? new Set(computeHolidays(calendar, year).map(dateOfEpochDay));
  known.set(key, found);
  return found;
}

function computeHolidays(calendar: MarketCalendar, year: number): number[] {
  const on = (month: number, day: number): number => dayNumber(year, month, day);
  const easter = easterOf(year);
  const [goodFriday, easterMonday] = [easter - 2, easter + 1];
  switch (calendar) {
    case 'every_day':
    case 'weekdays':
      return [];
    case 'us':
      return [
        // On a Saturday the New Year is not moved: the year before ends with a full session.
        ...(weekdayOf(on(1, 1)) === 6 ? [] : [observed(on(1, 1))]),
        nthWeekday(year, { month: 1, weekday: 1, nth: 3 }),
        nthWeekday(year, { month: 2, weekday: 1, nth: 3 }),
        goodFriday,
        lastMonday(year, 5),
        ...(year >= 2022 ? [observed(on(6, 19))] : []),
        observed(on(7, 4)),
        nthWeekday(year, { month: 9, weekday: 1, nth: 1 }),
        nthWeekday(year, { month: 11, weekday: 4, nth: 4 }),
        observed(on(12, 25)),
      ];
    case 'euronext':
    case 'madrid':
      return [on(1, 1), goodFriday, easterMonday, on(5, 1), on(12, 25), on(12, 26)];
    case 'xetra':
      return [on(1, 1), goodFriday, easterMonday, on(5, 1), on(12, 24), on(12, 25), on(12, 26), on(12, 31)];
    case 'london':
      return [
        nextWeekday(on(1, 1)),
        goodFriday,
        easterMonday,
        nthWeekday(year, { month: 5, weekday: 1, nth: 1 }),
        lastMonday(year, 5),
        lastMonday(year, 8),
        ...londonChristmas(on(12, 25)),
      ];
  }
}

/** Sunday moves to Monday, Saturday to Friday. */
function observed(day: number): number {
  const weekday = weekdayOf(day);
  if (weekday === 0) return day + 1;
  return weekday === 6 ? day - 1 : day;
}

/** A weekend day moves to the Monday after it. */
function nextWeekday(day: number): number {
  const weekday = weekdayOf(day);
  if (weekday === 6) return day + 2;
  return weekday === 0 ? day + 1 : day;
}

/** Christmas and Boxing Day: two weekdays, whatever the weekend takes. */
function londonChristmas(christmas: number): number[] {
  const weekday = weekdayOf(christmas);
  if (weekday === 5) return [christmas, christmas + 3];
  if (weekday === 6) return [christmas + 2, christmas + 3];
  return weekday === 0 ? [christmas + 1, christmas + 2] : [christmas, christmas + 1];
}

interface NthWeekday {
  readonly month: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  readonly nth: number;
}

function nthWeekday(year: number, { month, weekday, nth }: NthWeekday): number {
  const first = dayNumber(year, month, 1);
  return first + ((weekday - weekdayOf(first) + 7) % 7) + (nth - 1) * 7;
}

function lastMonday(year: number, month: number): number {
  const last = dayNumber(year, month, 31); // Asked for May and August only.
  return last - ((weekdayOf(last) + 6) % 7);
}

/** Easter Sunday, Gregorian (Meeus, Jones and Butcher). */
function easterOf(year: number): number {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const d = (19 * a + b - Math.floor(b / 4) - Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3) + 15) % 30;
  const e = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - d - (c % 4)) % 7;
  const f = d + e - 7 * Math.floor((a + 11 * d + 22 * e) / 451) + 114;
  return dayNumber(year, Math.floor(f / 31), (f % 31) + 1);
}

function dayNumber(year: number, month: number, day: number): number {
  const pad = (part: number): string => String(part).padStart(2, '0');
  return epochDay(localDate(`${year}-${pad(month)}-${pad(day)}`));
}

/** 0 is Sunday: 1 January 1970 was a Thursday. */
function weekdayOf(day: number): number {
  return (((day + 4) % 7) + 7) % 7;
}
