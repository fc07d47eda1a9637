/** Alertas: make one in a line, see how far each is, what fired, and where prices come from. */
import { useState } from 'react';
import { Plus } from 'lucide-react';
import { useApi, useLive, useRefresh } from '#web/api';
import { useTexts } from '#web/i18n';
import { useCan, useUrlState } from '#web/shell';
import { Button, PageHeader, Stack, Tabs } from '#web/ui';
import { AddInstrumentDialog } from './add-instrument-dialog.tsx';
import { AlertForm } from './alert-form.tsx';
import { AlertTable } from './alert-table.tsx';
import { FiringsTable } from './firings-table.tsx';
import { useLivePrices } from './live-prices.ts';
import { marketsTexts } from './markets-texts.ts';
import { PricesTab } from './prices-tab.tsx';

const REFRESH_MS = 60_000; // Prices arrive by themselves; that they grow stale does not.
const VIEWS = ['alertas', 'avisos', 'precios'] as const;

export default function AlertsPage() {
  const t = useTexts(marketsTexts);
  const [view, setView] = useUrlState<(typeof VIEWS)[number]>('vista', 'alertas', VIEWS);
  const [isAdding, setAdding] = useState(false);
  const canAdd = useCan('markets.instrument.write');
  const livePrices = useLivePrices();
  const rules = useApi('GET /api/markets/alerts', {}, { refetchIntervalMs: REFRESH_MS });
  const refresh = useRefresh();
  useLive('markets.alert.fired', () => {
    void refresh('GET /api/markets/alerts', 'GET /api/markets/alert-firings');
  });
  return (
    <>
      <PageHeader
        title={t('title')}
        description={t('description')}
        actions={
          canAdd && (
            <Button icon={Plus} onClick={() => setAdding(true)}>
              {t('addInstrument')}
            </Button>
          )
        }
      />
      <Tabs
        label={t('tabs')}
        value={view}
        onChange={setView}
        parts={[
          {
            value: 'alertas',
            label: t('tabAlerts'),
            content: <AlertsTab rules={rules} livePrices={livePrices} />,
          },
          { value: 'avisos', label: t('tabFirings'), content: <FiringsTable /> },
          { value: 'precios', label: t('tabPrices'), content: <PricesTab livePrices={livePrices} /> },
        ]}
      />
      {isAdding && <AddInstrumentDialog onClose={() => setAdding(false)} />}
    </>
  );
}

function AlertsTab({
  rules,
  livePrices,
}: {
  readonly rules: ReturnType<typeof useApi<'GET /api/markets/alerts'>>;
  readonly livePrices: ReturnType<typeof useLivePrices>;
}) {
  const canWrite = useCan('markets.alert.write');
  return (
    <Stack>
      {canWrite && <AlertForm livePrices={livePrices} />}
      <AlertTable
        rules={rules.data?.items}
        livePrices={livePrices}
        error={rules.error}
        onRetry={() => void rules.refetch()}
      />
    </Stack>
  );
}
