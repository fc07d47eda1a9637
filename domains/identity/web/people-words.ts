/** What the refusals about people mean, in words. */
import type { Translate } from '#web/i18n';
import type { ProblemWords } from '#web/ui';
import type { PeopleKey } from './people-texts.ts';

const CODES = ['email_taken', 'role_above_yours', 'last_owner', 'users_full', 'yourself'] as const;

export function peopleWords(t: Translate<PeopleKey>): ProblemWords {
  return Object.fromEntries(
    CODES.map((code) => [code, { title: t(`problem_${code}`), detail: t(`problem_${code}_detail`) }]),
  );
}
