/** Goal: days are days of the calendar, in the zone that was named; identifiers sort by time. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isUuid, uuidV7 } from './ids.ts';
import { addDays, dateInZone, dateOfEpochDay, DAY_MS, epochDay, localDate, parseLocalDate } from './time.ts';

test.each(['2024-02-29', '1999-12-31', '0099-01-01', '2026-11-21'])('%s is a day', (text) => {
  expect(parseLocalDate(text)).toBe(text);
});

test.each(['2023-02-29', '2024-13-01', '2024-00-10', '2024-1-1', '21/11/2026', '2024-02-30', ''])(
  '%j is not',
  (text) => {
    expect(parseLocalDate(text)).toBeNull();
  },
);

test('epoch days count the calendar both ways', () => {
  expect(epochDay(localDate('1970-01-01'))).toBe(0);
  fc.assert(
    fc.property(fc.integer({ min: -20_000, max: 60_000 }), fc.integer({ min: -500, max: 500 }), (day, shift) => {
      expect(epochDay(dateOfEpochDay(day))).toBe(day);
      expect(dateOfEpochDay(day)).toBe(new Date(day * DAY_MS).toISOString().slice(0, 10));
      expect(epochDay(addDays(dateOfEpochDay(day), shift))).toBe(day + shift);
    }),
  );
});

test('the day depends on the zone, also on the night the clock changes', () => {
  const beforeMidnightUtcMs = Date.UTC(2026, 2, 28, 23, 30);
  expect(dateInZone(beforeMidnightUtcMs, 'UTC')).toBe('2026-03-28');
  expect(dateInZone(beforeMidnightUtcMs, 'Europe/Madrid')).toBe('2026-03-29');
});

test('identifiers are UUIDv7, ordered by their instant', () => {
  const random = fc.uint8Array({ minLength: 10, maxLength: 10 });
  const instants = fc.integer({ min: 0, max: 2 ** 45 });
  fc.assert(
    fc.property(instants, instants, random, random, (firstAtMs, secondAtMs, left, right) => {
      const first = uuidV7(firstAtMs, left);
      const second = uuidV7(secondAtMs, right);
      expect(isUuid(first) && first[14] === '7' && /[89ab]/.test(first[19] ?? '')).toBe(true);
      expect(firstAtMs >= secondAtMs || first < second).toBe(true);
    }),
  );
});
