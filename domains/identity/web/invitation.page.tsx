/** What an invited person sees: who asks her in, and her name and password; or, with an account, one button to join. */
import { Link2Off } from 'lucide-react';
import { type SubmitEvent, useEffect, useRef, useState } from 'react';
import { type ApiOutput, useApi, useApiMutation } from '#web/api';
import { useTexts } from '#web/i18n';
import { changePreferences, preferences } from '#web/preferences';
import { SIGN_IN_PATH } from '#web/shell';
import { Button, ButtonLink, Card, EmptyState, FormProblem, Skeleton, TextField } from '#web/ui';
import { BarePage } from './bare-page.tsx';
import { guessTimeZone } from './browser-guess.ts';
import { focusFirstInvalid } from './first-invalid.ts';
import { linkTexts } from './link-texts.ts';
import { keepToken, linkWords, tokenOfPage } from './link-words.ts';
import { InvitedByProvider } from './invited-by-provider.tsx';
import { NewPasswordField, weakPasswordText } from './new-password-field.tsx';
import { peopleTexts } from './people-texts.ts';
import { identityWords } from './problem-words.ts';
import { identityTexts } from './texts.ts';

type Invitation = ApiOutput<'POST /api/invitation-link'>;

export default function InvitationPage() {
  const t = useTexts(linkTexts);
  const [token] = useState(tokenOfPage);
  const { mutate, data, error } = useApiMutation('POST /api/invitation-link');
  const setup = useApi('GET /api/setup');
  const isAsked = useRef(false);
  useEffect(() => {
    if (isAsked.current || token === '') return;
    isAsked.current = true;
    mutate({ body: { token } });
  }, [mutate, token]);
  // The letter was written in her language; the page follows it.
  useEffect(() => {
    if (data) changePreferences({ language: data.locale });
  }, [data]);
  if (error || token === '') return <Obstacle code={error?.code ?? 'invitation_link_wrong'} />;
  if (!data || !setup.data) {
    return (
      <BarePage title={t('invitationBare')}>
        <Card>
          <Skeleton />
        </Card>
      </BarePage>
    );
  }
  return <Welcome token={token} invitation={data} isSignedIn={setup.data.isSignedIn} />;
}

function Obstacle({ code }: { readonly code: string }) {
  const t = useTexts(linkTexts);
  const words = linkWords(t)[code] ?? linkWords(t)['invitation_link_wrong'];
  return (
    <BarePage title={t('invitationBare')}>
      <Card>
        <EmptyState
          icon={Link2Off}
          title={words?.title ?? ''}
          detail={words?.detail}
          action={<ButtonLink to={SIGN_IN_PATH}>{t('signIn')}</ButtonLink>}
        />
      </Card>
    </BarePage>
  );
}

function Welcome({
  token,
  invitation,
  isSignedIn,
}: {
  readonly token: string;
  readonly invitation: Invitation;
  readonly isSignedIn: boolean;
}) {
  const t = useTexts(linkTexts);
  const roles = useTexts(peopleTexts);
  const role = roles(`role_${invitation.role}`).toLocaleLowerCase();
  const lead = invitation.invitedByName
    ? t('invitationLead', { name: invitation.invitedByName, role })
    : t('invitationLeadNobody', { role });
  return (
    <BarePage title={t('invitationTitle', { workspace: invitation.workspaceName })} lead={lead}>
      <Card>
        {invitation.hasAccount ? (
          <JoinForm token={token} invitation={invitation} isSignedIn={isSignedIn} />
        ) : (
          <>
            <InvitedByProvider token={token} />
            <AcceptForm token={token} email={invitation.email} />
          </>
        )}
      </Card>
    </BarePage>
  );
}

function AcceptForm({ token, email }: { readonly token: string; readonly email: string }) {
  const t = useTexts(linkTexts);
  const words = useTexts(identityTexts);
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [isChecked, setChecked] = useState(false);
  const accept = useApiMutation('POST /api/invitation-link/acceptance', { onDone: () => location.replace('/') });
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    setChecked(true);
    const { language } = preferences();
    const body = { token, name, password, locale: language, timeZone: guessTimeZone() };
    if (name.trim() !== '' && password !== '') accept.mutate({ body });
    else focusFirstInvalid(event.currentTarget);
  };
  const missing = (value: string) => (isChecked && value.trim() === '' ? words('required') : undefined);
  const weak = weakPasswordText(accept.error, words);
  return (
    <form noValidate onSubmit={submit} className="flex flex-col gap-4">
      <p className="text-sm text-muted">{t('invitationEmail', { email })}</p>
      {/* For password keepers: which account the new password belongs to. */}
      <input type="hidden" name="email" autoComplete="username" value={email} readOnly />
      <TextField
        label={words('name')}
        name="name"
        autoComplete="name"
        required
        value={name}
        onChange={setName}
        error={missing(name)}
      />
      <NewPasswordField
        label={words('password')}
        value={password}
        onChange={setPassword}
        error={missing(password) ?? weak}
      />
      {!weak && <FormProblem error={accept.error} words={{ ...identityWords(words, accept.error), ...linkWords(t) }} />}
      <Button kind="primary" type="submit" isWide isBusy={accept.isPending || accept.isSuccess}>
        {t('invitationAccept')}
      </Button>
    </form>
  );
}

function JoinForm({
  token,
  invitation,
  isSignedIn,
}: {
  readonly token: string;
  readonly invitation: Invitation;
  readonly isSignedIn: boolean;
}) {
  const t = useTexts(linkTexts);
  const move = useApiMutation('PUT /api/me/workspace', { onDone: () => location.replace('/') });
  const join = useApiMutation('POST /api/invitation-link/joining', {
    onDone: ({ workspaceId }) => move.mutate({ body: { workspaceId } }),
  });
  // She comes back here from the sign-in page, which must not hear of the link.
  useEffect(() => {
    if (!isSignedIn) keepToken(token);
  }, [isSignedIn, token]);
  if (!isSignedIn) {
    return (
      <div className="flex flex-col gap-4">
        <p className="text-sm text-muted">{t('invitationKnown', { email: invitation.email })}</p>
        <ButtonLink kind="primary" to={`${SIGN_IN_PATH}?volver=${encodeURIComponent(location.pathname)}`}>
          {t('invitationSignIn')}
        </ButtonLink>
      </div>
    );
  }
  return (
    <div className="flex flex-col gap-4">
      <p className="text-sm text-muted">{t('invitationEmail', { email: invitation.email })}</p>
      <FormProblem error={join.error ?? move.error} words={linkWords(t)} />
      <Button
        kind="primary"
        isWide
        isBusy={join.isPending || move.isPending}
        onClick={() => join.mutate({ body: { token } })}
      >
        {t('invitationJoin', { workspace: invitation.workspaceName })}
      </Button>
    </div>
  );
}
