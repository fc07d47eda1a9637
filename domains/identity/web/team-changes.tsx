/** Changes of manager, newest first; each opens with its reason, its answer and what may be done about it. */
import { useMemo } from 'react';
import { useApiPages } from '#web/api';
import { type Translate, useTexts } from '#web/i18n';
import { useUrlState } from '#web/shell';
import { Button, type Column, EmptyState, RelativeTime, Table } from '#web/ui';
import { ManagerChangeDrawer } from './team-change-drawer.tsx';
import { ChangeStatus, type ManagerChange } from './team-change-status.tsx';
import { type TeamKey, teamTexts } from './team-texts.ts';

export function ManagerChanges() {
  const t = useTexts(teamTexts);
  const [openId, setOpenId] = useUrlState<string>('cambio', '');
  const changes = useApiPages('GET /api/manager-changes', { query: {} });
  const columns = useMemo(() => changeColumns(t), [t]);
  const opened = changes.items?.find(({ id }) => id === openId);
  return (
    <>
      <Table
        title={t('changes')}
        columns={columns}
        rows={changes.items}
        rowId={(change) => change.id}
        onOpen={(change) => setOpenId(change.id)}
        error={changes.error}
        onRetry={changes.retry}
        empty={<EmptyState title={t('emptyChanges')} detail={t('emptyChangesDetail')} />}
        footer={
          changes.hasMore && (
            <Button isBusy={changes.isLoadingMore} onClick={() => void changes.loadMore()}>
              {t('more')}
            </Button>
          )
        }
      />
      {opened && <ManagerChangeDrawer change={opened} onClose={() => setOpenId('')} />}
    </>
  );
}

function changeColumns(t: Translate<TeamKey>): Column<ManagerChange>[] {
  return [
    {
      id: 'adviser',
      head: t('adviser'),
      card: 'title',
      value: ({ adviser }) => adviser.name,
      cell: ({ adviser }) => <span className="font-medium">{adviser.name}</span>,
    },
    { id: 'from', head: t('from'), widthPx: 160, value: ({ from }) => from?.name ?? t('noTeam') },
    { id: 'to', head: t('to'), widthPx: 160, value: ({ to }) => to.name },
    {
      id: 'status',
      head: t('status'),
      widthPx: 120,
      card: 'figure',
      value: ({ status }) => t(`status_${status}`),
      cell: ({ status }) => <ChangeStatus status={status} />,
    },
    { id: 'askedBy', head: t('askedBy'), widthPx: 180, value: ({ askedBy }) => askedBy.name },
    {
      id: 'asked',
      head: t('asked'),
      kind: 'number',
      widthPx: 140,
      value: ({ askedAtMs }) => askedAtMs,
      cell: ({ askedAtMs }) => <RelativeTime atMs={askedAtMs} />,
    },
  ];
}
