/** My passkeys: add, rename, remove, and when each was used. */
import { Ellipsis, Pencil, Plus, Trash2 } from 'lucide-react';
import { type SubmitEvent, useId, useState } from 'react';
import { api, type ApiOutput, useApiMutation, useRefresh } from '#web/api';
import { useTexts } from '#web/i18n';
import {
  Badge,
  Button,
  Card,
  ConfirmDialog,
  DateText,
  Dialog,
  EmptyState,
  FormProblem,
  IconButton,
  Menu,
  RelativeTime,
  TextField,
  toast,
} from '#web/ui';
import { usePasskeyAction } from './passkey-action.ts';
import { knowsPasskeys, makePasskey } from './passkey-browser.ts';
import { securityTexts } from './security-texts.ts';
import { securityWords } from './security-words.ts';

export type Security = ApiOutput<'GET /api/me/security'>;
type Passkey = Security['passkeys'][number];
type Asked = { readonly what: 'rename' | 'remove'; readonly passkey: Passkey } | null;

export function PasskeyCard({ security }: { readonly security: Security }) {
  const t = useTexts(securityTexts);
  const [isAdding, setAdding] = useState(false);
  const [asked, setAsked] = useState<Asked>(null);
  const isPossible = security.arePasskeysPossible && knowsPasskeys();
  const add = isPossible && (
    <Button size="sm" icon={Plus} onClick={() => setAdding(true)}>
      {t('addPasskey')}
    </Button>
  );
  return (
    <Card title={t('passkeys')} aside={t('passkeysDetail')} actions={add}>
      {security.passkeys.length === 0 && (
        <EmptyState title={t('passkeysNone')} detail={t(isPossible ? 'passkeysNoneDetail' : 'passkeysNotHere')} />
      )}
      <ul className="divide-y divide-line">
        {security.passkeys.map((passkey) => (
          <PasskeyRow key={passkey.id} passkey={passkey} onAsk={(what) => setAsked({ what, passkey })} />
        ))}
      </ul>
      {isAdding && <PasskeyDialog onClose={() => setAdding(false)} />}
      {asked?.what === 'rename' && <PasskeyDialog passkey={asked.passkey} onClose={() => setAsked(null)} />}
      <RemovePasskey passkey={asked?.what === 'remove' ? asked.passkey : null} onClose={() => setAsked(null)} />
    </Card>
  );
}

function PasskeyRow({
  passkey,
  onAsk,
}: {
  readonly passkey: Passkey;
  readonly onAsk: (what: 'rename' | 'remove') => void;
}) {
  const t = useTexts(securityTexts);
  const { name, isSynced, isForThisAddress, createdAtMs, lastUsedAtMs } = passkey;
  return (
    <li className="flex items-center gap-3 py-3">
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-2 text-sm">
          <span className="font-medium break-words">{name}</span>
          {isSynced && <Badge tone="neutral">{t('synced')}</Badge>}
          {!isForThisAddress && <Badge tone="warn">{t('otherAddress')}</Badge>}
        </p>
        <p className="mt-0.5 text-xs text-muted">
          {t('created')} <DateText when={createdAtMs} /> · {t('lastUsed')}{' '}
          {lastUsedAtMs === null ? t('never').toLowerCase() : <RelativeTime atMs={lastUsedAtMs} />}
        </p>
      </div>
      <Menu
        trigger={<IconButton icon={Ellipsis} size="sm" label={`${t('actions')}: ${name}`} />}
        groups={[
          [{ id: 'rename', label: t('renamePasskey'), icon: Pencil, onSelect: () => onAsk('rename') }],
          [{ id: 'remove', label: t('removePasskey'), icon: Trash2, isDanger: true, onSelect: () => onAsk('remove') }],
        ]}
      />
    </li>
  );
}

/** Names a passkey: a new one is then made by the device, a known one keeps its key. */
function PasskeyDialog({ passkey, onClose }: { readonly passkey?: Passkey; readonly onClose: () => void }) {
  const t = useTexts(securityTexts);
  const formId = useId();
  const refresh = useRefresh();
  const [name, setName] = useState(passkey?.name ?? t('passkeyNameDefault'));
  const action = usePasskeyAction(async () => {
    if (passkey) {
      await api('PATCH /api/me/passkeys/:passkeyId', { params: { passkeyId: passkey.id }, body: { name } });
    } else {
      const credential = await makePasskey(await api('POST /api/me/passkey-challenges'));
      await api('POST /api/me/passkeys', { body: { name, credential } });
    }
    await refresh('GET /api/me/security', 'GET /api/me');
    toast.done({ title: t(passkey ? 'passkeyRenamed' : 'passkeyAdded') });
    onClose();
  });
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    if (name.trim() !== '') action.start();
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t(passkey ? 'renamePasskey' : 'addPasskey')}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button kind="primary" type="submit" form={formId} isBusy={action.isBusy}>
            {t(passkey ? 'save' : 'createPasskey')}
          </Button>
        </>
      }
    >
      <form id={formId} noValidate onSubmit={submit} className="flex flex-col gap-4">
        <TextField
          label={t('passkeyName')}
          hint={t('passkeyNameHint')}
          maxLength={60}
          autoComplete="off"
          required
          value={name}
          onChange={setName}
          error={name.trim() === '' ? t('required') : undefined}
        />
        <FormProblem error={action.problem} words={securityWords(t, action.problem)} />
      </form>
    </Dialog>
  );
}

function RemovePasskey({ passkey, onClose }: { readonly passkey: Passkey | null; readonly onClose: () => void }) {
  const t = useTexts(securityTexts);
  const remove = useApiMutation('DELETE /api/me/passkeys/:passkeyId', {
    refreshes: ['GET /api/me/security'],
    onDone: () => {
      onClose();
      toast.done({ title: t('passkeyRemoved') });
    },
    onProblem: (problem) => {
      onClose();
      const words = securityWords(t, problem)[problem.code];
      if (words) toast.failed(words);
      else toast.problem(problem);
    },
  });
  return (
    <ConfirmDialog
      isOpen={passkey !== null}
      onClose={onClose}
      onConfirm={() => passkey && remove.mutate({ params: { passkeyId: passkey.id } })}
      title={t('removePasskeyTitle', { name: passkey?.name ?? '' })}
      description={t('removePasskeyDetail')}
      action={t('removePasskey')}
      isDanger
      isBusy={remove.isPending}
    />
  );
}
