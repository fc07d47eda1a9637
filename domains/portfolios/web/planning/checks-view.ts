/** Findings of the checks in plain sentences. */
import type { ApiOutput } from '#web/api';
import { formatMoney, formatPercent, type Translate } from '#web/i18n';
import type { ForesightKey } from '../foresight-texts.ts';
import { type PlanningKey, planningTexts } from '../planning-texts.ts';
import { partName } from './planning-view.ts';

export type Finding = ApiOutput<'GET /api/portfolios/:portfolioId/xray'>['findings'][number];
export type Rule = ApiOutput<'GET /api/xray-rules'>['rules'][number];

export interface Words {
  readonly t: Translate<ForesightKey>;
  readonly words: Translate<PlanningKey>;
  readonly currency: string;
}

/** The name of a region, sector or class; instruments and currencies are their own. */
export function subjectName({ t, words }: Pick<Words, 't' | 'words'>, rule: Rule, subject: string | null): string {
  if (subject === null) return t('nothing');
  if (rule.kind === 'region_max') return partName(words, 'region', subject, planningTexts.es);
  if (rule.kind === 'sector_max') return partName(words, 'sector', subject, planningTexts.es);
  const key = `class_${subject}`;
  const isClass = rule.kind === 'class_max' || rule.kind === 'class_min';
  return isClass && key in planningTexts.es ? words(key as PlanningKey) : subject;
}

export function ruleName({ t }: Pick<Words, 't'>, rule: Rule): string {
  return t(`kind_${rule.kind}`, { count: rule.limitCount ?? '' });
}

/** One sentence: what was found and what the limit is. */
export function sentenceOf(say: Words, { rule, subject, measured, amount }: Finding): string {
  const share = (ratio: number | null): string => formatPercent(ratio, { digits: rule.kind === 'fees_max' ? 2 : 1 });
  const limits: Partial<Record<Rule['kind'], string>> = {
    cash_min: formatMoney(rule.limitAmount, say.currency),
    positions_min: String(rule.limitCount ?? ''),
  };
  return say.t(`says_${rule.kind}`, {
    subject: subjectName(say, rule, subject),
    measured: rule.kind === 'positions_min' ? String(measured ?? 0) : share(measured),
    limit: limits[rule.kind] ?? share((rule.limitBps ?? 0) / 10_000),
    count: rule.limitCount ?? '',
    amount: formatMoney(amount, say.currency),
  });
}
