/** Refusals about who a portfolio belongs to, in words. */
import type { Translate } from '#web/i18n';
import type { ProblemWords } from '#web/ui';
import type { AssignmentKey } from './assignment-texts.ts';

export function assignmentWords(t: Translate<AssignmentKey>): ProblemWords {
  return {
    adviser_not_found: { title: t('adviserRefused'), detail: t('adviserRefusedDetail') },
    client_not_found: { title: t('clientRefused'), detail: t('clientRefusedDetail') },
    portfolio_name_taken: { title: t('nameTaken'), detail: t('nameTakenDetail') },
    version_mismatch: { title: t('changed'), detail: t('changedDetail') },
  };
}
