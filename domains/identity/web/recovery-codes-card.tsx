/** How many recovery codes are left, and ten others. */
import { useState } from 'react';
import { useApiMutation } from '#web/api';
import { useTexts } from '#web/i18n';
import { Button, Card, ConfirmDialog, toast } from '#web/ui';
import type { Security } from './passkey-card.tsx';
import { RecoveryCodesDialog } from './recovery-codes-dialog.tsx';
import { securityTexts } from './security-texts.ts';

export function RecoveryCodesCard({ security }: { readonly security: Security }) {
  const t = useTexts(securityTexts);
  const [isAsked, setAsked] = useState(false);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const replace = useApiMutation('POST /api/me/recovery-codes', {
    refreshes: ['GET /api/me/security'],
    onDone: ({ recoveryCodes }) => {
      setAsked(false);
      setCodes(recoveryCodes);
    },
    onProblem: (problem) => {
      setAsked(false);
      toast.problem(problem);
    },
  });
  const { recoveryCodes, totp, passkeys } = security;
  const hasFactor = totp !== null || passkeys.length > 0;
  const press = (): void => (recoveryCodes ? setAsked(true) : replace.mutate({}));
  return (
    <Card
      title={t('recovery')}
      aside={t('recoveryDetail')}
      actions={
        hasFactor && (
          <Button size="sm" isBusy={replace.isPending} onClick={press}>
            {t(recoveryCodes ? 'recoveryReplace' : 'recoveryMake')}
          </Button>
        )
      }
    >
      <p className="text-sm text-muted">
        {recoveryCodes ? t('recoveryLeft', { count: recoveryCodes.leftCount }) : t('recoveryNone')}
        {!recoveryCodes && !hasFactor && `. ${t('recoveryNoneDetail')}`}
      </p>
      <ConfirmDialog
        isOpen={isAsked}
        onClose={() => setAsked(false)}
        onConfirm={() => replace.mutate({})}
        title={t('recoveryReplaceTitle')}
        description={t('recoveryReplaceDetail')}
        action={t('recoveryReplace')}
        isBusy={replace.isPending}
      />
      {codes && <RecoveryCodesDialog codes={codes} onClose={() => setCodes(null)} />}
    </Card>
  );
}
