/** Goal: a money-weighted rate is a verified root or none, and the status tells one root from several. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type DatedFlow, moneyWeighted } from './money-weighted.ts';

/** `[years, flow]`, a year being 365 days. */
const flowsOf = (...pairs: readonly (readonly [years: number, flow: number])[]): DatedFlow[] =>
  pairs.map(([years, flow]) => ({ day: Math.round(years * 365), flow }));

test.each<[string, DatedFlow[], string, number[]]>([
  ['ten per cent in a year', flowsOf([0, -1000], [1, 1100]), 'unique', [0.1]],
  ['a loss', flowsOf([0, -1000], [2, 640]), 'unique', [-0.2]],
  [
    'half a year is a yearly rate',
    [
      { day: 0, flow: -100 },
      { day: 73, flow: 110 },
    ],
    'unique',
    [1.1 ** 5 - 1],
  ],
  ['nearly everything lost', flowsOf([0, -1000], [1, 0.001]), 'unique', [-0.999999]],
  [
    'doubled in a day',
    [
      { day: 0, flow: -1 },
      { day: 1, flow: 2 },
    ],
    'unique',
    [2 ** 365 - 1],
  ],
  // -100 + 230 v - 132 v^2 = 0 has v = 1/1.1 and 1/1.2 (Lorie and Savage's oil pump, 1955).
  ['two rates fit', flowsOf([0, -100], [1, 230], [2, -132]), 'multiple', [0.1, 0.2]],
  ['three rates fit', flowsOf([0, -1000], [1, 3600], [2, -4310], [3, 1716]), 'multiple', [0.1, 0.2, 0.3]],
  // (1 - 1.1 v)^2: touches zero without crossing it.
  ['a double root', flowsOf([0, 100], [1, -220], [2, 121]), 'unique', [0.1]],
  ['in, out and in again without a root', flowsOf([0, 100], [1, -100], [2, 100]), 'none', []],
  [
    'two changes of sign, one of them before the first root',
    flowsOf([0, -10], [1, 30], [2, -1]),
    'multiple',
    [1 / (15 + Math.sqrt(215)) - 1, 1 / (15 - Math.sqrt(215)) - 1],
  ],
  ['only paid in', flowsOf([0, -100], [1, -100]), 'undefined', []],
  ['nothing at all', [], 'undefined', []],
  [
    'all on one day',
    [
      { day: 5, flow: -100 },
      { day: 5, flow: 110 },
    ],
    'undefined',
    [],
  ],
])('%s', (_name, flows, status, roots) => {
  const found = moneyWeighted(flows);
  expect(found.status).toBe(status);
  // As logarithms of growth, so that a rate near -1 and an enormous one must be as right as the others.
  const logs = (rates: readonly number[]): number[] => rates.map((rate) => Math.log1p(rate));
  expect(logs(found.roots)).toEqual(logs(roots).map((log): unknown => expect.closeTo(log, 6)));
  expect(found.rate === null).toBe(found.roots.length === 0);
});

const datedFlow = fc
  .record({ day: fc.integer({ min: 0, max: 7_300 }), cents: fc.integer({ min: -1e8, max: 1e8 }) })
  .map(({ day, cents }) => ({ day, flow: cents / 100 }));

test('every rate given makes the present value vanish, and several means a change of sign between them', () => {
  fc.assert(
    fc.property(fc.array(datedFlow, { minLength: 2, maxLength: 30 }), (flows) => {
      const found = moneyWeighted(flows);
      const size = flows.reduce((total, { flow }) => total + Math.abs(flow), 0);
      const first = Math.min(...flows.map(({ day }) => day));
      for (const rate of found.roots) {
        const weights = flows.map(({ day }) => (1 + rate) ** (-(day - first) / 365));
        const scale = Math.max(size, ...flows.map(({ flow }, index) => Math.abs(flow) * (weights[index] ?? 0)));
        const value = flows.reduce((total, { flow }, index) => total + flow * (weights[index] ?? 0), 0);
        expect(Math.abs(value) / scale).toBeLessThan(1e-7);
      }
      expect(found.status === 'unique').toBe(found.roots.length === 1);
      expect(found.status === 'multiple').toBe(found.roots.length > 1);
    }),
    { numRuns: 150 },
  );
});

test('paying in first and taking out later always has one rate, the same in any currency unit', () => {
  const amounts = fc.array(fc.double({ min: 1, max: 1e5, noNaN: true }), { minLength: 1, maxLength: 15 });
  fc.assert(
    fc.property(amounts, amounts, fc.double({ min: 0.01, max: 1000, noNaN: true }), (paid, taken, unit) => {
      const flows = [
        ...paid.map((flow, index) => ({ day: index * 30, flow: -flow })),
        ...taken.map((flow, index) => ({ day: 1_000 + index * 45, flow })),
      ];
      const found = moneyWeighted(flows);
      const scaled = moneyWeighted(flows.map(({ day, flow }) => ({ day, flow: flow * unit })));
      expect(found.status).toBe('unique');
      expect(scaled.rate ?? 0).toBeCloseTo(found.rate ?? 0, 6);
    }),
  );
});

test('thousands of flows in both directions have the one rate they grew at', () => {
  const daily = 1.08 ** (1 / 365);
  const flows: DatedFlow[] = [];
  let balance = 0;
  for (let day = 0; day < 3_650; day += 1) {
    const paid = day === 0 ? 1_000 : day % 3 === 2 ? -30 : 25;
    balance = balance * daily + paid;
    flows.push({ day, flow: -paid });
  }
  const found = moneyWeighted([...flows, { day: 3_650, flow: balance * daily }]);
  expect(found).toMatchObject({ status: 'unique', rate: expect.closeTo(0.08, 9) as unknown });
});
