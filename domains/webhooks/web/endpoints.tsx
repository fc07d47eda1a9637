/** Endpoints: who listens to what, with its secret, test event and reason when Cactus switched it off. */
import { Ellipsis, Plus } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useApi } from '#web/api';
import { type Translate, useTexts } from '#web/i18n';
import { useCan, useUrlState } from '#web/shell';
import { Badge, Button, type Column, DateText, EmptyState, IconButton, Menu, ShownOnceDialog, Table } from '#web/ui';
import { EndpointDialog } from './endpoint-dialog.tsx';
import { EndpointDrawer } from './endpoint-drawer.tsx';
import { RotateDialog } from './rotate-dialog.tsx';
import { type EndpointActions, useEndpointActions } from './endpoint-actions.tsx';
import { type Endpoint, hostOf } from './event-words.ts';
import { type EventKey, eventTexts } from './texts.ts';

export function Endpoints() {
  const t = useTexts(eventTexts);
  const canWrite = useCan('webhooks.endpoint.write');
  const endpoints = useApi('GET /api/webhooks/endpoints');
  const [isNew, setNew] = useUrlState<string>('nuevo', '');
  const [secret, setSecret] = useState<string | null>(null);
  const [edited, setEdited] = useState<Endpoint | null>(null);
  const [rotated, setRotated] = useState<Endpoint | null>(null);
  const [openedId, setOpenedId] = useUrlState<string>('destino', '');
  const actions = useEndpointActions({ onRotate: setRotated, onEdit: setEdited });
  const opened = endpoints.data?.items.find(({ id }) => id === openedId);
  // One panel at a time: a dialog takes the drawer's place and gives it back.
  const isAsking = edited !== null || rotated !== null || secret !== null;
  const columns = useMemo(
    () => (canWrite ? [...endpointColumns(t), actionColumn(t, actions.entriesOf)] : endpointColumns(t)),
    [t, canWrite, actions.entriesOf],
  );
  const add = canWrite && (
    <Button kind="primary" icon={Plus} onClick={() => setNew('1')}>
      {t('addEndpoint')}
    </Button>
  );
  return (
    <>
      <Table
        title={t('endpoints')}
        urlName="destinos"
        columns={columns}
        rows={endpoints.data?.items}
        rowId={(endpoint) => endpoint.id}
        {...(canWrite ? { onOpen: (endpoint: Endpoint) => setOpenedId(endpoint.id) } : {})}
        error={endpoints.error}
        onRetry={() => void endpoints.refetch()}
        empty={<EmptyState title={t('endpointsEmpty')} detail={t('endpointsEmptyDetail')} action={add} />}
        actions={add}
        isPlain
      />
      {isNew === '1' && canWrite && <EndpointDialog endpoint={null} onClose={() => setNew('')} onSecret={setSecret} />}
      {edited && <EndpointDialog endpoint={edited} onClose={() => setEdited(null)} onSecret={setSecret} />}
      {opened && canWrite && !isAsking && (
        <EndpointDrawer
          endpoint={opened}
          on={{
            onClose: () => setOpenedId(''),
            onEdit: () => setEdited(opened),
            onRotate: () => setRotated(opened),
          }}
        />
      )}
      {rotated && <RotateDialog endpoint={rotated} onClose={() => setRotated(null)} onSecret={setSecret} />}
      {secret !== null && (
        <ShownOnceDialog
          title={t('secretTitle')}
          detail={t('secretDetail')}
          secret={secret}
          onClose={() => setSecret(null)}
        />
      )}
      {actions.dialogs}
    </>
  );
}

function endpointColumns(t: Translate<EventKey>): Column<Endpoint>[] {
  return [
    {
      id: 'address',
      head: t('address'),
      card: 'title',
      value: (endpoint) => endpoint.url,
      cell: (endpoint) => (
        <span className="flex min-w-0 flex-col">
          <span className="font-medium break-all">{hostOf(endpoint.url)}</span>
          {endpoint.description !== '' && <span className="text-xs text-muted">{endpoint.description}</span>}
        </span>
      ),
    },
    {
      id: 'filters',
      head: t('filters'),
      value: (endpoint) => endpoint.filters.join(', ') || t('everyEvent'),
    },
    {
      id: 'state',
      head: t('state'),
      value: (endpoint) => (endpoint.isEnabled ? t('enabled') : t('disabled')),
      cell: (endpoint) => <EndpointState endpoint={endpoint} t={t} />,
    },
    {
      id: 'since',
      head: t('since'),
      kind: 'instant',
      widthPx: 130,
      value: (endpoint) => endpoint.createdAtMs,
      cell: (endpoint) => <DateText when={endpoint.createdAtMs} />,
    },
  ];
}

function EndpointState({ endpoint, t }: { readonly endpoint: Endpoint; readonly t: Translate<EventKey> }) {
  if (endpoint.isEnabled && endpoint.failingSinceMs === null) return t('enabled');
  if (endpoint.isEnabled) return <Badge tone="warn">{t('failing')}</Badge>;
  if (endpoint.disabledReason === null) return <Badge>{t('disabled')}</Badge>;
  return (
    <span className="flex flex-col items-start gap-1">
      <Badge tone="warn">{t('disabled')}</Badge>
      <span className="text-xs text-muted">{t(`disabled_${endpoint.disabledReason}`)}</span>
    </span>
  );
}

function actionColumn(t: Translate<EventKey>, entriesOf: EndpointActions['entriesOf']): Column<Endpoint> {
  return {
    id: 'actions',
    head: t('actions'),
    widthPx: 88,
    align: 'end',
    isSortable: false,
    cell: (endpoint) => (
      <Menu
        trigger={<IconButton icon={Ellipsis} label={t('actionsOf', { host: hostOf(endpoint.url) })} size="sm" />}
        groups={entriesOf(endpoint)}
        align="end"
      />
    ),
  };
}
