/** Events: the live tail, deliveries with their answers, and the endpoints that listen. */
import { useTexts } from '#web/i18n';
import { useCan, useUrlState } from '#web/shell';
import { PageHeader, Stack, type TabPart, Tabs } from '#web/ui';
import { Deliveries } from './deliveries.tsx';
import { Endpoints } from './endpoints.tsx';
import { FiguresPanel } from './figures-panel.tsx';
import { LiveTail } from './live-tail.tsx';
import { eventTexts } from './texts.ts';

const VIEWS = ['directo', 'entregas', 'destinos'] as const;
type View = (typeof VIEWS)[number];

export default function EventsPage() {
  const t = useTexts(eventTexts);
  const [view, setView] = useUrlState<View>('vista', 'directo', VIEWS);
  const canSeeDeliveries = useCan('webhooks.delivery.read');
  const canSeeEndpoints = useCan('webhooks.endpoint.read');
  const parts: TabPart<View>[] = [{ value: 'directo', label: t('live'), content: <LiveTail /> }];
  if (canSeeDeliveries) parts.push({ value: 'entregas', label: t('deliveries'), content: <Deliveries /> });
  if (canSeeEndpoints) parts.push({ value: 'destinos', label: t('endpoints'), content: <Endpoints /> });
  const shown = parts.some(({ value }) => value === view) ? view : 'directo';
  return (
    <>
      <PageHeader title={t('title')} description={t('lead')} />
      <Stack>
        {canSeeDeliveries && <FiguresPanel />}
        {parts.length > 1 ? <Tabs label={t('views')} parts={parts} value={shown} onChange={setView} /> : <LiveTail />}
      </Stack>
    </>
  );
}
