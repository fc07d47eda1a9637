/** A password or token of a connection: where it comes from, and the dialog that takes a new one. It is never shown. */
import { type SubmitEvent, useId, useState } from 'react';
import { type ApiOutput, useApiMutation } from '#web/api';
import { useTexts } from '#web/i18n';
import { Button, ConfirmDialog, Dialog, FormProblem, PasswordField, RelativeTime, toast } from '#web/ui';
import { useCan } from '../session.ts';
import { credentialTexts } from './credential-texts.ts';

type Fact = ApiOutput<'GET /api/notifications/connections'>['mail']['password'];

const REFRESHES = ['GET /api/notifications/connections'] as const;
const TOKEN_SHAPE = /^\d{3,}:[\w-]{20,}$/;

export function MailPassword({ fact }: { readonly fact: Fact }) {
  const t = useTexts(credentialTexts);
  const [isAsking, setAsking] = useState(false);
  const [isRemoving, setRemoving] = useState(false);
  const save = useApiMutation('PUT /api/notifications/connections/mail/password', {
    refreshes: REFRESHES,
    onDone: () => {
      setAsking(false);
      toast.done({ title: t('savedPassword'), detail: t('savedDetail') });
    },
  });
  const remove = useApiMutation('DELETE /api/notifications/connections/mail/password', {
    refreshes: REFRESHES,
    onDone: () => {
      setRemoving(false);
      toast.done({ title: t('removed') });
    },
    onProblem: toast.problem,
  });
  return (
    <>
      <Source
        fact={fact}
        name={t('enterPassword')}
        onEnter={() => setAsking(true)}
        onRemove={() => setRemoving(true)}
      />
      {isAsking && (
        <CredentialDialog
          title={t('enterPassword')}
          label={t('password')}
          hint={t('passwordHint')}
          faultOf={(value) => (value === '' ? t('required') : undefined)}
          isBusy={save.isPending}
          error={save.error}
          onSave={(password) => save.mutate({ body: { password } })}
          onClose={() => setAsking(false)}
        />
      )}
      <ConfirmDialog
        isOpen={isRemoving}
        onClose={() => setRemoving(false)}
        isDanger
        isBusy={remove.isPending}
        title={t('removePasswordTitle')}
        description={t('removePasswordDetail')}
        action={t('remove')}
        onConfirm={() => remove.mutate({})}
      />
    </>
  );
}

export function BotToken({ fact }: { readonly fact: Fact }) {
  const t = useTexts(credentialTexts);
  const [isAsking, setAsking] = useState(false);
  const [isRemoving, setRemoving] = useState(false);
  const save = useApiMutation('PUT /api/notifications/connections/telegram/token', {
    refreshes: REFRESHES,
    onDone: () => {
      setAsking(false);
      toast.done({ title: t('savedToken'), detail: t('savedDetail') });
    },
  });
  const remove = useApiMutation('DELETE /api/notifications/connections/telegram/token', {
    refreshes: REFRESHES,
    onDone: () => {
      setRemoving(false);
      toast.done({ title: t('removed') });
    },
    onProblem: toast.problem,
  });
  const faultOf = (value: string): string | undefined => {
    if (value === '') return t('required');
    return TOKEN_SHAPE.test(value) ? undefined : t('tokenShape');
  };
  return (
    <>
      <Source fact={fact} name={t('enterToken')} onEnter={() => setAsking(true)} onRemove={() => setRemoving(true)} />
      {isAsking && (
        <CredentialDialog
          title={t('enterToken')}
          label={t('token')}
          hint={t('tokenHint')}
          faultOf={faultOf}
          isBusy={save.isPending}
          error={save.error}
          onSave={(token) => save.mutate({ body: { token } })}
          onClose={() => setAsking(false)}
        />
      )}
      <ConfirmDialog
        isOpen={isRemoving}
        onClose={() => setRemoving(false)}
        isDanger
        isBusy={remove.isPending}
        title={t('removeTokenTitle')}
        description={t('removeTokenDetail')}
        action={t('remove')}
        onConfirm={() => remove.mutate({})}
      />
    </>
  );
}

function Source(source: {
  readonly fact: Fact;
  readonly name: string;
  readonly onEnter: () => void;
  readonly onRemove: () => void;
}) {
  const t = useTexts(credentialTexts);
  const canUpdate = useCan('platform.connections.update');
  const { fact, name } = source;
  if (fact.source === 'settings') return t('fromSettings');
  const isKept = fact.source === 'page';
  const verb = t(isKept ? 'replace' : 'enter');
  return (
    <span className="flex flex-wrap items-center gap-2">
      {isKept ? t('fromPage') : t('fromNowhere')}
      {fact.changedAtMs !== null && (
        <span className="text-xs text-muted">
          <RelativeTime atMs={fact.changedAtMs} />
        </span>
      )}
      {canUpdate && (
        <Button size="sm" aria-label={`${verb}: ${name}`} onClick={source.onEnter}>
          {verb}
        </Button>
      )}
      {canUpdate && isKept && (
        <Button size="sm" kind="ghost" aria-label={`${t('remove')}: ${name}`} onClick={source.onRemove}>
          {t('remove')}
        </Button>
      )}
    </span>
  );
}

function CredentialDialog(dialog: {
  readonly title: string;
  readonly label: string;
  readonly hint: string;
  readonly faultOf: (value: string) => string | undefined;
  readonly isBusy: boolean;
  readonly error: Error | null;
  readonly onSave: (value: string) => void;
  readonly onClose: () => void;
}) {
  const t = useTexts(credentialTexts);
  const formId = useId();
  const [value, setValue] = useState('');
  const [isChecked, setChecked] = useState(false);
  const fault = dialog.faultOf(value.trim());
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    setChecked(true);
    if (fault === undefined) dialog.onSave(value.trim());
  };
  return (
    <Dialog
      isOpen
      onClose={dialog.onClose}
      title={dialog.title}
      footer={
        <>
          <Button onClick={dialog.onClose}>{t('cancel')}</Button>
          <Button kind="primary" type="submit" form={formId} isBusy={dialog.isBusy}>
            {t('save')}
          </Button>
        </>
      }
    >
      <form id={formId} noValidate onSubmit={submit} className="flex flex-col gap-4">
        <PasswordField
          label={dialog.label}
          hint={dialog.hint}
          autoComplete="off"
          required
          value={value}
          onChange={setValue}
          error={isChecked ? fault : undefined}
        />
        <FormProblem error={dialog.error} />
      </form>
    </Dialog>
  );
}
