/** What a person may do about a provider: its key, its switch, its test. */
import { type SubmitEvent, useId, useState } from 'react';
import { type ApiOutput, useApiMutation } from '#web/api';
import { useTexts } from '#web/i18n';
import { Button, ConfirmDialog, Dialog, FormProblem, PasswordField, toast } from '#web/ui';
import { marketsTexts } from './markets-texts.ts';
import { providerTexts } from './provider-texts.ts';

export type Provider = ApiOutput<'GET /api/markets/providers'>['items'][number];
type Keyed = 'coinmarketcap' | 'twelve_data';

const REFRESHES = ['GET /api/markets/providers'] as const;
const KEY = /^[\x21-\x7e]{8,200}$/;

/** The buttons of one row. */
export function ProviderActions({ provider }: { readonly provider: Provider }) {
  const t = useTexts(providerTexts);
  const name = useTexts(marketsTexts)(`provider_${provider.provider}`);
  const test = useApiMutation('POST /api/markets/providers/:provider/test', {
    refreshes: REFRESHES,
    onProblem: toast.problem,
  });
  const { provider: id, keySource, isEnabled, testedAtMs, testOutcome } = provider;
  if (id === 'simulator' || id === 'file') return null; // Neither leaves this machine: there is nothing to try.
  const isTesting = testedAtMs !== null && testOutcome === null;
  return (
    <span className="flex flex-wrap gap-2">
      {(id === 'coinmarketcap' || id === 'twelve_data') && <KeyActions id={id} name={name} keySource={keySource} />}
      {isEnabled !== null && <SwitchAction isEnabled={isEnabled} />}
      {provider.state !== 'not_set_up' && (
        <Button
          size="sm"
          isBusy={test.isPending || isTesting}
          aria-label={`${t('test')}: ${name}`}
          onClick={() => test.mutate({ params: { provider: id } })}
        >
          {isTesting ? t('testing') : t('test')}
        </Button>
      )}
    </span>
  );
}

interface KeyFacts {
  readonly id: Keyed;
  readonly name: string;
  readonly keySource: Provider['keySource'];
}

function KeyActions({ id, name, keySource }: KeyFacts) {
  const t = useTexts(providerTexts);
  const [asked, setAsked] = useState<'set' | 'delete' | null>(null);
  const remove = useApiMutation('DELETE /api/markets/providers/:provider/key', {
    refreshes: REFRESHES,
    onDone: () => {
      setAsked(null);
      toast.done({ title: t('keyDeleted'), detail: name });
    },
    onProblem: toast.problem,
  });
  if (keySource === 'environment') return null;
  const verb = keySource === 'stored' ? t('replaceKey') : t('setKey');
  return (
    <>
      <Button size="sm" aria-label={`${verb}: ${name}`} onClick={() => setAsked('set')}>
        {verb}
      </Button>
      {keySource === 'stored' && (
        <Button size="sm" kind="ghost" aria-label={`${t('deleteKey')}: ${name}`} onClick={() => setAsked('delete')}>
          {t('deleteKey')}
        </Button>
      )}
      {asked === 'set' && <KeyDialog id={id} name={name} onClose={() => setAsked(null)} />}
      <ConfirmDialog
        isOpen={asked === 'delete'}
        onClose={() => setAsked(null)}
        isDanger
        isBusy={remove.isPending}
        title={`${t('deleteKey')}: ${name}`}
        description={t('deleteKeyDetail')}
        action={t('deleteKey')}
        onConfirm={() => remove.mutate({ params: { provider: id } })}
      />
    </>
  );
}

function KeyDialog({ id, name, onClose }: Omit<KeyFacts, 'keySource'> & { readonly onClose: () => void }) {
  const t = useTexts(providerTexts);
  const formId = useId();
  const [key, setKey] = useState('');
  const [isChecked, setChecked] = useState(false);
  const save = useApiMutation('PUT /api/markets/providers/:provider/key', {
    refreshes: REFRESHES,
    onDone: () => {
      toast.done({ title: t('keySaved'), detail: name });
      onClose();
    },
  });
  const isGood = KEY.test(key.trim());
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    setChecked(true);
    if (isGood) save.mutate({ params: { provider: id }, body: { key: key.trim() } });
  };
  const words = Object.fromEntries(
    (['workspace_simulated', 'key_from_environment', 'key_not_found'] as const).map((code) => [
      code,
      { title: t(`problem_${code}`), detail: t(`problem_${code}_detail`) },
    ]),
  );
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t('keyTitle', { name })}
      description={t('keyDetail')}
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
        <PasswordField
          label={t('key')}
          autoComplete="off"
          value={key}
          onChange={setKey}
          error={isChecked && !isGood ? t('keyInvalid') : undefined}
        />
        <FormProblem error={save.error} words={words} />
      </form>
    </Dialog>
  );
}

function SwitchAction({ isEnabled }: { readonly isEnabled: boolean }) {
  const t = useTexts(providerTexts);
  const [isAsking, setAsking] = useState(false);
  const change = useApiMutation('PUT /api/markets/providers/:provider/switch', {
    refreshes: REFRESHES,
    onDone: () => {
      setAsking(false);
      toast.done({ title: isEnabled ? t('switchedOff') : t('switchedOn') });
    },
    onProblem: toast.problem,
  });
  const turn = (isOn: boolean): void =>
    change.mutate({ params: { provider: 'financial_times' }, body: { isEnabled: isOn, areTermsAccepted: isOn } });
  return (
    <>
      <Button size="sm" isBusy={change.isPending} onClick={() => (isEnabled ? turn(false) : setAsking(true))}>
        {isEnabled ? t('turnOff') : t('turnOn')}
      </Button>
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        isBusy={change.isPending}
        title={t('turnOn')}
        description={t('switchDetail')}
        action={t('switchYes')}
        onConfirm={() => turn(true)}
      />
    </>
  );
}
