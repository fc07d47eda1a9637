/** My devices and my password. */
import { useApi } from '#web/api';
import { useTexts } from '#web/i18n';
import { PageHeader, Stack } from '#web/ui';
import { DevicesTable } from './devices-table.tsx';
import { OidcAccountsCard } from './oidc-accounts-card.tsx';
import { PasswordCard } from './password-card.tsx';
import { peopleTexts } from './people-texts.ts';

export default function SessionsPage() {
  const t = useTexts(peopleTexts);
  const linked = useApi('GET /api/me/linked-accounts');
  return (
    <>
      <PageHeader
        title={t('sessionsTitle')}
        description={t('sessionsLead')}
        back={{ to: '/ajustes', label: t('settings') }}
      />
      <Stack>
        <DevicesTable />
        <OidcAccountsCard />
        {linked.data?.hasPassword !== false && <PasswordCard />}
      </Stack>
    </>
  );
}
