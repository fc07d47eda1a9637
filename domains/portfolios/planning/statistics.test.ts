/** Goal: checks, backtests and simulations give what a person gets by hand, the same every time, and what cannot be known is said. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Decimal, epochDay, localDate } from '#kernel';
import { backtestModel } from './model-backtest.ts';
import { type GoalPlan, simulateGoal } from './monte-carlo.ts';
import { evaluateXray, type ExposedPart, ruleProblem, type XrayRule } from './xray.ts';

describe('x-ray', () => {
  const rule = (kind: XrayRule['kind'], limits: Partial<XrayRule>): XrayRule => ({
    id: kind.replace('_', '-'),
    kind,
    subject: null,
    limitBps: null,
    limitCount: null,
    limitAmount: null,
    severity: 'warning',
    isEnabled: true,
    ...limits,
  });
  const part = (name: string, value: string, facts: Partial<ExposedPart> = {}): ExposedPart => ({
    instrumentId: name,
    name,
    value: Decimal.from(value),
    assetClass: 'equity',
    currency: 'EUR',
    regions: {},
    sectors: {},
    feeBps: null,
    isFund: false,
    ...facts,
  });
  /** 10,000: a fund of 6,000 (70 % America, 20 % Europe, 10 % not said; 0.20 %), a share of 3,000, cash of 1,000. */
  const parts = [
    part('FUND', '6000', { regions: { america: 7_000, europe: 2_000 }, feeBps: 20, isFund: true }),
    part('SHARE', '3000', { regions: { europe: 10_000 }, currency: 'USD' }),
    part('EUR', '1000', { instrumentId: null, assetClass: 'cash' }),
  ];
  const one = (checked: XrayRule, of: readonly ExposedPart[] = parts) => {
    const [finding] = evaluateXray([checked], of, 'EUR');
    return [finding?.state, finding?.subject, finding?.measured];
  };

  test.each([
    [rule('position_max', { limitBps: 6_000 }), ['ok', 'FUND', 0.6]], // On the limit is not above it.
    [rule('position_max', { limitBps: 5_999 }), ['broken', 'FUND', 0.6]],
    [rule('top_max', { limitBps: 8_500, limitCount: 2 }), ['broken', null, 0.9]],
    [rule('currency_max', { limitBps: 2_000 }), ['broken', 'USD', 0.3]],
    // Europe: 20 % of 6,000 and 3,000 are 4,200. 600 are not said: 4,800 at most.
    [rule('region_max', { limitBps: 4_100 }), ['broken', 'america', 0.42]],
    [rule('region_max', { limitBps: 4_500 }), ['unknown', 'america', 0.42]],
    [rule('region_max', { limitBps: 4_800 }), ['ok', 'america', 0.42]],
    [rule('region_max', { limitBps: 4_100, subject: 'europe' }), ['broken', 'europe', 0.42]],
    [rule('class_max', { limitBps: 8_000, subject: 'equity' }), ['broken', 'equity', 0.9]],
    [rule('class_min', { limitBps: 500, subject: 'bond' }), ['broken', 'bond', 0]],
    // 0.20 % of 6,000 is 12 a year: 0.12 % of the whole.
    [rule('fees_max', { limitBps: 11 }), ['broken', null, 0.0012]],
    [rule('fees_max', { limitBps: 12 }), ['ok', null, 0.0012]],
    [rule('cash_min', { limitAmount: '1000.01' }), ['broken', null, null]],
    [rule('positions_min', { limitCount: 2 }), ['ok', null, 2]],
    [rule('positions_min', { limitCount: 3 }), ['broken', null, 2]],
  ] as const)('%j', (checked, expected) => expect(one(checked)).toEqual(expected));

  test('a class that nobody stated can break a limit or meet a minimum: neither is passed', () => {
    const vague = [
      part('FUND', '6000', { assetClass: null, isFund: true }),
      part('BOND', '4000', { assetClass: 'bond' }),
    ];
    expect(one(rule('class_max', { limitBps: 5_000, subject: 'bond' }), vague)[0]).toBe('unknown');
    expect(one(rule('class_min', { limitBps: 5_000, subject: 'bond' }), vague)[0]).toBe('unknown');
    expect(one(rule('class_min', { limitBps: 3_000, subject: 'bond' }), vague)[0]).toBe('ok');
    expect(one(rule('fees_max', { limitBps: 50 }), vague)[0]).toBe('unknown');
  });

  test('a rule that is off is not checked, nothing is checked of nothing, and a rule says what it lacks', () => {
    expect(evaluateXray([rule('positions_min', { limitCount: 9, isEnabled: false })], parts, 'EUR')).toEqual([]);
    expect(evaluateXray([rule('positions_min', { limitCount: 9 })], [], 'EUR')).toEqual([]);
    expect(ruleProblem(rule('class_max', { limitBps: 100 }))).toBe('subject_missing');
    expect(ruleProblem(rule('top_max', { limitBps: 100 }))).toBe('count_missing');
    expect(ruleProblem(rule('cash_min', { limitBps: 100 }))).toBe('amount_missing');
  });
});

describe('backtest', () => {
  const flat = (days: number) => new Float64Array(days).fill(1);
  const parts = (levels: readonly number[], others?: readonly number[]) => [
    { weightRatio: 0.5, lowerRatio: 0.4, upperRatio: 0.6, levels: Float64Array.from(levels) },
    { weightRatio: 0.5, lowerRatio: 0.4, upperRatio: 0.6, levels: Float64Array.from(others ?? flat(levels.length)) },
  ];
  const firstDay = epochDay(localDate('2026-01-30'));

  test('without rebalancing half doubles and half stays: one becomes one and a half', () => {
    const run = backtestModel(parts([1, 1, 2]), { firstDay, rule: 'none', costRatio: 0 });
    expect([...run.growth]).toEqual([1, 1, 1.5]);
    expect(run.rebalanceCount).toBe(0);
  });
  test('on the first of a month weights go back, and what moves pays on both sides', () => {
    // 31 January doubles: 1 and 0.5. On 1 February a sixth moves (2/3 to 1/2): 2 x 1/6 x 1 % of 1.5. Then it doubles again.
    const run = backtestModel(parts([1, 2, 2, 4]), { firstDay, rule: 'monthly', costRatio: 0.01 });
    const start = 0.99;
    const moved = start * 1.5 * (1 - (2 * 0.01) / 6);
    expect(run.growth[3]).toBeCloseTo(moved * 1.5, 12);
    expect([run.rebalanceCount, run.turnoverRatio]).toEqual([1, expect.closeTo(1 / 6, 12)]);
  });
  test('bands wait until a weight leaves them', () => {
    // 1.4 against 1: 58.3 %, inside. 1.6: 61.5 %, out.
    const run = backtestModel(parts([1, 1.4, 1.6, 1.6]), { firstDay, rule: 'bands', costRatio: 0 });
    expect(run.rebalanceCount).toBe(1);
  });
});

describe('monte carlo', () => {
  const plan: GoalPlan = {
    startValue: 1_000,
    monthlyFlow: 100,
    monthCount: 12,
    targetValue: 2_200,
    inflationRatio: 0,
    growth: { method: 'parametric', returnRatio: 0, volatilityRatio: 0 },
    seed: 7,
    pathCount: 200,
  };
  const noisy = { method: 'parametric', returnRatio: 0.05, volatilityRatio: 0.2 } as const;
  const last = (values: readonly { values: readonly number[] }[]): readonly number[] => values.at(-1)?.values ?? [];

  test('without movement it is a savings book: 1,000 and twelve times 100', async () => {
    const { steps, successRatio } = await simulateGoal(plan);
    expect(last(steps)).toEqual([2_200, 2_200, 2_200, 2_200, 2_200]);
    expect(successRatio).toBe(1);
    expect((await simulateGoal({ ...plan, targetValue: 2_200.01 })).successRatio).toBe(0);
  });
  test('money of today: at the pace of inflation nothing grows, and without growth it shrinks', async () => {
    const even = { ...plan, monthlyFlow: 0, inflationRatio: 0.02 };
    const kept = await simulateGoal({
      ...even,
      growth: { method: 'parametric', returnRatio: 0.02, volatilityRatio: 0 },
    });
    expect(last(kept.steps)[2]).toBeCloseTo(1_000, 8);
    expect(last((await simulateGoal(even)).steps)[2]).toBeCloseTo(1_000 / 1.02, 8);
  });
  test('taking out more than there is runs out, and is told', async () => {
    const { steps, ruinRatio } = await simulateGoal({ ...plan, monthlyFlow: -300 });
    expect([last(steps)[2], ruinRatio]).toEqual([0, 1]);
  });
  test('the median of a parametric year is its return, its spread that of its volatility', async () => {
    const { steps } = await simulateGoal({ ...plan, monthlyFlow: 0, growth: noisy, pathCount: 20_000 });
    const [low = 0, , median = 0, , high = 0] = last(steps);
    expect(median).toBeCloseTo(1_050, -2);
    // 90 % of a log-normal lies within exp(1.645 x 0.2) of its median.
    expect(Math.log(high / median)).toBeCloseTo(1.645 * 0.2, 1);
    expect(Math.log(median / low)).toBeCloseTo(1.645 * 0.2, 1);
  });
  test('bootstrap of a history that grows a thousandth a day grows by 365 of them a year', async () => {
    const growth = { method: 'bootstrap', dailyRatios: new Float64Array(500).fill(0.001), blockMonths: 3 } as const;
    const { steps } = await simulateGoal({ ...plan, monthlyFlow: 0, growth });
    const [low = 0, , , , high = 0] = last(steps);
    expect(low).toBeGreaterThan(1_000 * 1.001 ** 360);
    expect(high).toBeLessThan(1_000 * 1.001 ** 370);
  });
  test('the same seed is the same result in any number of turns; another one is another', async () => {
    const shaken = { ...plan, growth: noisy };
    let turns = 0;
    const [one, two] = [await simulateGoal(shaken), await simulateGoal(shaken, async () => void (turns += 1))];
    expect(two).toEqual(one);
    expect(turns).toBe(2);
    expect(await simulateGoal({ ...shaken, seed: 8 })).not.toEqual(one);
  });
  test('percentiles rise, and paying in more never lowers the chance', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 2 ** 31 - 1 }),
        fc.integer({ min: -200, max: 200 }),
        fc.integer({ min: 0, max: 200 }),
        async (seed, monthlyFlow, more) => {
          const shaken = { ...plan, growth: noisy, seed, monthlyFlow, monthCount: 30, pathCount: 60 };
          const [less, much] = [
            await simulateGoal(shaken),
            await simulateGoal({ ...shaken, monthlyFlow: monthlyFlow + more }),
          ];
          const rises = less.steps.every(({ values }) =>
            values.every((value, index) => value >= (values[index - 1] ?? 0)),
          );
          return rises && much.successRatio >= less.successRatio && much.ruinRatio <= less.ruinRatio;
        },
      ),
      { numRuns: 60 },
    );
  });
});
