/** What a person sees whose workspace asks for a second factor that she has not: register one, then go on. */
import { useApi, useApiMutation } from '#web/api';
import { useTexts } from '#web/i18n';
import { returnPath, SIGN_IN_PATH } from '#web/shell';
import { Async, Button, Stack } from '#web/ui';
import { BarePage } from './bare-page.tsx';
import { PasskeyCard } from './passkey-card.tsx';
import { securityTexts } from './security-texts.ts';
import { TotpCard } from './totp-card.tsx';

export default function SecurityRequiredPage() {
  const t = useTexts(securityTexts);
  const security = useApi('GET /api/me/security');
  const signOut = useApiMutation('DELETE /api/sessions/current', { onDone: () => location.replace(SIGN_IN_PATH) });
  return (
    <BarePage title={t('mustTitle')} lead={t('mustLead')}>
      <Async query={security} rowCount={4}>
        {(mine) => (
          <Stack>
            <PasskeyCard security={mine} />
            <TotpCard security={mine} />
            {mine.lacksSecondFactor ? (
              <Button kind="ghost" isWide isBusy={signOut.isPending} onClick={() => signOut.mutate({})}>
                {t('signOut')}
              </Button>
            ) : (
              <Button kind="primary" isWide onClick={() => location.replace(returnPath(location.search))}>
                {t('mustDone')}
              </Button>
            )}
          </Stack>
        )}
      </Async>
    </BarePage>
  );
}
