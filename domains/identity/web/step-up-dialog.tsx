/** Asks again who it is, before something sensitive. Opened by the shell when the server asks for a proof. */
import { type SubmitEvent, useEffect, useId, useRef, useState } from 'react';
import { api, useApi, useApiMutation } from '#web/api';
import { useTexts } from '#web/i18n';
import { Async, Button, Dialog, EmptyState, FormProblem, PasswordField, TextField } from '#web/ui';
import { usePasskeyAction } from './passkey-action.ts';
import { knowsPasskeys, signWithPasskey } from './passkey-browser.ts';
import { securityTexts } from './security-texts.ts';
import { securityWords } from './security-words.ts';

export default function StepUpDialog({ onSettled }: { readonly onSettled: (isProved: boolean) => void }) {
  const t = useTexts(securityTexts);
  const security = useApi('GET /api/me/security');
  return (
    <Dialog isOpen onClose={() => onSettled(false)} title={t('proofTitle')} description={t('proofLead')}>
      <Async query={security} rowCount={2}>
        {({ proofMethods }) => <Proof methods={proofMethods} onProved={() => onSettled(true)} />}
      </Async>
    </Dialog>
  );
}

type Method = 'passkey' | 'totp' | 'password';

function Proof({ methods, onProved }: { readonly methods: readonly Method[]; readonly onProved: () => void }) {
  const t = useTexts(securityTexts);
  const hasPasskey = methods.includes('passkey') && knowsPasskeys();
  const typed = methods.find((method) => method !== 'passkey');
  if (!hasPasskey && !typed) return <EmptyState title={t('proofNone')} detail={t('proofNoneDetail')} />;
  return (
    <div className="flex flex-col gap-4">
      {hasPasskey && <PasskeyProof onProved={onProved} isOnly={!typed} />}
      {typed && <TypedProof method={typed} onProved={onProved} />}
    </div>
  );
}

function PasskeyProof({ onProved, isOnly }: { readonly onProved: () => void; readonly isOnly: boolean }) {
  const t = useTexts(securityTexts);
  const { isBusy, problem, start } = usePasskeyAction(async () => {
    const credential = await signWithPasskey(await api('POST /api/me/proof-challenges'), false);
    await api('POST /api/me/proofs', { body: { method: 'passkey', credential } });
    onProved();
  });
  return (
    <>
      <Button kind={isOnly ? 'primary' : 'secondary'} isWide isBusy={isBusy} onClick={start}>
        {t('proofPasskey')}
      </Button>
      <FormProblem error={problem} words={securityWords(t, problem)} />
    </>
  );
}

function TypedProof({ method, onProved }: { readonly method: 'totp' | 'password'; readonly onProved: () => void }) {
  const t = useTexts(securityTexts);
  const formId = useId();
  const [value, setValue] = useState('');
  const [isChecked, setChecked] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  // The question just opened over the page: its one field is where the work is.
  useEffect(() => input.current?.focus(), []);
  const prove = useApiMutation('POST /api/me/proofs', { onDone: onProved });
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    setChecked(true);
    if (value.trim() === '') return;
    prove.mutate({ body: method === 'totp' ? { method, code: value } : { method, password: value } });
  };
  const field = {
    value,
    onChange: setValue,
    required: true,
    ref: input,
    error: isChecked && value.trim() === '' ? t('required') : undefined,
  };
  return (
    <form id={formId} noValidate onSubmit={submit} className="flex flex-col gap-4">
      {method === 'totp' ? (
        <TextField label={t('code')} hint={t('codeHint')} inputMode="numeric" autoComplete="one-time-code" {...field} />
      ) : (
        <PasswordField label={t('proofPassword')} autoComplete="current-password" {...field} />
      )}
      <FormProblem error={prove.error} words={securityWords(t, prove.error)} />
      <Button kind="primary" type="submit" isWide isBusy={prove.isPending || prove.isSuccess}>
        {t('proofAction')}
      </Button>
    </form>
  );
}
