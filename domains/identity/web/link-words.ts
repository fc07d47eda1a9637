/** What the refusals of single-use links mean, in words; and the secret of a link. */
import type { Translate } from '#web/i18n';
import type { ProblemWords } from '#web/ui';
import type { LinkKey } from './link-texts.ts';

const CODES = [
  'reset_link_wrong',
  'reset_link_expired',
  'reset_blocked',
  'invitation_link_wrong',
  'invitation_link_expired',
  'invitation_for_another',
  'already_member',
  'email_taken',
  'users_full',
] as const;

export function linkWords(t: Translate<LinkKey>): ProblemWords {
  return Object.fromEntries(
    CODES.map((code) => [code, { title: t(`problem_${code}`), detail: t(`problem_${code}_detail`) }]),
  );
}

/** `#t=…` of the address; empty when the page was opened without it. */
export function tokenInHash(hash: string): string {
  return new URLSearchParams(hash.replace(/^#/, '')).get('t') ?? '';
}

const KEPT_TOKEN = 'cactus.invitation';

/** Keeps the link for the way back from a provider or the sign-in page, in this tab only: it travels in no address. */
export function keepToken(token: string): void {
  sessionStorage.setItem(KEPT_TOKEN, token);
}

/** The link of the address, or the one that this tab kept. */
export function tokenOfPage(): string {
  return tokenInHash(location.hash) || (sessionStorage.getItem(KEPT_TOKEN) ?? '');
}
