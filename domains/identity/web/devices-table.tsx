/** Where I am signed in; one press closes a session that I do not recognise. */
import { useMemo } from 'react';
import { type ApiOutput, useApi, useApiMutation } from '#web/api';
import { formatDate, type Translate, useTexts } from '#web/i18n';
import { Badge, Button, type Column, RelativeTime, Table, toast } from '#web/ui';
import { accessTexts } from './access-texts.ts';
import { deviceOf } from './device-name.ts';
import { type PeopleKey, peopleTexts } from './people-texts.ts';

type Device = ApiOutput<'GET /api/sessions'>['items'][number];

export function DevicesTable() {
  const t = useTexts(peopleTexts);
  const words = useTexts(accessTexts);
  const sessions = useApi('GET /api/sessions');
  const { mutate, isPending } = useApiMutation('DELETE /api/sessions/:sessionId', {
    refreshes: ['GET /api/sessions'],
    onProblem: (problem) => toast.problem(problem),
  });
  const columns = useMemo(() => {
    const close = (device: Device): void =>
      mutate(
        { params: { sessionId: device.id } },
        { onSuccess: () => toast.done({ title: t('closed', { device: deviceName(device, t) }) }) },
      );
    return [...deviceColumns(t), closeColumn(t, close, isPending)];
  }, [t, mutate, isPending]);
  const { mutate: closeOthers, isPending: isClosing } = useApiMutation('DELETE /api/sessions', {
    refreshes: ['GET /api/sessions'],
    onDone: () => toast.done({ title: words('closedOthers') }),
    onProblem: (problem) => toast.problem(problem),
  });
  const hasOthers = sessions.data?.items.some(({ isCurrent }) => !isCurrent) === true;
  const others = hasOthers && (
    <Button isBusy={isClosing} onClick={() => closeOthers({})}>
      {words('closeOthers')}
    </Button>
  );
  return (
    <Table
      title={t('devices')}
      urlName="dispositivos"
      columns={columns}
      rows={sessions.data?.items}
      rowId={(device) => device.id}
      error={sessions.error}
      onRetry={() => void sessions.refetch()}
      actions={others}
      isPlain
    />
  );
}

function deviceColumns(t: Translate<PeopleKey>): Column<Device>[] {
  return [
    {
      id: 'device',
      head: t('device'),
      card: 'title',
      value: (device) => deviceName(device, t),
      cell: (device) => (
        <span className="flex flex-wrap items-center gap-2">
          <span className="font-medium">{deviceName(device, t)}</span>
          {device.isCurrent && <Badge tone="accent">{t('thisDevice')}</Badge>}
        </span>
      ),
    },
    { id: 'address', head: t('address'), widthPx: 160, value: (device) => device.ip },
    {
      id: 'opened',
      head: t('opened'),
      kind: 'instant',
      widthPx: 150,
      value: (device) => device.createdAtMs,
      cell: (device) => formatDate(device.createdAtMs, 'date-time'),
    },
    {
      id: 'lastSeen',
      head: t('lastSeen'),
      kind: 'instant',
      widthPx: 130,
      value: (device) => device.lastSeenAtMs,
      cell: (device) => <RelativeTime atMs={device.lastSeenAtMs} />,
    },
  ];
}

function closeColumn(t: Translate<PeopleKey>, close: (device: Device) => void, isDisabled: boolean): Column<Device> {
  return {
    id: 'close',
    head: t('actions'),
    widthPx: 96,
    align: 'end',
    isSortable: false,
    cell: (device) =>
      !device.isCurrent && (
        <Button
          size="sm"
          aria-label={t('closeSession', { device: deviceName(device, t) })}
          disabled={isDisabled}
          onClick={() => close(device)}
        >
          {t('close')}
        </Button>
      ),
  };
}

function deviceName(device: Device, t: Translate<PeopleKey>): string {
  const known = deviceOf(device.userAgent);
  return known ? t('deviceOn', known) : t('unknownDevice');
}
