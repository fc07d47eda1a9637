/** What the refusals about invitations, links and API tokens mean, in words. */
import type { Translate } from '#web/i18n';
import type { ProblemWords } from '#web/ui';
import type { AccessKey } from './access-texts.ts';

const CODES = [
  'already_member',
  'already_invited',
  'invitations_full',
  'invitation_not_found',
  'role_above_yours',
  'scope_not_yours',
  'api_tokens_full',
  'api_token_not_found',
  'user_disabled',
  'yourself',
  'step_up_required',
] as const;

export function accessWords(t: Translate<AccessKey>): ProblemWords {
  return Object.fromEntries(
    CODES.map((code) => [code, { title: t(`problem_${code}`), detail: t(`problem_${code}_detail`) }]),
  );
}
