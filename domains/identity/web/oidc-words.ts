/** What the refusals of a provider's journey mean, in words, and how `aviso` of the address becomes one of them. */
import { ApiProblem } from '#web/api';
import type { Translate } from '#web/i18n';
import type { ProblemWords } from '#web/ui';
import { type OidcKey, oidcTexts } from './oidc-texts.ts';

/** Every code that has words here. */
export const OIDC_CODES: readonly string[] = Object.keys(oidcTexts.es)
  .filter((key) => key.startsWith('problem_') && !key.endsWith('_detail'))
  .map((key) => key.slice('problem_'.length));

/** Words by code; `name` is the provider's. */
export function oidcWords(t: Translate<OidcKey>, name: string): ProblemWords {
  return Object.fromEntries(
    OIDC_CODES.map((code) => [
      code,
      { title: t(`problem_${code}` as OidcKey, { name }), detail: t(`problem_${code}_detail` as OidcKey, { name }) },
    ]),
  );
}

/** The refusal that the address brings; null for none, and for what somebody made up. */
export function noticeOf(search: string, known: readonly string[]): ApiProblem | null {
  const code = new URLSearchParams(search).get('aviso');
  return code !== null && known.includes(code) ? new ApiProblem({ code, status: 403 }) : null;
}
