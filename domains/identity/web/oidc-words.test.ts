/** Goal: every refusal of the provider's journey has words in both languages, and the address can say nothing made up. */
import { expect, test } from 'vitest';
import type { AdmissionRefusal } from '../admission.ts';
import type { BeginRefusal, FinishRefusal } from '../oidc-flow.ts';
import type { OidcSignInRefusal } from '../oidc-sign-in.ts';
import { noticeOf, OIDC_CODES, oidcWords } from './oidc-words.ts';

type Code =
  | Exclude<BeginRefusal | FinishRefusal | OidcSignInRefusal, AdmissionRefusal>
  | 'oidc_linked_elsewhere'
  | 'oidc_already_linked'
  | 'linked_account_not_found'
  | 'last_way_in'
  | 'step_up_required';

/** A new code does not compile until it stands here. */
const CODES: Readonly<Record<Code, true>> = {
  oidc_off: true,
  oidc_address_wrong: true,
  oidc_too_many: true,
  oidc_provider_unreachable: true,
  oidc_state_lost: true,
  oidc_cancelled: true,
  oidc_provider_refused: true,
  oidc_misconfigured: true,
  oidc_answer_invalid: true,
  oidc_email_missing: true,
  oidc_email_not_verified: true,
  oidc_not_allowed: true,
  oidc_link_first: true,
  oidc_not_invited: true,
  oidc_linked_elsewhere: true,
  oidc_already_linked: true,
  linked_account_not_found: true,
  last_way_in: true,
  step_up_required: true,
};

test('every code has words, and no words are left over', () => {
  expect([...OIDC_CODES].toSorted()).toEqual(Object.keys(CODES).toSorted());
  const words = oidcWords((key) => key, 'Google');
  expect(Object.values(words).every(({ title, detail }) => title !== '' && detail !== '')).toBe(true);
});

test('the address names a known code or nothing', () => {
  expect(noticeOf('?aviso=oidc_state_lost&volver=%2F', OIDC_CODES)?.code).toBe('oidc_state_lost');
  for (const search of ['', '?aviso=', '?aviso=constructor', '?aviso=your_account_was_hacked_call_us']) {
    expect(noticeOf(search, OIDC_CODES)).toBeNull();
  }
});
