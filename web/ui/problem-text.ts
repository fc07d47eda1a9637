/** A problem in words: what happened, what is safe, what to do. Domains pass their own words for their codes. */
import type { ApiProblem } from '#web/api';
import type { Translate } from '#web/i18n';
import type { uiTexts } from './ui-texts.ts';

type UiKey = keyof typeof uiTexts.es;

export interface ProblemText {
  readonly title: string;
  readonly detail: string;
}

/** Texts of a domain for its refusal codes: `{ credentials_wrong: { title, detail } }`. */
export type ProblemWords = Readonly<Record<string, ProblemText>>;

/** Chooses the words of a problem: the domain's own first, then by status. */
export function problemText(problem: ApiProblem, t: Translate<UiKey>, words: ProblemWords = {}): ProblemText {
  const own = words[problem.code];
  if (own) return own;
  const kind = kindOf(problem);
  const detail = t(`problem_${kind}_detail` as UiKey);
  // The server's sentence is better than a general one where it is about the data sent.
  const isAboutData = kind === 'invalid' || kind === 'conflict';
  return { title: t(`problem_${kind}` as UiKey), detail: isAboutData && problem.detail ? problem.detail : detail };
}

function kindOf(problem: ApiProblem): string {
  if (problem.status === 0) return problem.code === 'answer_too_slow' ? 'answer_too_slow' : 'server_unreachable';
  if (problem.status === -1) return 'screen';
  if (problem.status === 401 || problem.status === 403) return 'forbidden';
  if (problem.status === 404 || problem.status === 410) return 'not_found';
  if (problem.status === 409 || problem.status === 412) return 'conflict';
  if (problem.status === 429) return 'too_many';
  return problem.status >= 500 ? 'server' : 'invalid';
}
