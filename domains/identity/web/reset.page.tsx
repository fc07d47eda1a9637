/** A forgotten password: without a link it asks for one, with one (`#t=…`) it sets the new password. */
import { CircleCheck, Link2Off, MailCheck, MailX } from 'lucide-react';
import { type SubmitEvent, useState } from 'react';
import { useApiMutation } from '#web/api';
import { useTexts } from '#web/i18n';
import { SIGN_IN_PATH } from '#web/shell';
import { Button, ButtonLink, Card, EmptyState, FormProblem, TextField } from '#web/ui';
import { BarePage } from './bare-page.tsx';
import { focusFirstInvalid } from './first-invalid.ts';
import { linkTexts } from './link-texts.ts';
import { linkWords, tokenInHash } from './link-words.ts';
import { NewPasswordField, weakPasswordText } from './new-password-field.tsx';
import { identityWords } from './problem-words.ts';
import { identityTexts } from './texts.ts';

export default function ResetPage() {
  const [token, setToken] = useState(() => tokenInHash(location.hash));
  if (token === '') return <AskForLink />;
  return (
    <ChooseAnother
      token={token}
      onAskAgain={() => {
        history.replaceState(null, '', location.pathname);
        setToken('');
      }}
    />
  );
}

function AskForLink() {
  const t = useTexts(linkTexts);
  const words = useTexts(identityTexts);
  const [email, setEmail] = useState('');
  const [isChecked, setChecked] = useState(false);
  const ask = useApiMutation('POST /api/password-resets');
  const isReadable = /^[^\s@]+@[^\s@]+\.[^\s@]{2,}$/.test(email.trim());
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    setChecked(true);
    if (isReadable) ask.mutate({ body: { email } });
    else focusFirstInvalid(event.currentTarget);
  };
  if (ask.data) return <Asked email={email.trim()} isMailed={ask.data.isMailed} />;
  return (
    <BarePage title={t('resetTitle')} lead={t('resetLead')}>
      <Card>
        <form noValidate onSubmit={submit} className="flex flex-col gap-4">
          <TextField
            label={words('email')}
            type="email"
            name="email"
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            required
            value={email}
            onChange={setEmail}
            error={isChecked && !isReadable ? words('emailInvalid') : undefined}
          />
          <FormProblem error={ask.error} words={linkWords(t)} />
          <Button kind="primary" type="submit" isWide isBusy={ask.isPending}>
            {t('resetAsk')}
          </Button>
          <ButtonLink kind="ghost" to={SIGN_IN_PATH}>
            {t('backToSignIn')}
          </ButtonLink>
        </form>
      </Card>
    </BarePage>
  );
}

function Asked({ email, isMailed }: { readonly email: string; readonly isMailed: boolean }) {
  const t = useTexts(linkTexts);
  return (
    <BarePage title={t('resetTitle')}>
      <Card>
        <div role="status">
          <EmptyState
            icon={isMailed ? MailCheck : MailX}
            title={t(isMailed ? 'resetAskedTitle' : 'resetNoMailTitle')}
            detail={t(isMailed ? 'resetAskedDetail' : 'resetNoMailDetail', { email })}
            action={<ButtonLink to={SIGN_IN_PATH}>{t('backToSignIn')}</ButtonLink>}
          />
        </div>
      </Card>
    </BarePage>
  );
}

function ChooseAnother({ token, onAskAgain }: { readonly token: string; readonly onAskAgain: () => void }) {
  const t = useTexts(linkTexts);
  const words = useTexts(identityTexts);
  const [newPassword, setPassword] = useState('');
  const save = useApiMutation('POST /api/password-resets/completion', {
    // The link is used up: it must not stay in the address or the history.
    onDone: () => history.replaceState(null, '', location.pathname),
  });
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    if (newPassword !== '') save.mutate({ body: { token, newPassword } });
  };
  const weak = weakPasswordText(save.error, words);
  const isDead = save.error?.code === 'reset_link_wrong' || save.error?.code === 'reset_link_expired';
  if (save.isSuccess) return <Done />;
  if (isDead) {
    const said = linkWords(t)[save.error?.code ?? ''];
    return (
      <BarePage title={t('newPasswordTitle')}>
        <Card>
          <EmptyState
            icon={Link2Off}
            title={said?.title ?? ''}
            detail={said?.detail}
            action={<Button onClick={onAskAgain}>{t('askAnother')}</Button>}
          />
        </Card>
      </BarePage>
    );
  }
  return (
    <BarePage title={t('newPasswordTitle')} lead={t('newPasswordLead')}>
      <Card>
        <form noValidate onSubmit={submit} className="flex flex-col gap-4">
          <NewPasswordField label={words('newPassword')} value={newPassword} onChange={setPassword} error={weak} />
          {!weak && <FormProblem error={save.error} words={identityWords(words, save.error)} />}
          <Button kind="primary" type="submit" isWide disabled={newPassword === ''} isBusy={save.isPending}>
            {t('newPasswordSave')}
          </Button>
        </form>
      </Card>
    </BarePage>
  );
}

function Done() {
  const t = useTexts(linkTexts);
  return (
    <BarePage title={t('newPasswordTitle')}>
      <Card>
        <div role="status">
          <EmptyState
            icon={CircleCheck}
            title={t('newPasswordDoneTitle')}
            detail={t('newPasswordDoneDetail')}
            action={
              <ButtonLink kind="primary" to={SIGN_IN_PATH}>
                {t('signIn')}
              </ButtonLink>
            }
          />
        </div>
      </Card>
    </BarePage>
  );
}
