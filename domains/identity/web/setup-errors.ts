/** What is missing before the first run can be sent; the server checks everything again. */
import { PASSWORD_LENGTH_MIN } from './password-strength.ts';
import type { IdentityKey } from './texts.ts';

interface Answers {
  readonly token: string;
  readonly name: string;
  readonly email: string;
  readonly password: string;
  readonly workspaceName: string;
}

export type FormErrors = { readonly [Name in keyof Answers]?: IdentityKey };

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]{2,}$/;

export function setupErrors(answers: Answers): FormErrors {
  const errors: { -readonly [Name in keyof FormErrors]: FormErrors[Name] } = {};
  for (const name of ['token', 'name', 'email', 'password', 'workspaceName'] as const) {
    if (answers[name].trim() === '') errors[name] = 'required';
  }
  if (!errors.email && !EMAIL.test(answers.email.trim())) errors.email = 'emailInvalid';
  if (!errors.password && answers.password.length < PASSWORD_LENGTH_MIN) errors.password = 'weak_too_short';
  return errors;
}
