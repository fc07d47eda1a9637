/** A password being chosen: says how strong it is while it is typed, and why the server refused it. */
import { ApiProblem } from '#web/api';
import { type Translate, useTexts } from '#web/i18n';
import { cx, PasswordField } from '#web/ui';
import { PASSWORD_LENGTH_MIN, type Strength, strengthOf } from './password-strength.ts';
import { type IdentityKey, identityTexts } from './texts.ts';

const FILLED: Readonly<Record<Strength, number>> = { short: 1, weak: 2, fair: 3, strong: 4 };
const COLOURS: Readonly<Record<Strength, string>> = {
  short: 'bg-danger',
  weak: 'bg-warn',
  fair: 'bg-info',
  strong: 'bg-ok',
};

export function NewPasswordField({
  label,
  value,
  onChange,
  error,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly error?: string | undefined;
}) {
  const t = useTexts(identityTexts);
  const strength = strengthOf(value);
  return (
    <div>
      <PasswordField
        label={label}
        name="new-password"
        autoComplete="new-password"
        required
        value={value}
        onChange={onChange}
        hint={t('passwordHint', { count: PASSWORD_LENGTH_MIN })}
        error={error}
      />
      {value !== '' && (
        <p className="mt-2 flex items-center gap-2 text-xs text-muted" aria-live="polite">
          <span aria-hidden className="flex flex-1 gap-1">
            {[1, 2, 3, 4].map((step) => (
              <span
                key={step}
                className={cx('h-1 flex-1 rounded-full', step <= FILLED[strength] ? COLOURS[strength] : 'bg-line')}
              />
            ))}
          </span>
          <span>
            <span className="sr-only">{t('strength')}: </span>
            {t(`strength_${strength}`)}
          </span>
        </p>
      )}
    </div>
  );
}

/** The sentence beside the field when the server refused the password; undefined for every other problem. */
export function weakPasswordText(problem: unknown, t: Translate<IdentityKey>): string | undefined {
  if (!(problem instanceof ApiProblem) || problem.code !== 'password_too_weak') return undefined;
  const reason = String(problem.details['reason']);
  const isKnown = ['too_short', 'too_repetitive', 'too_common', 'contains_you'].includes(reason);
  return isKnown ? t(`weak_${reason}` as IdentityKey, { count: PASSWORD_LENGTH_MIN }) : t('problem_password_too_weak');
}
