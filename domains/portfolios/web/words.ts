/** Refusals of portfolios in words. */
import type { Translate } from '#web/i18n';
import type { ProblemWords } from '#web/ui';
import { type PortfolioKey, portfolioTexts } from './texts.ts';

export function portfolioWords(t: Translate<PortfolioKey>): ProblemWords {
  return {
    portfolio_not_found: { title: t('notFound'), detail: t('notFoundDetail') },
    portfolio_name_taken: { title: t('nameTaken'), detail: t('nameTakenDetail') },
    portfolio_not_empty: { title: t('notEmpty'), detail: t('notEmptyDetail') },
    version_mismatch: { title: t('changedElsewhere'), detail: t('changedElsewhereDetail') },
    reversal_uncovers_sale: { title: t('reversalUncovers'), detail: t('reversalUncoversDetail') },
    date_not_valid: { title: t('refused'), detail: t('refused_date_not_valid') },
  };
}

/** One sentence for the first problem of a refused operation. */
export function refusedText(
  t: Translate<PortfolioKey>,
  problem: { readonly code: string; readonly held?: unknown },
): string {
  const key = `refused_${problem.code}`;
  const known = key in portfolioTexts.es ? (key as PortfolioKey) : 'refused_other';
  return t(known, { code: problem.code, held: typeof problem.held === 'string' ? problem.held : '' });
}
