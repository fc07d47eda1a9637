/** Ajustes, Proveedores: who tells prices, how they fare, and what a person may set. */
import { useTexts } from '#web/i18n';
import { PageHeader, Stack } from '#web/ui';
import { providerTexts } from './provider-texts.ts';
import { ProvidersCard } from './providers-card.tsx';

export default function ProvidersPage() {
  const t = useTexts(providerTexts);
  return (
    <>
      <PageHeader title={t('title')} description={t('providersLine')} back={{ to: '/ajustes', label: t('back') }} />
      <Stack>
        <ProvidersCard />
      </Stack>
    </>
  );
}
