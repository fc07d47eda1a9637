/** What the refusals of second factors mean, in words: what happened, what is safe, what to do. */
import type { ApiProblem } from '#web/api';
import type { Translate } from '#web/i18n';
import type { ProblemWords } from '#web/ui';
import type { SecurityKey } from './security-texts.ts';

const CODES = [
  'code_wrong',
  'second_step_expired',
  'passkey_not_accepted',
  'passkey_cancelled',
  'passkey_known',
  'passkeys_not_here',
  'passkeys_full',
  'challenge_expired',
  'credentials_wrong',
  'proof_too_weak',
  'last_way_in',
  'second_factor_needed',
  'second_factor_missing',
  'step_up_required',
  'sign_in_blocked',
  'yourself',
  'role_above_yours',
] as const;

export function securityWords(t: Translate<SecurityKey>, problem?: ApiProblem | null): ProblemWords {
  const seconds = Number(problem?.details['retryAfterSeconds'] ?? 1);
  const words = CODES.map((code) => [
    code,
    { title: t(`problem_${code}`), detail: t(`problem_${code}_detail` as SecurityKey, { seconds }) },
  ]);
  return Object.fromEntries(words) as ProblemWords;
}
