/** Secretos: names and ages of what is kept; a value goes in and is never shown. */
import { KeyRound } from 'lucide-react';
import { type SubmitEvent, useId, useMemo, useState } from 'react';
import { type ApiOutput, useApi, useApiMutation } from '#web/api';
import { useTexts } from '#web/i18n';
import {
  Button,
  type Column,
  ConfirmDialog,
  Dialog,
  EmptyState,
  FormProblem,
  PageHeader,
  PasswordField,
  RelativeTime,
  Table,
  TextField,
  toast,
} from '#web/ui';
import { safetyTexts } from './safety-texts.ts';
import { useCan } from './session.ts';

type Secret = ApiOutput<'GET /api/secrets'>['items'][number];

const REFRESHES = ['GET /api/secrets'] as const;

export default function SecretsPage() {
  const t = useTexts(safetyTexts);
  const canWrite = useCan('platform.secrets.write');
  const secrets = useApi('GET /api/secrets', {});
  const [edited, setEdited] = useState<string | null>(null);
  const columns = useSecretColumns(setEdited);
  const add = canWrite && (
    <Button kind="primary" onClick={() => setEdited('')}>
      {t('addSecret')}
    </Button>
  );
  return (
    <>
      <PageHeader
        title={t('secrets')}
        description={t('secretsLine')}
        back={{ to: '/ajustes', label: t('back') }}
        actions={add}
      />
      <Table
        title={t('secrets')}
        urlName="secretos"
        columns={columns}
        rows={secrets.data?.items}
        rowId={(secret) => secret.name}
        error={secrets.error}
        onRetry={() => void secrets.refetch()}
        empty={<EmptyState icon={KeyRound} title={t('noSecrets')} detail={t('noSecretsDetail')} />}
      />
      {edited !== null && <SecretDialog name={edited} onClose={() => setEdited(null)} />}
    </>
  );
}

function useSecretColumns(onReplace: (name: string) => void): readonly Column<Secret>[] {
  const t = useTexts(safetyTexts);
  const canWrite = useCan('platform.secrets.write');
  return useMemo(() => {
    const columns: Column<Secret>[] = [
      { id: 'name', head: t('name'), card: 'title', value: (secret) => secret.name },
      {
        id: 'age',
        head: t('age'),
        widthPx: 180,
        value: (secret) => secret.changedAtMs,
        cell: (secret) => <RelativeTime atMs={secret.changedAtMs} />,
      },
      {
        id: 'lastUsed',
        head: t('lastUsed'),
        widthPx: 180,
        value: (secret) => secret.lastUsedAtMs,
        cell: (secret) => (secret.lastUsedAtMs === null ? t('neverUsed') : <RelativeTime atMs={secret.lastUsedAtMs} />),
      },
    ];
    if (canWrite) {
      const cell = (secret: Secret) => <SecretActions secret={secret} onReplace={onReplace} />;
      columns.push({ id: 'actions', head: t('actions'), widthPx: 210, align: 'end', cell });
    }
    return columns;
  }, [t, canWrite, onReplace]);
}

function SecretActions({ secret, onReplace }: { readonly secret: Secret; readonly onReplace: (name: string) => void }) {
  const t = useTexts(safetyTexts);
  const [isAsking, setAsking] = useState(false);
  const remove = useApiMutation('DELETE /api/secrets/:name', {
    refreshes: REFRESHES,
    onDone: () => {
      setAsking(false);
      toast.done({ title: t('removed'), detail: secret.name });
    },
    onProblem: toast.problem,
  });
  return (
    <span className="inline-flex gap-1">
      <Button size="sm" onClick={() => onReplace(secret.name)}>
        {t('replace')}
      </Button>
      <Button size="sm" kind="ghost" onClick={() => setAsking(true)}>
        {t('remove')}
      </Button>
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        isDanger
        isBusy={remove.isPending}
        title={t('removeTitle', { name: secret.name })}
        description={t('removeDetail')}
        action={t('remove')}
        onConfirm={() => remove.mutate({ params: { name: secret.name } })}
      />
    </span>
  );
}

/** Asks for the value, and for the name of a new one. */
function SecretDialog({ name: knownName, onClose }: { readonly name: string; readonly onClose: () => void }) {
  const t = useTexts(safetyTexts);
  const formId = useId();
  const [name, setName] = useState(knownName);
  const [value, setValue] = useState('');
  const [isChecked, setChecked] = useState(false);
  const save = useApiMutation('PUT /api/secrets/:name', {
    refreshes: REFRESHES,
    onDone: () => {
      onClose();
      toast.done({ title: t('saved'), detail: name });
    },
  });
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    setChecked(true);
    if (name.trim() !== '' && value !== '') save.mutate({ params: { name: name.trim() }, body: { value } });
  };
  const isNew = knownName === '';
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={isNew ? t('addSecret') : t('replaceTitle', { name: knownName })}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button kind="primary" type="submit" form={formId} isBusy={save.isPending}>
            {t('save')}
          </Button>
        </>
      }
    >
      <form id={formId} noValidate onSubmit={submit} className="flex flex-col gap-4">
        {isNew && (
          <TextField
            label={t('name')}
            hint={t('nameHint')}
            autoComplete="off"
            required
            maxLength={80}
            value={name}
            onChange={setName}
            error={isChecked && name.trim() === '' ? t('required') : undefined}
          />
        )}
        <PasswordField
          label={t('value')}
          autoComplete="off"
          required
          value={value}
          onChange={setValue}
          error={isChecked && value === '' ? t('required') : undefined}
        />
        <FormProblem error={save.error} />
      </form>
    </Dialog>
  );
}
