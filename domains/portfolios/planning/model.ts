/**
 * Model portfolios: what a portfolio of a risk profile should be made of. Units: weights and bands in basis points
 * (10,000 = the whole), exact as integers; edges of a band as exact ratios.
 * Method: a target names an instrument or an asset class; an instrument with a target of its own counts there and not in
 * its class. An absolute band reaches so many points to each side, a relative one so much of the target itself. What the
 * model does not name (cash too, unless it is a target) is one sleeve, `outside`, whose target is nothing.
 */
import { Decimal, ok, refuse, type Result } from '#kernel';
import type { InstrumentKind } from '#markets';

export const ASSET_CLASSES = [
  'equity',
  'bond',
  'cash',
  'real_estate',
  'commodity',
  'crypto',
  'mixed',
  'other',
] as const;
export type AssetClass = (typeof ASSET_CLASSES)[number];

/** Least daring first. */
export const RISK_PROFILES = ['conservative', 'moderate', 'balanced', 'growth', 'aggressive'] as const;
export type RiskProfile = (typeof RISK_PROFILES)[number];

export const BAND_KINDS = ['absolute', 'relative'] as const;

export interface Target {
  /** Exactly one of the two is set. */
  readonly assetClass: AssetClass | null;
  readonly instrumentId: string | null;
  readonly weightBps: number;
  readonly band: { readonly kind: (typeof BAND_KINDS)[number]; readonly bps: number };
  /** What is bought when a class lacks; null: the largest holding of the class. */
  readonly buyInstrumentId: string | null;
}

export interface ModelRules {
  readonly targets: readonly Target[];
  readonly outsideBandBps: number;
}

export const OUTSIDE = 'outside';
export const WHOLE_BPS = 10_000;
export const TARGETS_MAX = 60; // A model that nobody can read is not one.
const BPS_DIGITS = 4;

/** A ratio of basis points, exact: 2,500 is 0.25. */
export function ratioOfBps(bps: number): Decimal {
  return Decimal.of(BigInt(bps), BPS_DIGITS);
}

/** What a target is known by: `class:equity`, `instrument:<id>`. */
export function keyOf(target: Pick<Target, 'assetClass' | 'instrumentId'>): string {
  return target.instrumentId === null ? `class:${target.assetClass ?? ''}` : `instrument:${target.instrumentId}`;
}

/** Where a holding counts: its own target, else its class, else outside. Cash has no instrument. */
export function sleeveKeyOf(
  targets: readonly Target[],
  part: { readonly instrumentId: string | null; readonly assetClass: AssetClass },
): string {
  const own = part.instrumentId !== null && targets.some(({ instrumentId }) => instrumentId === part.instrumentId);
  if (own) return `instrument:${part.instrumentId}`;
  return targets.some(({ assetClass }) => assetClass === part.assetClass) ? `class:${part.assetClass}` : OUTSIDE;
}

/** Lowest and highest weight a target allows, as exact ratios, never below nothing or above the whole. */
export function edgesOf({ weightBps, band }: Pick<Target, 'weightBps' | 'band'>): { lower: Decimal; upper: Decimal } {
  const target = ratioOfBps(weightBps);
  const reach = band.kind === 'absolute' ? ratioOfBps(band.bps) : target.times(ratioOfBps(band.bps));
  const [below, above] = [target.minus(reach), target.plus(reach)];
  return {
    lower: below.sign < 0 ? Decimal.zero : below,
    upper: above.compare(Decimal.one) > 0 ? Decimal.one : above,
  };
}

/** Why targets are no model. */
export type TargetProblem =
  | 'no_targets'
  | 'too_many_targets'
  | 'one_subject_each'
  | 'named_twice'
  | 'weights_not_whole'
  | 'instrument_unknown'
  | 'buy_instrument_not_of_class';

/** Refuses targets that do not add up to the whole, name a thing twice or name nothing. */
export function checkTargets(targets: readonly Target[]): Result<null, 'targets_not_valid'> {
  const problem = (code: TargetProblem, details: Record<string, unknown> = {}) =>
    refuse('targets_not_valid', { problem: code, ...details });
  if (targets.length === 0) return problem('no_targets');
  if (targets.length > TARGETS_MAX) return problem('too_many_targets', { targetsMax: TARGETS_MAX });
  const index = targets.findIndex(({ assetClass, instrumentId }) => (assetClass === null) === (instrumentId === null));
  if (index >= 0) return problem('one_subject_each', { index });
  const keys = targets.map(keyOf);
  const twice = keys.findIndex((key, at) => keys.indexOf(key) !== at);
  if (twice >= 0) return problem('named_twice', { index: twice });
  const totalBps = targets.reduce((total, { weightBps }) => total + weightBps, 0);
  return totalBps === WHOLE_BPS ? ok(null) : problem('weights_not_whole', { totalBps });
}

/** The class of an instrument nobody described; null where its kind does not say: a fund may hold anything. */
export function classOfKind(kind: InstrumentKind): AssetClass | null {
  switch (kind) {
    case 'stock':
      return 'equity';
    case 'bond':
      return 'bond';
    case 'crypto':
      return 'crypto';
    case 'cash':
      return 'cash';
    case 'etf':
    case 'fund':
    case 'other':
      return null;
  }
}
