/** The second step of signing in: a code of the app, a passkey, or a recovery code. */
import { type SubmitEvent, useEffect, useRef, useState } from 'react';
import { useApiMutation } from '#web/api';
import { useTexts } from '#web/i18n';
import { Button, Card, FormProblem, TextField } from '#web/ui';
import { PasskeySignIn } from './passkey-sign-in.tsx';
import { securityTexts } from './security-texts.ts';
import { securityWords } from './security-words.ts';

export function SecondStepForm({
  methods,
  onDone,
  onBack,
}: {
  readonly methods: readonly string[];
  readonly onDone: () => void;
  readonly onBack: () => void;
}) {
  const t = useTexts(securityTexts);
  const hasTotp = methods.includes('totp');
  const [isRecovery, setRecovery] = useState(!hasTotp && !methods.includes('passkey'));
  const isTyped = isRecovery || hasTotp;
  const lead = isRecovery ? t('stepRecoveryLead') : t(hasTotp ? 'stepLead' : 'stepPasskeyLead');
  return (
    <Card>
      <div className="flex flex-col gap-4">
        <p role="status" className="text-sm text-muted">
          {lead}
        </p>
        {isTyped && (
          <CodeForm key={String(isRecovery)} method={isRecovery ? 'recovery_code' : 'totp'} onDone={onDone} />
        )}
        {methods.includes('passkey') && <PasskeySignIn onDone={onDone} />}
        <div className="flex flex-col items-stretch gap-1">
          {(!isRecovery || hasTotp) && (
            <Button kind="ghost" onClick={() => setRecovery(!isRecovery)}>
              {t(isRecovery ? 'useTotp' : 'useRecovery')}
            </Button>
          )}
          <Button kind="ghost" onClick={onBack}>
            {t('stepBack')}
          </Button>
        </div>
      </div>
    </Card>
  );
}

function CodeForm({ method, onDone }: { readonly method: 'totp' | 'recovery_code'; readonly onDone: () => void }) {
  const t = useTexts(securityTexts);
  const [code, setCode] = useState('');
  const [isChecked, setChecked] = useState(false);
  const finish = useApiMutation('POST /api/sessions/second-step', { onDone });
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    setChecked(true);
    if (code.trim().length >= 6) finish.mutate({ body: { method, code } });
  };
  const isTotp = method === 'totp';
  const field = useRef<HTMLInputElement>(null);
  // The step took the place of the form: its one field is where the work goes on.
  useEffect(() => field.current?.focus(), []);
  return (
    <form noValidate onSubmit={submit} className="flex flex-col gap-4">
      <TextField
        label={t(isTotp ? 'code' : 'recoveryCode')}
        name="code"
        autoComplete="one-time-code"
        inputMode={isTotp ? 'numeric' : 'text'}
        autoCapitalize="none"
        spellCheck={false}
        required
        ref={field}
        value={code}
        onChange={setCode}
        error={isChecked && code.trim().length < 6 ? t('required') : undefined}
      />
      <FormProblem error={finish.error} words={securityWords(t, finish.error)} />
      <Button kind="primary" type="submit" isWide isBusy={finish.isPending || finish.isSuccess}>
        {t('stepAction')}
      </Button>
    </form>
  );
}
