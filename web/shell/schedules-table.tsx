/** Every kind of job with its schedule and how its last runs went. */
import { Play } from 'lucide-react';
import { useMemo } from 'react';
import { type ApiOutput, useApi, useApiMutation } from '#web/api';
import { formatCount, formatQuantity, type Translate, useTexts } from '#web/i18n';
import { Button, type Column, RelativeTime, Table, toast } from '#web/ui';
import { platformTexts } from './platform-texts.ts';
import { useCan } from './session.ts';

type Schedule = ApiOutput<'GET /api/jobs/schedules'>['items'][number];

export function SchedulesTable() {
  const t = useTexts(platformTexts);
  const canRun = useCan('platform.jobs.run');
  const schedules = useApi('GET /api/jobs/schedules');
  const columns = useMemo(() => [...scheduleColumns(t), ...(canRun ? [runColumn(t)] : [])], [t, canRun]);
  return (
    <Table
      title={t('schedules')}
      urlName="programadas"
      columns={columns}
      rows={schedules.data?.items}
      rowId={(row) => row.name}
      error={schedules.error}
      onRetry={() => void schedules.refetch()}
      initialSort={{ columnId: 'name', isDescending: false }}
    />
  );
}

type Words = Translate<keyof (typeof platformTexts)['es']>;

function scheduleColumns(t: Words): readonly Column<Schedule>[] {
  return [
    { id: 'name', head: t('job'), card: 'title', value: (row) => row.name },
    {
      id: 'cron',
      head: t('schedule'),
      widthPx: 140,
      value: (row) => row.cron ?? t('byHand'),
      cell: (row) => <CronText cron={row.cron} />,
    },
    {
      id: 'next',
      head: t('nextRun'),
      kind: 'instant',
      widthPx: 130,
      value: (row) => row.nextRunAtMs,
      cell: (row) => <RelativeTime atMs={row.nextRunAtMs} />,
    },
    {
      id: 'last',
      head: t('lastSuccess'),
      kind: 'instant',
      widthPx: 130,
      value: (row) => row.lastSucceededAtMs,
      cell: (row) => <RelativeTime atMs={row.lastSucceededAtMs} />,
    },
    {
      id: 'duration',
      head: t('lastDuration'),
      unit: 's',
      kind: 'number',
      widthPx: 110,
      value: (row) => row.lastDurationMs,
      cell: (row) => (row.lastDurationMs === null ? '—' : seconds(row.lastDurationMs)),
    },
    {
      id: 'failures',
      head: t('failures'),
      kind: 'number',
      widthPx: 90,
      value: (row) => row.failedCount,
      cell: (row) => <Failures row={row} />,
    },
  ];
}

function runColumn(t: Words): Column<Schedule> {
  return { id: 'actions', head: t('actions'), align: 'end', widthPx: 160, cell: (row) => <RunNow name={row.name} /> };
}

function CronText({ cron }: { readonly cron: string | null }) {
  const t = useTexts(platformTexts);
  return cron ? <code className="font-mono text-xs">{cron}</code> : <span className="text-muted">{t('byHand')}</span>;
}

function Failures({ row }: { readonly row: Schedule }) {
  return (
    <span className={row.failedCount > 0 ? 'text-danger' : 'text-muted'} title={row.lastError ?? undefined}>
      {formatCount(row.failedCount)}
    </span>
  );
}

function RunNow({ name }: { readonly name: string }) {
  const t = useTexts(platformTexts);
  const run = useApiMutation('POST /api/jobs/schedules/:name/run', {
    refreshes: ['GET /api/jobs', 'GET /api/jobs/schedules'],
    onDone: () => toast.done({ title: t('started'), detail: name }),
    onProblem: toast.problem,
  });
  return (
    <Button size="sm" icon={Play} isBusy={run.isPending} onClick={() => run.mutate({ params: { name } })}>
      {t('runNow')}
    </Button>
  );
}

function seconds(durationMs: number): string {
  return formatQuantity(String(durationMs / 1_000), { digits: durationMs < 10_000 ? 2 : 0 });
}
