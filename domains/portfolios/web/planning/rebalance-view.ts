/** Refusals of a proposal in words. */
import type { ApiOutput } from '#web/api';
import type { Translate } from '#web/i18n';
import type { ProblemWords } from '#web/ui';
import type { RebalanceKey } from '../rebalance-texts.ts';

export type Proposal = ApiOutput<'POST /api/rebalance-proposals'>;
export type Trade = Proposal['trades'][number];

export function rebalanceWords(t: Translate<RebalanceKey>): ProblemWords {
  return {
    no_model: { title: t('noModel'), detail: t('noModelDetail') },
    value_unknown: { title: t('valueUnknown'), detail: t('valueUnknownDetail') },
    currencies_mixed: { title: t('currenciesMixed'), detail: t('currenciesMixedDetail') },
    nothing_to_plan: { title: t('nothingToPlan'), detail: t('nothingToPlanDetail') },
    portfolio_not_found: { title: t('notFound'), detail: t('notFoundDetail') },
    model_not_found: { title: t('noModel'), detail: t('noModelDetail') },
  };
}
