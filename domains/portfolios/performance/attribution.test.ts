/** Goal: whatever the book and the blend, the effects add up to the difference of the returns, and the holdings to the return. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assert, epochDay } from '#kernel';
import { buildBook } from '../book.ts';
import { engineInput } from '../engine/engine-market.ts';
import { FxTable } from '../fx-table.ts';
import { booksOf, dayAt, INSTRUMENTS, rates } from '../random-book.ts';
import { attributionOf } from './attribution.ts';
import { attributeBook } from './attribution-rows.ts';
import { dailyColumns } from './daily-columns.ts';
import { performanceOf } from './performance.ts';

const DAYS = 50;
const columnOf = (closes: readonly number[]) => ({
  currency: 'EUR',
  days: closes.map((_close, index) => epochDay(dayAt(index)) - 1),
  closes,
});
const closes = fc.array(fc.double({ min: 50, max: 150, noNaN: true }), { minLength: DAYS + 1, maxLength: DAYS + 1 });
const markets = fc
  .tuple(...[...INSTRUMENTS, 'WORLD', 'GILT'].map(() => closes))
  .map((all) => new Map(all.map((own, index) => [[...INSTRUMENTS, 'WORLD', 'GILT'][index] ?? '', columnOf(own)])));
const GROUPS = new Map([
  ['A', ['stock', 'EUR']],
  ['B', ['stock', 'USD']],
  ['C', ['bond', 'EUR']],
  ['D', ['fund', 'GBP']],
]);

test('effects add up to the difference, contributions to the return, and the return is the time-weighted one', async () => {
  let attributedCount = 0;
  await fc.assert(
    fc.asyncProperty(
      booksOf(['EUR', 'USD']),
      rates,
      markets,
      fc.integer({ min: 0, max: 100 }),
      async (events, fxRates, closesOf, share) => {
        const { book } = buildBook(events, { baseCurrency: 'EUR', fx: new FxTable(fxRates) });
        const [from, to] = [dayAt(0), dayAt(DAYS - 1)];
        const input = await engineInput({ book, sequence: 1 }, { closesOf, from, to });
        const blend = [
          { weightRatio: share / 100, closes: closesOf.get('WORLD'), groups: ['stock', 'USD'] },
          { weightRatio: 1 - share / 100, closes: closesOf.get('GILT'), groups: ['bond', 'EUR'] },
        ];
        const question = {
          firstDay: epochDay(from),
          dayCount: DAYS,
          live: null,
          groupsOf: GROUPS,
          blend,
          dimensionCount: 2,
        };
        const found = attributeBook({ ...input, ...question });
        const { twr } = performanceOf(dailyColumns(book, { from, to, closesOf }));
        if (typeof found === 'string') return;
        attributedCount += 1;
        for (const { ratio, benchmarkRatio, groups, rows, residual } of found) {
          const size = Math.max(1, Math.abs(ratio), ...groups.map(({ selection }) => Math.abs(selection)));
          expect((ratio - (twr ?? Number.NaN)) / size).toBeCloseTo(0, 9);
          expect(Math.abs(residual) / size).toBeLessThan(1e-9);
          expect(rows.reduce((sum, row) => sum + row.contribution, -ratio) / size).toBeCloseTo(0, 9);
          // Where the blend has the group, what holdings earned beyond it is selection and interaction together.
          const held = groups.filter(({ benchmarkWeightRatio }) => benchmarkWeightRatio > 0);
          const allocation = held.reduce((sum, group) => sum + group.allocation, 0);
          const excess = rows.reduce((sum, row) => sum + row.excess, 0);
          expect((allocation + excess - (ratio - benchmarkRatio)) / size).toBeCloseTo(0, 9);
        }
      },
    ),
    { numRuns: 300 },
  );
  expect(attributedCount).toBeGreaterThan(30);
});

test('days with nothing invested count as cash; a total loss and a day without a value have no attribution', () => {
  const blend = [{ group: 'stock', weightRatio: 1, dailyRatios: Float64Array.of(0.1, 0.1) }];
  const row = (bases: number[], ends: number[]) => [
    { id: 'A', group: 'stock', bases: Float64Array.from(bases), ends: Float64Array.from(ends) },
  ];
  const idle = attributionOf({ rows: row([0, 100], [0, 120]), blend, dayCount: 2 });
  assert(typeof idle !== 'string', 'an idle day has an attribution');
  expect(idle.ratio).toBeCloseTo(0.2, 12);
  expect(idle.benchmarkRatio).toBeCloseTo(0.21, 12);
  expect(idle.residual).toBeCloseTo(0, 12);
  expect(idle.groups.find(({ name }) => name === 'cash')?.weightRatio).toBe(0.5);
  expect(attributionOf({ rows: row([100, 100], [100, 0]), blend, dayCount: 2 })).toBe('base_not_positive');
  expect(attributionOf({ rows: row([0, 0], [0, 5]), blend, dayCount: 2 })).toBe('base_not_positive');
  expect(attributionOf({ rows: row([100, Number.NaN], [100, 100]), blend, dayCount: 2 })).toBe('value_unknown');
});
