/** API tokens: mine, and for who runs the workspace everybody's. */
import { KeyRound } from 'lucide-react';
import { useState } from 'react';
import { useTexts } from '#web/i18n';
import { useCan } from '#web/shell';
import { Button, PageHeader, ShownOnceDialog, Stack } from '#web/ui';
import { accessTexts } from './access-texts.ts';
import { ApiTokenDialog } from './api-token-dialog.tsx';
import { AllApiTokens, MyApiTokens } from './api-tokens-table.tsx';

export default function ApiTokensPage() {
  const t = useTexts(accessTexts);
  const [isMaking, setMaking] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const canMake = useCan('identity.api_tokens.create');
  const canSeeAll = useCan('identity.api_tokens.read');
  const make = canMake && (
    <Button kind="primary" icon={KeyRound} onClick={() => setMaking(true)}>
      {t('newToken')}
    </Button>
  );
  return (
    <>
      <PageHeader
        title={t('tokensTitle')}
        description={t('tokensLead')}
        back={{ to: '/ajustes', label: t('settings') }}
        actions={make}
      />
      <Stack>
        <MyApiTokens />
        {canSeeAll && <AllApiTokens />}
      </Stack>
      {isMaking && (
        <ApiTokenDialog
          onClose={() => setMaking(false)}
          onMade={(made) => {
            setMaking(false);
            setSecret(made);
          }}
        />
      )}
      {secret !== null && (
        <ShownOnceDialog
          title={t('createdTitle')}
          detail={t('createdDetail')}
          label={t('secret')}
          secret={secret}
          onClose={() => setSecret(null)}
        />
      )}
    </>
  );
}
