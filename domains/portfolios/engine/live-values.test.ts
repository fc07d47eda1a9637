/** Goal: after any batches of prices every portfolio is worth what adding it up anew gives, and who was touched is told. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openLiveValues } from './live-values.ts';

const INSTRUMENTS = 8;
const holding = fc.record({
  instrument: fc.nat(INSTRUMENTS - 1),
  quantity: fc.double({ min: -1e6, max: 1e6, noNaN: true }),
});
const portfolios = fc.array(fc.array(holding, { maxLength: 6 }), { maxLength: 12 });
const batch = fc.array(fc.tuple(fc.nat(INSTRUMENTS - 1), fc.double({ min: 0.01, max: 1e5, noNaN: true })), {
  maxLength: 10,
});

test('whatever the batches, values are those of a fresh sum and nobody untouched is valued', () => {
  fc.assert(
    fc.property(portfolios, fc.array(batch, { maxLength: 6 }), (all, batches) => {
      const live = openLiveValues(all, INSTRUMENTS);
      const prices = Array<number>(INSTRUMENTS).fill(Number.NaN);
      for (const ticks of batches) {
        const touched = live.take(
          Int32Array.from(ticks, ([instrument]) => instrument),
          Float64Array.from(ticks, ([, price]) => price),
        );
        for (const [instrument, price] of ticks) prices[instrument] = price;
        const ticked = new Set(ticks.map(([instrument]) => instrument));
        const holders = all.flatMap((holdings, index) =>
          holdings.some(({ instrument }) => ticked.has(instrument)) ? [index] : [],
        );
        expect([...touched].toSorted((a, b) => a - b)).toEqual(holders);
        expect([...live.values]).toEqual(
          all.map((own) =>
            own.reduce((sum, { instrument, quantity }) => sum + quantity * (prices[instrument] ?? 0), 0),
          ),
        );
      }
    }),
    { numRuns: 500 },
  );
});
