/** My authenticator app: set up with a picture or a key, active once a code confirms it. */
import { lazy, Suspense, useState } from 'react';
import { useApiMutation } from '#web/api';
import { formatDate, useTexts } from '#web/i18n';
import { Button, Card, ConfirmDialog, StatusDot, toast } from '#web/ui';
import type { Security } from './passkey-card.tsx';
import { RecoveryCodesDialog } from './recovery-codes-dialog.tsx';
import { securityTexts } from './security-texts.ts';
import { securityWords } from './security-words.ts';

const TotpDialog = lazy(() => import('./totp-dialog.tsx').then((module) => ({ default: module.TotpDialog })));

export function TotpCard({ security }: { readonly security: Security }) {
  const t = useTexts(securityTexts);
  const [asked, setAsked] = useState<'set-up' | 'remove' | null>(null);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const close = (): void => setAsked(null);
  const remove = useApiMutation('DELETE /api/me/totp', {
    refreshes: ['GET /api/me/security'],
    onDone: () => {
      close();
      toast.done({ title: t('totpRemoved') });
    },
    onProblem: (problem) => {
      close();
      const words = securityWords(t, problem)[problem.code];
      if (words) toast.failed(words);
      else toast.problem(problem);
    },
  });
  const { totp } = security;
  return (
    <Card
      title={t('totp')}
      aside={t('totpDetail')}
      actions={
        <Button size="sm" onClick={() => setAsked(totp ? 'remove' : 'set-up')}>
          {t(totp ? 'totpRemove' : 'totpSetUp')}
        </Button>
      }
    >
      <div className="text-sm">
        <StatusDot tone={totp ? 'ok' : 'neutral'}>
          {totp ? t('totpOn', { date: formatDate(totp.confirmedAtMs) }) : t('totpOff')}
        </StatusDot>
        {!totp && <p className="mt-1 text-muted">{t('totpOffDetail')}</p>}
      </div>
      <Suspense>
        {asked === 'set-up' && (
          <TotpDialog
            onClose={close}
            onConfirmed={(recoveryCodes) => {
              close();
              setCodes(recoveryCodes);
            }}
          />
        )}
      </Suspense>
      {codes && <RecoveryCodesDialog codes={codes} onClose={() => setCodes(null)} />}
      <ConfirmDialog
        isOpen={asked === 'remove'}
        onClose={close}
        onConfirm={() => remove.mutate({})}
        title={t('totpRemoveTitle')}
        description={t('totpRemoveDetail')}
        action={t('totpRemove')}
        isDanger
        isBusy={remove.isPending}
      />
    </Card>
  );
}
