/** Goal: the calendars say the holidays that the exchanges published, and a close is final after its market's own evening. */
import { localDate } from '#kernel';
import { expect, test } from 'vitest';
import {
  calendarOf,
  holidaysOf,
  isTradingDay,
  lastFinalDay,
  type MarketCalendar,
  tradingDays,
} from './market-calendar.ts';

const weekdays = (calendar: MarketCalendar, year: number): string[] =>
  [...holidaysOf(calendar, year)].filter((on) => ![0, 6].includes(new Date(`${on}T00:00:00Z`).getUTCDay())).toSorted();

/** As published by the exchanges for those years. */
test.each([
  ['us', 2024, '01-01 01-15 02-19 03-29 05-27 06-19 07-04 09-02 11-28 12-25'],
  ['us', 2021, '01-01 01-18 02-15 04-02 05-31 07-05 09-06 11-25 12-24'],
  ['us', 2022, '01-17 02-21 04-15 05-30 06-20 07-04 09-05 11-24 12-26'],
  ['us', 2026, '01-01 01-19 02-16 04-03 05-25 06-19 07-03 09-07 11-26 12-25'],
  ['euronext', 2025, '01-01 04-18 04-21 05-01 12-25 12-26'],
  ['madrid', 2024, '01-01 03-29 04-01 05-01 12-25 12-26'],
  ['xetra', 2024, '01-01 03-29 04-01 05-01 12-24 12-25 12-26 12-31'],
  ['london', 2021, '01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28'],
  ['london', 2024, '01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26'],
  ['london', 2026, '01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28'],
] as const)('%s in %i is closed on %s', (calendar, year, days) => {
  expect(weekdays(calendar, year)).toEqual(days.split(' ').map((day) => `${year}-${day}`));
});

test('coins trade every day, funds on weekdays, a listing by its market', () => {
  const of = (kind: 'crypto' | 'fund' | 'stock' | 'etf', providerSymbol: string | null, currency = 'EUR') =>
    calendarOf({ kind, currency, providerSymbol, symbol: null });
  expect(of('crypto', 'BTC-EUR')).toBe('every_day');
  expect(of('fund', '0P0000.F')).toBe('weekdays');
  expect(of('stock', 'SAN.MC')).toBe('madrid');
  expect(of('etf', 'VWCE.DE')).toBe('xetra');
  expect(of('stock', 'VOD.L', 'GBP')).toBe('london');
  expect(of('stock', 'AAPL', 'USD')).toBe('us');
  expect(of('stock', null, 'USD')).toBe('weekdays');
  expect(of('stock', '7203.T', 'JPY')).toBe('weekdays');
});

test('weekends and holidays are left out of a span', () => {
  const span = { from: localDate('2024-03-27'), to: localDate('2024-04-03') };
  expect(tradingDays('us', span)).toEqual(['2024-03-27', '2024-03-28', '2024-04-01', '2024-04-02', '2024-04-03']);
  expect(tradingDays('madrid', span)).toEqual(['2024-03-27', '2024-03-28', '2024-04-02', '2024-04-03']);
  expect(tradingDays('every_day', span)).toHaveLength(8);
  expect(isTradingDay('weekdays', localDate('2024-03-29'))).toBe(true);
});

test.each([
  ['us', '2026-07-02T20:29:00Z', '2026-07-01'], // 16:29 in New York: not final yet.
  ['us', '2026-07-02T20:30:00Z', '2026-07-02'],
  ['us', '2026-07-06T13:00:00Z', '2026-07-02'], // The 3rd was a holiday, then a weekend.
  ['us', '2026-12-01T21:29:00Z', '2026-11-30'], // Winter: the same wall clock, another UTC hour.
  ['us', '2026-12-01T21:30:00Z', '2026-12-01'],
  ['madrid', '2026-07-02T16:04:00Z', '2026-07-01'],
  ['madrid', '2026-07-02T16:05:00Z', '2026-07-02'],
  ['every_day', '2026-07-05T00:04:00Z', '2026-07-03'],
  ['every_day', '2026-07-05T00:05:00Z', '2026-07-04'],
  ['weekdays', '2026-07-06T04:00:00Z', '2026-07-03'],
] as const)('%s at %s: the last final close is of %s', (calendar, at, on) => {
  expect(lastFinalDay(calendar, Date.parse(at))).toBe(on);
});
