/** What the parts of planning share: names of sleeves, weights from typed percentages, and refusals in words. */
import { Decimal } from '#kernel';
import type { ApiOutput } from '#web/api';
import { formatPercent, type Translate } from '#web/i18n';
import type { ProblemWords } from '#web/ui';
import type { PlanningKey } from '../planning-texts.ts';

export type ModelView = ApiOutput<'GET /api/models'>['items'][number];
export type DriftRow = ApiOutput<'GET /api/drifts'>['items'][number];
export type FactsRow = ApiOutput<'GET /api/instrument-facts'>['items'][number];
export type SleeveView = DriftRow['sleeves'][number];
export type Breakdown = FactsRow['regions'];

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
export const RISK_PROFILES = ['conservative', 'moderate', 'balanced', 'growth', 'aggressive'] as const;
const BPS = Decimal.of(100n);

/** A class in words, an instrument by its symbol or name, or what the model does not name. */
export function sleeveName(
  t: Translate<PlanningKey>,
  sleeve: Pick<SleeveView, 'assetClass' | 'instrument'> | null,
): string {
  if (!sleeve) return '';
  if (sleeve.instrument) return sleeve.instrument.symbol ?? sleeve.instrument.name;
  return sleeve.assetClass ? t(`class_${sleeve.assetClass}`) : t('outside');
}

/** Whole basis points of a typed percentage; null when it is none or finer than that. */
export function bpsOf(percent: string | null): number | null {
  const read = percent === null ? null : Decimal.parse(percent)?.times(BPS);
  if (!read || read.scale > 0 || read.sign < 0 || read.compare(Decimal.of(10_000n)) > 0) return null;
  return Number(read.toString());
}

export function percentOf(bps: number): string {
  return Decimal.of(BigInt(bps), 2).toString();
}

/** `Renta variable 60 % · Renta fija 40 %`. */
export function targetsLine(t: Translate<PlanningKey>, { targets }: Pick<ModelView, 'targets'>): string {
  return targets
    .map((target) => `${sleeveName(t, target)} ${formatPercent(target.weightBps / 10_000, { digits: 0 })}`)
    .join(' · ');
}

/** A region or sector in words; one nobody translated keeps its name. */
export function partName(t: Translate<PlanningKey>, kind: 'region' | 'sector', name: string, keys: object): string {
  const key = `${kind}_${name}`;
  return key in keys ? t(key as PlanningKey) : name.replaceAll('_', ' ');
}

export function planningWords(
  t: Translate<PlanningKey>,
  details: Readonly<Record<string, unknown>> = {},
): ProblemWords {
  const problem = details['problem'];
  const detail = typeof problem === 'string' ? t(`problem_${problem}` as PlanningKey) : t('totalMust');
  return {
    targets_not_valid: { title: t('modelNotValid'), detail },
    model_name_taken: { title: t('nameTaken'), detail: t('nothingSaved') },
    model_followed: { title: t('modelFollowed'), detail: t('modelFollowedDetail') },
    version_mismatch: { title: t('changedElsewhere'), detail: t('nothingSaved') },
  };
}
