/**
 * Allocation: what a portfolio holds against what its model says, sleeve by sleeve. Units: values in one currency, exact;
 * weights are ratios for the eye, while being inside a band is decided on the exact values (value >= lower x total).
 */
import { Decimal } from '#kernel';
import {
  type AssetClass,
  edgesOf,
  keyOf,
  type ModelRules,
  OUTSIDE,
  ratioOfBps,
  sleeveKeyOf,
  type Target,
} from './model.ts';

/** One thing held: an instrument, or cash (no instrument). */
export interface Part {
  readonly instrumentId: string | null;
  readonly assetClass: AssetClass;
  readonly value: Decimal;
}

export type BandState = 'inside' | 'below' | 'above';

export interface Sleeve {
  readonly key: string;
  /** Null is what the model does not name. */
  readonly target: Target | null;
  readonly targetRatio: Decimal;
  readonly lower: Decimal;
  readonly upper: Decimal;
  readonly value: Decimal;
  /** Share of the whole, 18 digits; null without a positive whole. */
  readonly weight: Decimal | null;
  readonly state: BandState;
}

export interface Allocation {
  readonly total: Decimal;
  readonly sleeves: readonly Sleeve[];
  readonly isInside: boolean;
  /** The sleeve farthest from its target, in points of the whole; null without a positive whole. */
  readonly worst: { readonly key: string; readonly drift: Decimal } | null;
  /** Half of all distances: the share of the portfolio that would have to move. */
  readonly turnover: Decimal | null;
}

const WEIGHT_DIGITS = 18;

/** Sleeves of the model in its order, `outside` last. */
export function emptySleeves(rules: ModelRules): Omit<Sleeve, 'value' | 'weight' | 'state'>[] {
  const named = rules.targets.map((target) => ({
    key: keyOf(target),
    target,
    targetRatio: ratioOfBps(target.weightBps),
    ...edgesOf(target),
  }));
  const upper = ratioOfBps(rules.outsideBandBps);
  return [...named, { key: OUTSIDE, target: null, targetRatio: Decimal.zero, lower: Decimal.zero, upper }];
}

/** Puts every part in its sleeve and says how far each is from its target. */
export function allocate(rules: ModelRules, parts: readonly Part[]): Allocation {
  const values = new Map<string, Decimal>();
  for (const part of parts) {
    const key = sleeveKeyOf(rules.targets, part);
    values.set(key, (values.get(key) ?? Decimal.zero).plus(part.value));
  }
  return allocateSleeves(rules, values);
}

/** The same from the value of each sleeve. */
export function allocateSleeves(rules: ModelRules, values: ReadonlyMap<string, Decimal>): Allocation {
  const total = Decimal.sum(values.values());
  const sleeves = emptySleeves(rules).map((sleeve): Sleeve => {
    const value = values.get(sleeve.key) ?? Decimal.zero;
    const weight = total.sign > 0 ? value.dividedBy(total, WEIGHT_DIGITS, 'half-even') : null;
    return { ...sleeve, value, weight, state: stateOf({ value, total, ...sleeve }) };
  });
  const drifts = sleeves.flatMap(({ key, weight, targetRatio }) =>
    weight ? [{ key, drift: weight.minus(targetRatio) }] : [],
  );
  const worst = drifts.toSorted((a, b) => b.drift.absolute().compare(a.drift.absolute()))[0] ?? null;
  const distance = Decimal.sum(drifts.map(({ drift }) => drift.absolute()));
  return {
    total,
    sleeves,
    isInside: sleeves.every(({ state }) => state === 'inside'),
    worst,
    turnover: total.sign > 0 ? distance.times(Decimal.of(5n, 1)) : null,
  };
}

/** Decided without dividing, so that a weight exactly on the edge is inside. */
function stateOf(sleeve: {
  readonly value: Decimal;
  readonly total: Decimal;
  readonly lower: Decimal;
  readonly upper: Decimal;
}): BandState {
  const { value, total, lower, upper } = sleeve;
  if (value.compare(lower.times(total)) < 0) return 'below';
  return value.compare(upper.times(total)) > 0 ? 'above' : 'inside';
}
