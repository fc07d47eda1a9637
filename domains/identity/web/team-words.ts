/** What the refusals about teams mean, in words. */
import type { Translate } from '#web/i18n';
import type { ProblemWords } from '#web/ui';
import type { TeamKey } from './team-texts.ts';

const CODES = [
  'team_name_taken',
  'manager_not_found',
  'adviser_not_found',
  'teams_full',
  'team_not_found',
  'version_mismatch',
  'already_in_team',
  'manager_change_pending',
  'manager_change_closed',
  'not_yours_to_decide',
  'answer_missing',
] as const;

export function teamWords(t: Translate<TeamKey>): ProblemWords {
  return Object.fromEntries(
    CODES.map((code) => [code, { title: t(`problem_${code}`), detail: t(`problem_${code}_detail`) }]),
  );
}
