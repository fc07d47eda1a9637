/** Goal: typed columns give what the book itself gives, to the last digit, whatever happened in it and whatever is missing. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { epochDay, type LocalDate } from '#kernel';
import { buildBook } from '../book.ts';
import { FxTable } from '../fx-table.ts';
import { dailyColumns, typedDailyColumns } from '../performance/daily-columns.ts';
import { booksOf, dayAt, INSTRUMENTS, rates } from '../random-book.ts';
import { type CloseColumn, sampledDays, seriesColumns } from '../value-series.ts';
import { columnValues } from './column-values.ts';
import { engineInput } from './engine-market.ts';
import { closeRow } from './market-columns.ts';

const day = fc.integer({ min: -3, max: 70 });
/** Some instruments have no close at all, some begin late, some are in dollars. */
const closes = fc
  .record({
    currency: fc.constantFrom('EUR', 'USD'),
    byDay: fc.uniqueArray(fc.tuple(day, fc.float({ min: 0.5, max: 1000, noNaN: true })), {
      maxLength: 20,
      selector: ([on]) => on,
    }),
  })
  .map(({ currency, byDay }): CloseColumn => {
    const ordered = byDay.toSorted(([a], [b]) => a - b);
    const first = epochDay(dayAt(0));
    return { currency, days: ordered.map(([on]) => first + on), closes: ordered.map(([, close]) => close) };
  });
const markets = fc
  .tuple(...INSTRUMENTS.map(() => fc.option(closes, { nil: undefined })))
  .map((all) => new Map(all.flatMap((column, index) => (column ? [[INSTRUMENTS[index] ?? '', column]] : []))));
const period = fc
  .tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 30 }))
  .map(([from, length]): { from: LocalDate; to: LocalDate } => ({ from: dayAt(from), to: dayAt(from + length) }));
/** Half of the books have no rate at all, or only from some day on. */
const someRates = fc.oneof(
  rates,
  rates.map((rows) => rows.slice(1)),
  fc.constant([]),
);

test('typed columns and the book agree to the last digit, day by day and sampled, with gaps and without', async () => {
  await fc.assert(
    fc.asyncProperty(booksOf(['EUR', 'USD']), someRates, markets, period, async (events, fxRates, closesOf, at) => {
      const { book } = buildBook(events, { baseCurrency: 'EUR', fx: new FxTable(fxRates) });
      const input = await engineInput({ book, sequence: 1 }, { closesOf, ...at });
      const span = { firstDay: epochDay(at.from), dayCount: epochDay(at.to) - epochDay(at.from) + 1 };
      expect(typedDailyColumns(input.book, input.market, span)).toEqual(dailyColumns(book, { ...at, closesOf }));
      for (const stepDays of [1, 3, 7]) {
        const days = { firstDay: epochDay(at.from), stepDays, count: Math.ceil(span.dayCount / stepDays) };
        const asked = Array.from({ length: days.count }, (_unused, index) => days.firstDay + index * stepDays);
        expect(columnValues(input.book, input.market, days)).toEqual(seriesColumns(book, asked, closesOf));
      }
    }),
    { numRuns: 1_000 },
  );
});

test('what was written down does not move with the book', async () => {
  const [events = []] = fc.sample(
    booksOf(['EUR']).filter((all) => all.length > 30),
    { numRuns: 1, seed: 11 },
  );
  const { book } = buildBook(events, { baseCurrency: 'EUR', fx: new FxTable([]) });
  const needs = { closesOf: new Map(), from: dayAt(0), to: dayAt(60) };
  const before = await engineInput({ book, sequence: 1 }, needs);
  const same = await engineInput({ book, sequence: 1 }, needs);
  expect(same.book).toBe(before.book);
  const values = columnValues(before.book, before.market, sampledDays(needs.from, needs.to));
  for (const position of book.positions.values()) position.steps.quantities.fill(1e6);
  expect(columnValues(before.book, before.market, sampledDays(needs.from, needs.to))).toEqual(values);
  expect((await engineInput({ book, sequence: 2 }, needs)).book).not.toBe(before.book);
});

test('a row of the price matrix is made once for the closes it comes from, and widened when more days are asked', () => {
  const column = { currency: 'EUR', days: [10, 12], closes: [5, 6] };
  const row = closeRow(column, { firstDay: 9, lastDay: 13 });
  expect([...row.figures]).toEqual([Number.NaN, 5, 5, 6, 6]);
  expect(closeRow(column, { firstDay: 10, lastDay: 13 })).toBe(row);
  expect([...closeRow(column, { firstDay: 11, lastDay: 15 }).figures]).toEqual([Number.NaN, 5, 5, 6, 6, 6, 6]);
  expect(row.figures.buffer).toBeInstanceOf(SharedArrayBuffer);
});

test('a chart of more days than it has points is thinned evenly and keeps its last day', () => {
  const days = sampledDays('2016-01-01' as LocalDate, '2026-01-01' as LocalDate);
  expect(days.stepDays).toBe(3);
  expect(days.firstDay + (days.count - 1) * days.stepDays).toBe(epochDay('2026-01-01' as LocalDate));
  expect(days.firstDay - epochDay('2016-01-01' as LocalDate)).toBeLessThan(3);
  expect(sampledDays('2026-01-01' as LocalDate, '2026-01-01' as LocalDate).count).toBe(1);
});
