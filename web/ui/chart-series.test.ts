/** Goal: periods cut where they say, series meet on one time axis, and two neighbouring axis labels never read the same. */
import { expect, test } from 'vitest';
import { alignSeries, axisText, cutToRange, type Point, rangesFor, type Series } from './chart-series.ts';

const DAY_MS = 86_400_000;
const END = Date.UTC(2026, 10, 20);

function daily(dayCount: number): Series {
  const points = Array.from({ length: dayCount }, (_, index): Point => [END - (dayCount - 1 - index) * DAY_MS, index]);
  return { id: 'own', label: 'Cartera', points };
}

test('a month of daily data offers no year, and daily data no intraday view', () => {
  expect(rangesFor([daily(30)])).not.toContain('1Y');
  expect(rangesFor([daily(30)])).not.toContain('1D');
  expect(rangesFor([daily(800)])).toEqual(['1W', '1M', '3M', 'YTD', '1Y', 'all']);
});

test('a period keeps only what falls in it', () => {
  expect(cutToRange([daily(800)], '1W')[0]?.points).toHaveLength(8);
  expect(cutToRange([daily(800)], 'all')[0]?.points).toHaveLength(800);
});

test('series of different days share one axis; a missing point is a gap', () => {
  const left: Series = {
    id: 'a',
    label: 'A',
    points: [
      [1, 10],
      [3, 30],
    ],
  };
  const right: Series = { id: 'b', label: 'B', points: [[2, 5]] };
  expect(alignSeries([left, right])).toEqual({
    atMs: [1, 2, 3],
    values: [
      [10, null, 30],
      [null, 5, null],
    ],
  });
});

test('neighbouring labels differ, whatever the step', () => {
  for (const step of [0.05, 0.5, 5, 500, 20_000, 250_000]) {
    const figure = { kind: 'money', currency: 'EUR' } as const;
    expect(axisText(4_200_000, step, figure)).not.toBe(axisText(4_200_000 + step, step, figure));
    expect(axisText(12 * step, step, figure)).not.toBe(axisText(13 * step, step, figure));
  }
});
