/** Goal: returns and risk come out as redone by hand; a gap is named, never bridged. */
import { expect, test } from 'vitest';
import { betaOf, drawdownOf, riskFigures, rollingReturns, trackingErrorOf } from './risk.ts';
import { annualised, type DailyColumns, modifiedDietz, timeWeighted } from './time-weighted.ts';

const columns = (parts: {
  readonly opening?: number;
  readonly values: readonly number[];
  readonly inflows?: readonly number[];
  readonly outflows?: readonly number[];
}): DailyColumns => ({
  firstDay: 20_000,
  openingValue: parts.opening ?? 0,
  values: Float64Array.from(parts.values),
  inflows: Float64Array.from(parts.values, (_value, index) => parts.inflows?.[index] ?? 0),
  outflows: Float64Array.from(parts.values, (_value, index) => parts.outflows?.[index] ?? 0),
});
const total = (of: DailyColumns): unknown => {
  const linked = timeWeighted(of);
  return 'kind' in linked ? linked : Number(linked.totalRatio.toFixed(12));
};

test('money in counts from the start of its day, money out until its end', () => {
  // 100 in, worth 110; 90 more in before the day that ends at 220; 110 out at the end of a day that left 110.
  expect(total(columns({ values: [110, 220, 110], inflows: [100, 90], outflows: [0, 0, 110] }))).toBe(
    Number((1.1 * (220 / 200) * (220 / 220) - 1).toFixed(12)),
  );
});

test('a big deposit does not change what the money did', () => {
  const small = columns({ opening: 100, values: [110, 121] });
  const large = columns({ opening: 100, values: [110, 121 + 1.1e6], inflows: [0, 1e6] });
  expect(total(small)).toBe(0.21);
  expect(total(large)).toBe(0.21);
});

test('days with nothing invested have no return; a day that ends with something from nothing has none to give', () => {
  expect(total(columns({ values: [0, 110, 0, 0, 55], inflows: [0, 100, 0, 0, 50], outflows: [0, 0, 110] }))).toBe(0.21);
  expect(total(columns({ values: [0, 5] }))).toEqual({ kind: 'base_not_positive', day: 20_001 });
  expect(total(columns({ opening: 1, values: [1, Number.NaN, 1] }))).toEqual({ kind: 'value_unknown', day: 20_001 });
});

test('modified Dietz weighs each flow by the days it worked', () => {
  // 1000 all ten days, 500 from the start of day 6 (5 of 10 days): gain 70 on 1250.
  const one = columns({
    opening: 1000,
    values: [1000, 1000, 1000, 1000, 1000, 1500, 1500, 1500, 1500, 1570],
    inflows: [0, 0, 0, 0, 0, 500],
  });
  expect(modifiedDietz(one)).toBeCloseTo(70 / 1250, 12);
  expect(modifiedDietz(columns({ values: [0, 0] }))).toBeNull();
});

test('nothing is annualised under a year', () => {
  expect(annualised(0.1, 364)).toBeNull();
  expect(annualised(0.21, 730)).toBeCloseTo(0.1, 12);
});

test('risk of four days by hand', () => {
  const daily = Float64Array.from([0.01, -0.02, 0.03, 0]);
  // mean 0.005; squares 0.000025 + 0.000625 + 0.000625 + 0.000025 = 0.0013; / 3.
  const deviation = Math.sqrt(0.0013 / 3);
  const figures = riskFigures(daily);
  expect(figures.volatilityRatio).toBeCloseTo(deviation * Math.sqrt(365), 12);
  expect(figures.sharpe).toBeCloseTo((0.005 / deviation) * Math.sqrt(365), 10);
  expect(figures.sortino).toBeCloseTo((0.005 / Math.sqrt(0.0004 / 4)) * Math.sqrt(365), 10);
  expect(figures.valueAtRisk95Ratio).toBeNull();
  expect(riskFigures(new Float64Array([0.01]))).toMatchObject({ volatilityRatio: null, sharpe: null, sortino: null });
  expect(riskFigures(new Float64Array(10))).toMatchObject({ volatilityRatio: 0, sharpe: null, sortino: null });
});

test('the deepest fall is from its own peak, and says when it was over', () => {
  // 1.1, 0.88 (-20 %), 1.144 (new peak), 1.0296 (-10 %).
  expect(drawdownOf(Float64Array.from([0.1, -0.2, 0.3, -0.1]))).toMatchObject({
    peakIndex: 0,
    troughIndex: 1,
    recoveredIndex: 2,
  });
  expect(drawdownOf(Float64Array.from([0.1, -0.2, 0.3, -0.1])).maxRatio).toBeCloseTo(0.2, 12);
  expect(drawdownOf(Float64Array.from([-0.5, 0.5]))).toMatchObject({ peakIndex: -1, recoveredIndex: null });
  expect(drawdownOf(Float64Array.from([0.1, 0])).maxRatio).toBe(0);
});

test('beta, tracking error and rolling windows', () => {
  const market = Float64Array.from([0.01, -0.02, 0.03]);
  expect(
    betaOf(
      market.map((ratio) => 2 * ratio),
      market,
    ),
  ).toBeCloseTo(2, 12);
  expect(betaOf(market, new Float64Array(3))).toBeNull();
  expect(
    trackingErrorOf(
      market.map((ratio) => ratio + 0.001),
      market,
    ),
  ).toBeCloseTo(0, 12);
  const rolling = rollingReturns(Float64Array.from([0.1, 0.1, -0.5]), 2);
  expect(rolling[0]).toBeNaN();
  expect([rolling[1], rolling[2]].map((ratio) => Number(ratio?.toFixed(12)))).toEqual([0.21, -0.45]);
});

test('value at risk is the loss that one day in twenty exceeds', () => {
  const daily = Float64Array.from({ length: 200 }, (_unused, index) => (index - 100) / 1000);
  const figures = riskFigures(daily);
  expect(figures.valueAtRisk95Ratio).toBeCloseTo(0.091, 12);
  expect(figures.expectedShortfall95Ratio).toBeCloseTo(0.0955, 12);
});
