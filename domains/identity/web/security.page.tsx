/** My ways in: password, passkeys, authenticator app, recovery codes; and what the workspace demands. */
import { useApi } from '#web/api';
import { useTexts } from '#web/i18n';
import { useCan } from '#web/shell';
import { Async, PageHeader, Stack } from '#web/ui';
import { PasskeyCard } from './passkey-card.tsx';
import { PasswordCard } from './password-card.tsx';
import { RecoveryCodesCard } from './recovery-codes-card.tsx';
import { SecurityPolicyCard } from './security-policy-card.tsx';
import { securityTexts } from './security-texts.ts';
import { TotpCard } from './totp-card.tsx';

export default function SecurityPage() {
  const t = useTexts(securityTexts);
  const security = useApi('GET /api/me/security');
  const seesPolicy = useCan('identity.security.read');
  return (
    <>
      <PageHeader title={t('title')} description={t('lead')} back={{ to: '/ajustes', label: t('settings') }} />
      <Async query={security} rowCount={6}>
        {(mine) => (
          <Stack>
            <PasskeyCard security={mine} />
            <TotpCard security={mine} />
            <RecoveryCodesCard security={mine} />
            {mine.hasPassword && <PasswordCard />}
            {seesPolicy && <SecurityPolicyCard />}
          </Stack>
        )}
      </Async>
    </>
  );
}
