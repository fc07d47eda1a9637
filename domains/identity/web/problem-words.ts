/** What identity's refusals mean, in words: what happened, what is safe, what to do. */
import type { ApiProblem } from '#web/api';
import type { Translate } from '#web/i18n';
import type { ProblemWords } from '#web/ui';
import type { IdentityKey } from './texts.ts';

/** Words for setup and sign-in; the problem at hand fills in how long to wait. */
export function identityWords(t: Translate<IdentityKey>, problem?: ApiProblem | null): ProblemWords {
  const seconds = Number(problem?.details['retryAfterSeconds'] ?? 1);
  const pick = t('problem_pick_another');
  return {
    credentials_wrong: { title: t('problem_credentials_wrong'), detail: t('problem_credentials_wrong_detail') },
    sign_in_blocked: { title: t('problem_sign_in_blocked'), detail: t('problem_sign_in_blocked_detail', { seconds }) },
    user_disabled: { title: t('problem_user_disabled'), detail: t('problem_user_disabled_detail') },
    workspace_missing: { title: t('problem_workspace_missing'), detail: t('problem_workspace_missing_detail') },
    too_busy: { title: t('problem_too_busy'), detail: t('problem_too_busy_detail') },
    setup_already_done: { title: t('problem_setup_already_done'), detail: t('setupDoneDetail') },
    setup_link_wrong: { title: t('problem_setup_link_wrong'), detail: t('problem_setup_link_wrong_detail') },
    setup_link_expired: { title: t('setupExpiredTitle'), detail: t('setupExpiredDetail') },
    setup_only_on_this_machine: { title: t('setupElsewhereTitle'), detail: t('setupElsewhereDetail') },
    password_too_weak: { title: t('problem_password_too_weak'), detail: t('problem_password_too_weak_detail') },
    time_zone_unknown: { title: t('problem_time_zone_unknown'), detail: pick },
    currency_unknown: { title: t('problem_currency_unknown'), detail: pick },
  };
}
