/** Sign in with e-mail and password. The whole app is loaded anew afterwards, so nothing of before stays in memory. */
import { type SubmitEvent, useEffect, useState } from 'react';
import { useApi, useApiMutation } from '#web/api';
import { useTexts } from '#web/i18n';
import { returnPath, SETUP_PATH } from '#web/shell';
import { Button, ButtonLink, Card, EmptyState, FormProblem, PasswordField, TextField } from '#web/ui';
import { BarePage } from './bare-page.tsx';
import { focusFirstInvalid } from './first-invalid.ts';
import { OidcNotice, OidcSignIn } from './oidc-sign-in.tsx';
import { linkTexts } from './link-texts.ts';
import { identityWords } from './problem-words.ts';
import { PasskeySignIn, useQuietPasskeys } from './passkey-sign-in.tsx';
import { SecondStepForm } from './second-step-form.tsx';
import { securityTexts } from './security-texts.ts';
import { identityTexts } from './texts.ts';

export default function SignInPage() {
  const t = useTexts(identityTexts);
  const setup = useApi('GET /api/setup');
  const isSignedIn = setup.data?.isSignedIn === true;
  useEffect(() => {
    // She came here by mistake or by a late answer to an older session: no need to ask again.
    if (isSignedIn) location.replace(returnPath(location.search));
  }, [isSignedIn]);
  if (setup.data?.isNeeded) {
    return (
      <BarePage title={t('signInTitle')}>
        <Card>
          <EmptyState
            title={t('nobodyYetTitle')}
            detail={t('nobodyYetDetail')}
            action={<ButtonLink to={SETUP_PATH}>{t('goToSetup')}</ButtonLink>}
          />
        </Card>
      </BarePage>
    );
  }
  return <SignIn />;
}

/** A provider stood for the password and sent her here for the second step; its way may be made with these. */
function stepMethodsOf(search: string): readonly string[] | null {
  return new URLSearchParams(search).get('paso')?.split('.') ?? null;
}

const enterApp = (): void => location.assign(returnPath(location.search));

/** The password or a passkey; then the second step when the password alone is not enough. */
function SignIn() {
  const t = useTexts(identityTexts);
  const words = useTexts(securityTexts);
  const [methods, setMethods] = useState(() => stepMethodsOf(location.search));
  useQuietPasskeys(enterApp);
  if (methods) {
    return (
      <BarePage title={words('stepTitle')}>
        <SecondStepForm methods={methods} onDone={enterApp} onBack={() => setMethods(null)} />
      </BarePage>
    );
  }
  return (
    <BarePage title={t('signInTitle')}>
      <SignInForm onSecondStep={setMethods} />
    </BarePage>
  );
}

function SignInForm({ onSecondStep }: { readonly onSecondStep: (methods: readonly string[]) => void }) {
  const t = useTexts(identityTexts);
  const links = useTexts(linkTexts);
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [isChecked, setChecked] = useState(false);
  const signIn = useApiMutation('POST /api/sessions', {
    onDone: enterApp,
    onProblem: ({ code, details }) => {
      if (code === 'second_step_required') onSecondStep(details['methods'] as readonly string[]);
    },
  });
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    setChecked(true);
    if (email.trim() !== '' && password !== '') signIn.mutate({ body: { email, password } });
    else focusFirstInvalid(event.currentTarget);
  };
  const missing = (value: string): string | undefined => (isChecked && value.trim() === '' ? t('required') : undefined);
  return (
    <Card>
      <form noValidate onSubmit={submit} className="flex flex-col gap-4">
        {!signIn.error && <OidcNotice />}
        <TextField
          label={t('email')}
          type="email"
          name="email"
          autoComplete="username webauthn"
          autoCapitalize="none"
          spellCheck={false}
          required
          value={email}
          onChange={setEmail}
          error={missing(email)}
        />
        <PasswordField
          label={t('password')}
          name="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={setPassword}
          error={missing(password)}
        />
        <FormProblem error={signIn.error} words={identityWords(t, signIn.error)} />
        <Button kind="primary" type="submit" isWide isBusy={signIn.isPending || signIn.isSuccess}>
          {t('signInAction')}
        </Button>
        <ButtonLink kind="ghost" to="/restablecer">
          {links('forgotten')}
        </ButtonLink>
      </form>
      <div className="mt-3">
        <PasskeySignIn onDone={enterApp} />
      </div>
      <OidcSignIn />
    </Card>
  );
}
