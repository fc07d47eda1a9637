/** Deliveries, newest first, filtered by state; a press opens what was sent and answered. */
import { useMemo, useState } from 'react';
import { useApi } from '#web/api';
import { type Translate, useTexts } from '#web/i18n';
import { useCan, useUrlState } from '#web/shell';
import { Badge, Button, type Column, DateText, EmptyState, SegmentedControl, Table } from '#web/ui';
import { BulkReplayDialog, RunningReplays } from './bulk-replay.tsx';
import { DeliveryDrawer } from './delivery-drawer.tsx';
import { answerText, type Delivery, durationText, type Endpoint, hostOf, STATE_TONES } from './event-words.ts';
import { serviceTexts } from './service-texts.ts';
import { type EventKey, eventTexts } from './texts.ts';
import { useFreshDeliveries } from './use-fresh-deliveries.ts';

const FILTERS = ['todas', 'delivered', 'waiting', 'failed'] as const;
type Filter = (typeof FILTERS)[number];
const PAGE_SIZE = 50;
const PAGE_SIZE_MAX = 200;

export function Deliveries() {
  const t = useTexts(eventTexts);
  const [filter, setFilter] = useUrlState<Filter>('estado', 'todas', FILTERS);
  const [openedId, setOpenedId] = useUrlState<string>('entrega', '');
  const service = useTexts(serviceTexts);
  const canReplay = useCan('webhooks.delivery.replay');
  const [isBulk, setBulk] = useUrlState<string>('reenviar', '');
  const [limit, setLimit] = useState(PAGE_SIZE);
  const [isHovered, setHovered] = useState(false);
  const query = filter === 'todas' ? { limit } : { limit, state: filter };
  const deliveries = useApi('GET /api/webhooks/deliveries', { query }, { keepsPrevious: true });
  const endpoints = useApi('GET /api/webhooks/endpoints');
  useFreshDeliveries('GET /api/webhooks/deliveries', isHovered || openedId !== '');
  const columns = useMemo(() => deliveryColumns(t, endpoints.data?.items ?? []), [t, endpoints.data]);
  const hasOlder = deliveries.data?.nextCursor !== null && limit < PAGE_SIZE_MAX;
  return (
    <div
      onPointerEnter={(pointer) => setHovered(pointer.pointerType === 'mouse')}
      onPointerLeave={() => setHovered(false)}
    >
      {canReplay && <RunningReplays />}
      <Table
        title={t('deliveries')}
        urlName="entregas"
        columns={columns}
        rows={deliveries.data?.items}
        rowId={(delivery) => delivery.id}
        onOpen={(delivery) => setOpenedId(delivery.id)}
        error={deliveries.error}
        onRetry={() => void deliveries.refetch()}
        empty={<EmptyState title={t('deliveriesEmpty')} detail={t('deliveriesEmptyDetail')} />}
        actions={
          <>
            <SegmentedControl
              label={t('stateFilter')}
              value={filter}
              onChange={setFilter}
              segments={FILTERS.map((value) => ({ value, label: value === 'todas' ? t('all') : t(value) }))}
            />
            {canReplay && <Button onClick={() => setBulk('1')}>{service('bulk')}</Button>}
          </>
        }
        footer={
          hasOlder && deliveries.data ? (
            <Button onClick={() => setLimit(PAGE_SIZE_MAX)}>{t('olderDeliveries')}</Button>
          ) : undefined
        }
      />
      {isBulk === '1' && canReplay && (
        <BulkReplayDialog endpoints={endpoints.data?.items ?? []} onClose={() => setBulk('')} />
      )}
      {openedId !== '' && <DeliveryDrawer deliveryId={openedId} onClose={() => setOpenedId('')} />}
    </div>
  );
}

function deliveryColumns(t: Translate<EventKey>, endpoints: readonly Endpoint[]): Column<Delivery>[] {
  const hosts = new Map(endpoints.map(({ id, url }) => [id, hostOf(url)]));
  return [
    {
      id: 'time',
      head: t('time'),
      kind: 'instant',
      widthPx: 130,
      value: (delivery) => delivery.occurredAtMs,
      cell: (delivery) => <DateText when={delivery.occurredAtMs} format="date-time" />,
    },
    { id: 'type', head: t('type'), card: 'title', value: (delivery) => delivery.eventName },
    { id: 'endpoint', head: t('endpoint'), value: (delivery) => hosts.get(delivery.endpointId) },
    {
      id: 'state',
      head: t('state'),
      widthPx: 110,
      value: (delivery) => t(delivery.state),
      cell: (delivery) =>
        delivery.state === 'delivered' ? (
          t('delivered')
        ) : (
          <Badge tone={STATE_TONES[delivery.state]}>{t(delivery.state)}</Badge>
        ),
    },
    {
      id: 'answer',
      head: t('answer'),
      widthPx: 150,
      value: (delivery) => answerText(t, { status: delivery.lastStatus, error: delivery.lastError }),
    },
    {
      id: 'duration',
      head: t('duration'),
      kind: 'number',
      widthPx: 100,
      card: 'figure',
      value: (delivery) => delivery.latencyMs ?? delivery.lastDurationMs,
      cell: (delivery) => durationText(delivery.latencyMs ?? delivery.lastDurationMs),
    },
    { id: 'attempts', head: t('attempts'), kind: 'number', widthPx: 90, value: (delivery) => delivery.attempts },
  ];
}
