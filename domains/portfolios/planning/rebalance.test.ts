/**
 * Goal: whatever is held, a plan makes or loses no money, sells nothing that is not held, spends no cash that is not there,
 * keeps the tax budget, sells more under a larger one, and reaches the bands wherever nothing stands in the way.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Decimal } from '#kernel';
import { allocateSleeves } from './allocation.ts';
import { checkTargets, edgesOf, type Target } from './model.ts';
import { planRebalance } from './rebalance.ts';
import type { HeldPosition, RebalanceInput, RebalancePlan } from './rebalance-types.ts';

const RUNS = 300;
const CLASSES = ['equity', 'bond', 'commodity'] as const;
const cents = (value: number): Decimal => Decimal.of(BigInt(value), 2);

const targets: fc.Arbitrary<Target[]> = fc
  .tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 }), fc.boolean())
  .map(([first, second, hasCash]) => {
    const [low, high] = first < second ? [first, second] : [second, first];
    const rest = hasCash ? [100 - high - Math.floor((100 - high) / 2), Math.floor((100 - high) / 2)] : [100 - high];
    return [low, high - low, ...rest].map((percent, index) => ({
      assetClass: index === 3 ? ('cash' as const) : (CLASSES[index] ?? 'equity'),
      instrumentId: null,
      weightBps: percent * 100,
      band: { kind: 'absolute' as const, bps: 300 },
      buyInstrumentId: null,
    }));
  });

interface Drawn {
  readonly instrument: number;
  readonly portfolio: number;
  readonly unitCents: number;
  readonly lots: { readonly milli: number; readonly costCents: number }[];
}

const drawn: fc.Arbitrary<Drawn> = fc.record({
  instrument: fc.integer({ min: 0, max: 5 }),
  portfolio: fc.integer({ min: 0, max: 1 }),
  unitCents: fc.integer({ min: 1, max: 50_000 }),
  lots: fc.array(
    fc.record({ milli: fc.integer({ min: 1, max: 90_000 }), costCents: fc.integer({ min: 0, max: 900_000 }) }),
    { minLength: 1, maxLength: 4 },
  ),
});

/** Instruments 0 to 4 are of the three classes in turn, the last is of none the model names. */
function positionOf({ instrument, portfolio, lots }: Drawn, unitPrice: Decimal): HeldPosition {
  const assetClass = instrument === 5 ? ('other' as const) : (CLASSES[instrument % 3] ?? 'equity');
  const held = lots.map(({ milli, costCents }) => ({
    quantity: Decimal.of(BigInt(milli), 3),
    costBase: cents(costCents),
  }));
  return {
    portfolioId: `P${portfolio}`,
    accountId: `A${portfolio}`,
    instrumentId: `I${instrument}`,
    assetClass,
    quantity: Decimal.sum(held.map(({ quantity }) => quantity)),
    unitPrice,
    lots: held,
  };
}

const households: fc.Arbitrary<RebalanceInput> = fc
  .record({
    targets,
    positions: fc.array(drawn, { minLength: 1, maxLength: 6 }),
    cash: fc.tuple(fc.integer({ min: 0, max: 1_000_000 }), fc.integer({ min: 0, max: 1_000_000 })),
    mode: fc.constantFrom('full' as const, 'bands' as const, 'cash_only' as const),
    minTrade: fc.constantFrom(0, 5_000),
    feeFixed: fc.constantFrom(0, 100),
    feeBps: fc.constantFrom(0, 15),
    taxBudget: fc.option(fc.integer({ min: 0, max: 500_000 })),
    digits: fc.constantFrom(0, 6),
    contribution: fc.integer({ min: 0, max: 500_000 }),
  })
  .map((facts) => {
    const priceOf = new Map<string, Decimal>();
    for (const { instrument, unitCents } of facts.positions) {
      if (!priceOf.has(`I${instrument}`)) priceOf.set(`I${instrument}`, cents(unitCents));
    }
    const unique = new Map(facts.positions.map((each) => [`${each.instrument} ${each.portfolio}`, each]));
    return {
      rules: { targets: facts.targets, outsideBandBps: 300 },
      positions: [...unique.values()].map((each) =>
        positionOf(each, priceOf.get(`I${each.instrument}`) ?? Decimal.one),
      ),
      cash: facts.cash.map((amount, index) => ({ portfolioId: `P${index}`, amount: cents(amount) })),
      contribution: { portfolioId: 'P0', amount: cents(facts.contribution) },
      priceOf,
      unitDigitsOf: () => facts.digits,
      accountFor: (portfolioId: string) => portfolioId.replace('P', 'A'),
      options: {
        mode: facts.mode,
        minTrade: cents(facts.minTrade),
        feeFixed: cents(facts.feeFixed),
        feeBps: facts.feeBps,
        taxRateBps: 1_900,
        taxBudget: facts.taxBudget === null ? null : cents(facts.taxBudget),
      },
    };
  });

function plan(input: RebalanceInput): RebalancePlan | null {
  const made = planRebalance(input);
  return made.ok ? made.value : null;
}

const check = (property: (input: RebalanceInput) => boolean): void =>
  fc.assert(fc.property(households, property), { numRuns: RUNS });

test('cash is conserved in every portfolio, to the last digit', () => {
  check((input) => {
    const made = plan(input);
    if (!made) return true;
    return input.cash.every(({ portfolioId, amount }) => {
      const given = input.contribution?.portfolioId === portfolioId ? input.contribution.amount : Decimal.zero;
      const own = made.trades.filter((trade) => trade.portfolioId === portfolioId);
      const moved = own.map(({ side, value, charge }) => (side === 'sell' ? value : value.negated()).minus(charge));
      const after = made.cashAfter.find((pool) => pool.portfolioId === portfolioId)?.amount;
      return after?.equals(amount.plus(given).plus(Decimal.sum(moved))) ?? false;
    });
  });
});

test('nobody sells more than is held, overdraws a portfolio, or trades both ways in one instrument', () => {
  check((input) => {
    const made = plan(input);
    if (!made) return true;
    const sold = made.trades.filter(({ side }) => side === 'sell');
    const isHeld = sold.every((trade) => {
      const held = input.positions.find(
        (each) => each.accountId === trade.accountId && each.instrumentId === trade.instrumentId,
      );
      return trade.quantity.sign > 0 && held !== undefined && held.quantity.compare(trade.quantity) >= 0;
    });
    const isCovered = made.cashAfter.every(({ amount }) => amount.sign >= 0);
    const bothWays = sold.some(({ sleeveKey }) =>
      made.trades.some((trade) => trade.side === 'buy' && trade.sleeveKey === sleeveKey),
    );
    return isHeld && isCovered && !bothWays;
  });
});

test('cash only never sells, no trade is below the least, and tax stays within its budget', () => {
  check((input) => {
    const made = plan(input);
    if (!made) return true;
    const { mode, minTrade, taxBudget } = input.options;
    const sells = made.trades.filter(({ side }) => side === 'sell');
    if (mode === 'cash_only' && sells.length > 0) return false;
    if (made.trades.some(({ value }) => value.compare(minTrade) < 0)) return false;
    // A sale dropped for being too small may take a loss away that paid for a gain: only without a least trade is it sure.
    if (taxBudget === null || !minTrade.isZero || !input.options.feeFixed.isZero) return true;
    return made.taxes !== null && made.taxes.compare(taxBudget.plus(cents(1))) <= 0;
  });
});

test('a sleeve that ends out of band says why, and one inside says nothing', () => {
  check((input) => {
    const made = plan(input);
    if (!made) return true;
    return made.after.sleeves.every(({ key, state }) => (state === 'inside') === !made.reasons.has(key));
  });
});

test('where nothing stands in the way the result is within its bands', () => {
  fc.assert(
    fc.property(households, fc.constantFrom('full' as const, 'bands' as const), (input, mode) => {
      const free = {
        ...input.options,
        mode,
        minTrade: Decimal.zero,
        feeFixed: Decimal.zero,
        feeBps: 0,
        taxBudget: null,
      };
      const start = allocateSleeves(input.rules, new Map());
      const buyable = start.sleeves.map(({ target }) => target).filter((target) => target !== null);
      // Every class can be bought, in small enough units.
      const rules = {
        ...input.rules,
        targets: buyable.map((target, index) => ({
          ...target,
          buyInstrumentId: target.assetClass === 'cash' ? null : `B${index}`,
        })),
      };
      const priceOf = new Map([
        ...input.priceOf,
        ...buyable.map((_target, index): [string, Decimal] => [`B${index}`, Decimal.one]),
      ]);
      const made = plan({ ...input, rules, priceOf, unitDigitsOf: () => 8, options: free });
      // Below a hundred a rounding of the eighth digit of a unit may be a point of the whole.
      return !made || made.before.total.compare(cents(10_000)) < 0 || made.after.isInside;
    }),
    { numRuns: RUNS },
  );
});

test('a larger tax budget sells as much or more of everything', () => {
  fc.assert(
    fc.property(
      households,
      fc.integer({ min: 0, max: 300_000 }),
      fc.integer({ min: 0, max: 300_000 }),
      (input, one, more) => {
        const under = (budget: number): Map<string, Decimal> => {
          const options = { ...input.options, mode: 'full' as const, taxBudget: cents(budget) };
          const sells = (plan({ ...input, options })?.trades ?? []).filter(({ side }) => side === 'sell');
          return new Map(
            sells.map(({ accountId, instrumentId, quantity }) => [`${accountId} ${instrumentId}`, quantity]),
          );
        };
        const [small, large] = [under(one), under(one + more)];
        return [...small].every(([key, quantity]) => (large.get(key) ?? Decimal.zero).compare(quantity) >= 0);
      },
    ),
    { numRuns: RUNS },
  );
});

test('the same question has the same answer', () => {
  check((input) => JSON.stringify(plan(input)?.trades) === JSON.stringify(plan(input)?.trades));
});

test('edges never leave the whole, and a relative band is a share of its target', () => {
  const edges = (weightBps: number, kind: 'absolute' | 'relative', bps: number): string[] =>
    Object.values(edgesOf({ weightBps, band: { kind, bps } })).map(String);
  expect(edges(6_000, 'absolute', 500)).toEqual(['0.55', '0.65']);
  expect(edges(1_000, 'relative', 2_500)).toEqual(['0.075', '0.125']);
  expect(edges(200, 'absolute', 500)).toEqual(['0', '0.07']);
  expect(edges(9_800, 'absolute', 500)).toEqual(['0.93', '1']);
});

test.each([
  [[], 'no_targets'],
  [[{ assetClass: 'equity', weightBps: 9_999 }], 'weights_not_whole'],
  [[{ weightBps: 10_000 }], 'one_subject_each'],
  [[{ assetClass: 'equity', instrumentId: 'x', weightBps: 10_000 }], 'one_subject_each'],
  [
    [
      { assetClass: 'equity', weightBps: 5_000 },
      { assetClass: 'equity', weightBps: 5_000 },
    ],
    'named_twice',
  ],
] as const)('targets %j are refused: %s', (written, problem) => {
  const bare = {
    assetClass: null,
    instrumentId: null,
    band: { kind: 'absolute', bps: 500 },
    buyInstrumentId: null,
  } as const;
  const checked = checkTargets(written.map((target) => ({ ...bare, ...target })));
  expect(checked.ok ? null : checked.details['problem']).toBe(problem);
});
