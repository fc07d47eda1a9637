/** Sets up the authenticator app: the key as a picture and as text, then a code of it. Loaded when somebody sets one up. */
import { type SubmitEvent, useEffect, useId, useMemo, useState } from 'react';
import { encode } from 'uqr';
import { type ApiOutput, useApiMutation, useRefresh } from '#web/api';
import { useTexts } from '#web/i18n';
import { Button, Dialog, FormProblem, Skeleton, TextField } from '#web/ui';
import { securityTexts } from './security-texts.ts';
import { securityWords } from './security-words.ts';

export function TotpDialog({
  onClose,
  onConfirmed,
}: {
  readonly onClose: () => void;
  readonly onConfirmed: (recoveryCodes: readonly string[]) => void;
}) {
  const t = useTexts(securityTexts);
  const formId = useId();
  const refresh = useRefresh();
  const [code, setCode] = useState('');
  const { mutate: begin, ...start } = useApiMutation('POST /api/me/totp');
  const confirm = useApiMutation('PUT /api/me/totp', {
    onDone: ({ recoveryCodes }) => {
      onConfirmed(recoveryCodes);
      void refresh('GET /api/me/security', 'GET /api/me');
    },
  });
  useEffect(() => begin({}), [begin]);
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    if (code.trim() !== '') confirm.mutate({ body: { code } });
  };
  const problem = confirm.error ?? start.error;
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t('totpTitle')}
      description={t('totpScan')}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button kind="primary" type="submit" form={formId} disabled={!start.data} isBusy={confirm.isPending}>
            {t('totpConfirm')}
          </Button>
        </>
      }
    >
      <form id={formId} noValidate onSubmit={submit} className="flex flex-col gap-4">
        {start.data ? <Key started={start.data} /> : !start.error && <Skeleton className="mx-auto size-48" />}
        <TextField
          label={t('code')}
          hint={t('codeHint')}
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={10}
          value={code}
          onChange={setCode}
        />
        <FormProblem error={problem} words={securityWords(t, problem)} />
      </form>
    </Dialog>
  );
}

function Key({ started }: { readonly started: ApiOutput<'POST /api/me/totp'> }) {
  const t = useTexts(securityTexts);
  const groups = started.secret.match(/.{1,4}/g)?.join(' ') ?? started.secret;
  return (
    <>
      <QrCode text={started.uri} label={t('totpQr')} />
      <div>
        <p className="text-xs text-muted">{t('totpKey')}</p>
        <p className="font-mono text-sm break-all select-all" data-testid="totp-key">
          {groups}
        </p>
      </div>
    </>
  );
}

/** One path of squares. Always dark on white: cameras want it so, whatever the theme. */
function QrCode({ text, label }: { readonly text: string; readonly label: string }) {
  const { size, data } = useMemo(() => encode(text, { ecc: 'M', border: 3 }), [text]);
  const squares = data.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : '')));
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${size} ${size}`}
      shapeRendering="crispEdges"
      className="mx-auto size-48 rounded-md"
    >
      <rect width={size} height={size} fill="white" />
      <path d={squares.join('')} fill="black" />
    </svg>
  );
}
