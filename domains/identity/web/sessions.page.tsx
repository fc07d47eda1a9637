/** My devices, and my accounts elsewhere that sign me in. */
import { useTexts } from '#web/i18n';
import { PageHeader, Stack } from '#web/ui';
import { DevicesTable } from './devices-table.tsx';
import { OidcAccountsCard } from './oidc-accounts-card.tsx';
import { peopleTexts } from './people-texts.ts';

export default function SessionsPage() {
  const t = useTexts(peopleTexts);
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
      </Stack>
    </>
  );
}
