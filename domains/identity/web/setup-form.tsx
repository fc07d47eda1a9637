/** The questions of the first run, prefilled with what the browser knows; one button at the end. */
import { type ReactNode, type SubmitEvent, useEffect, useMemo, useState } from 'react';
import { type ApiInput, useApiMutation } from '#web/api';
import { useTexts } from '#web/i18n';
import { changePreferences, languageOf } from '#web/preferences';
import { Button, Card, Combobox, FormProblem, Select, TextField } from '#web/ui';
import { currencyChoices, guessCurrency, guessTimeZone, timeZoneChoices } from './browser-guess.ts';
import { focusFirstInvalid } from './first-invalid.ts';
import { NewPasswordField, weakPasswordText } from './new-password-field.tsx';
import { PASSWORD_LENGTH_MIN } from './password-strength.ts';
import { identityWords } from './problem-words.ts';
import { type FormErrors, setupErrors } from './setup-errors.ts';
import { identityTexts } from './texts.ts';

export type SetupAnswers = ApiInput<'POST /api/setup'>['body'];

const LANGUAGES = [
  { value: 'es', label: 'Español' },
  { value: 'en', label: 'English' },
] as const;

export function SetupForm({ token, bringsDemo }: { readonly token: string; readonly bringsDemo: boolean }) {
  const t = useTexts(identityTexts);
  const [answers, setAnswers] = useState<SetupAnswers>(() => firstAnswers(token));
  const [isChecked, setChecked] = useState(false);
  const setUp = useApiMutation('POST /api/setup', { onDone: () => location.assign('/') });
  useEffect(() => changePreferences({ language: answers.locale }), [answers.locale]);
  const set = (change: Partial<SetupAnswers>): void => setAnswers((before) => ({ ...before, ...change }));
  const errors = isChecked ? setupErrors(answers) : {};
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    setChecked(true);
    if (Object.keys(setupErrors(answers)).length === 0) setUp.mutate({ body: answers });
    else focusFirstInvalid(event.currentTarget);
  };
  const weak = weakPasswordText(setUp.error, t);
  return (
    <Card>
      <form noValidate onSubmit={submit} className="flex flex-col gap-6">
        <Group title={t('you')}>
          <PersonFields {...{ answers, set, errors }} />
          <NewPasswordField
            label={t('password')}
            value={answers.password}
            onChange={(password) => set({ password })}
            error={errors.password ? t(errors.password, { count: PASSWORD_LENGTH_MIN }) : weak}
          />
        </Group>
        <Group title={t('yourBusiness')}>
          <WorkspaceFields {...{ answers, set, errors }} />
        </Group>
        {token === '' && (
          <TextField
            label={t('token')}
            hint={t('tokenHint')}
            autoComplete="off"
            spellCheck={false}
            value={answers.token}
            onChange={(typed) => set({ token: typed })}
            error={errors.token && t(errors.token)}
          />
        )}
        {!weak && <FormProblem error={setUp.error} words={identityWords(t, setUp.error)} />}
        <div>
          <Button kind="primary" type="submit" isWide isBusy={setUp.isPending || setUp.isSuccess}>
            {t('start')}
          </Button>
          {bringsDemo && <p className="mt-2 text-center text-xs text-muted">{t('startDemo')}</p>}
        </div>
      </form>
    </Card>
  );
}

interface Part {
  readonly answers: SetupAnswers;
  readonly set: (change: Partial<SetupAnswers>) => void;
  readonly errors: FormErrors;
}

function PersonFields({ answers, set, errors }: Part) {
  const t = useTexts(identityTexts);
  return (
    <>
      <TextField
        label={t('name')}
        name="name"
        autoComplete="name"
        required
        value={answers.name}
        onChange={(name) => set({ name })}
        error={errors.name && t(errors.name)}
      />
      <TextField
        label={t('email')}
        hint={t('emailHint')}
        type="email"
        name="email"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        required
        value={answers.email}
        onChange={(email) => set({ email })}
        error={errors.email && t(errors.email)}
      />
    </>
  );
}

function WorkspaceFields({ answers, set, errors }: Part) {
  const t = useTexts(identityTexts);
  const currencies = useMemo(() => currencyChoices(answers.locale), [answers.locale]);
  const zones = useMemo(() => timeZoneChoices(guessTimeZone()), []);
  return (
    <>
      <TextField
        label={t('workspaceName')}
        hint={t('workspaceNameHint')}
        name="organization"
        autoComplete="organization"
        required
        value={answers.workspaceName}
        onChange={(workspaceName) => set({ workspaceName })}
        error={errors.workspaceName && t(errors.workspaceName)}
      />
      <Combobox
        label={t('baseCurrency')}
        hint={t('baseCurrencyHint')}
        choices={currencies}
        value={answers.baseCurrency}
        onChange={(baseCurrency) => baseCurrency && set({ baseCurrency })}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <Select
          label={t('language')}
          choices={LANGUAGES}
          value={answers.locale}
          onChange={(locale) => set({ locale })}
        />
        <Combobox
          label={t('timeZone')}
          choices={zones}
          value={answers.timeZone}
          onChange={(timeZone) => timeZone && set({ timeZone })}
        />
      </div>
    </>
  );
}

function Group({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <fieldset className="flex min-w-0 flex-col gap-4">
      <legend className="mb-3 text-base font-semibold">{title}</legend>
      {children}
    </fieldset>
  );
}

function firstAnswers(token: string): SetupAnswers {
  return {
    token,
    name: '',
    email: '',
    password: '',
    workspaceName: '',
    baseCurrency: guessCurrency(navigator.language),
    locale: languageOf(navigator.languages),
    timeZone: guessTimeZone(),
  };
}
