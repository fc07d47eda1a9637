/** Tareas: the queue with what failed and why, and the schedules. A dead job waits here for a person. */
import { ListChecks } from 'lucide-react';
import { type ReactNode, useMemo, useState } from 'react';
import { type ApiOutput, useApi } from '#web/api';
import { useTexts } from '#web/i18n';
import {
  Badge,
  Button,
  type Column,
  Count,
  EmptyState,
  Kpi,
  KpiGrid,
  PageHeader,
  RelativeTime,
  SegmentedControl,
  Stack,
  StatusDot,
  Table,
} from '#web/ui';
import { JobActions, JobDetail } from './job-row.tsx';
import { platformTexts } from './platform-texts.ts';
import { SchedulesTable } from './schedules-table.tsx';
import { useCan } from './session.ts';
import { useUrlState } from './url-state.ts';

type JobList = ApiOutput<'GET /api/jobs'>;
export type Job = JobList['items'][number];

const REFRESH_MS = 4_000;
const LIMIT_FIRST = 50;
const LIMIT_MAX = 200; // What the server gives at once; who has more failures filters by state.
const FILTERS = ['all', 'waiting', 'running', 'failed', 'dead'] as const;

export default function JobsPage() {
  const t = useTexts(platformTexts);
  const [state, setState] = useUrlState('estado', 'all', FILTERS);
  const [limit, setLimit] = useState(LIMIT_FIRST);
  const jobs = useApi(
    'GET /api/jobs',
    { query: { ...(state === 'all' ? {} : { state }), limit } },
    { refetchIntervalMs: REFRESH_MS, keepsPrevious: true },
  );
  const counts = jobs.data?.counts;
  return (
    <>
      <PageHeader title={t('jobs')} description={t('jobsLine')} back={{ to: '/ajustes', label: t('back') }} />
      <Stack>
        <KpiGrid>
          <Kpi label={t('waiting')} value={<Count count={counts?.waiting} />} />
          <Kpi label={t('running')} value={<Count count={counts?.running} />} />
          <Kpi label={t('failed')} value={<Count count={counts?.failed} />} />
          <Kpi
            label={t('dead')}
            value={<Count count={counts?.dead} />}
            {...((counts?.dead ?? 0) > 0 ? { alert: t('deadAlert') } : {})}
          />
        </KpiGrid>
        <QueueTable
          jobs={jobs.data?.items}
          error={jobs.error}
          onRetry={() => void jobs.refetch()}
          {...(jobs.data?.next && limit < LIMIT_MAX ? { onOlder: () => setLimit(LIMIT_MAX) } : {})}
          filter={
            <SegmentedControl
              label={t('state')}
              value={state}
              onChange={setState}
              segments={FILTERS.map((value) => ({ value, label: value === 'all' ? t('allStates') : t(value) }))}
            />
          }
        />
        <SchedulesTable />
      </Stack>
    </>
  );
}

function QueueTable({
  jobs,
  error,
  onRetry,
  onOlder,
  filter,
}: {
  readonly jobs: readonly Job[] | undefined;
  readonly error: unknown;
  readonly onRetry: () => void;
  readonly onOlder?: () => void;
  readonly filter: ReactNode;
}) {
  const t = useTexts(platformTexts);
  const columns = useJobColumns();
  return (
    <Table
      title={t('queue')}
      urlName="cola"
      columns={columns}
      rows={jobs}
      rowId={(job) => job.id}
      error={error}
      onRetry={onRetry}
      actions={filter}
      empty={<EmptyState icon={ListChecks} title={t('emptyQueue')} detail={t('emptyQueueDetail')} />}
      {...(onOlder ? { footer: <Button onClick={onOlder}>{t('older')}</Button> } : {})}
    />
  );
}

function useJobColumns(): readonly Column<Job>[] {
  const t = useTexts(platformTexts);
  const canRun = useCan('platform.jobs.run');
  return useMemo(() => {
    const columns: Column<Job>[] = [
      { id: 'name', head: t('job'), widthPx: 260, card: 'title', value: (job) => job.name },
      {
        id: 'state',
        head: t('state'),
        widthPx: 150,
        card: 'figure',
        value: (job) => t(job.state),
        cell: (job) => <JobState job={job} />,
      },
      {
        id: 'attempts',
        head: t('attempts'),
        kind: 'number',
        widthPx: 100,
        value: (job) => job.attempts,
        cell: (job) => `${job.attempts} / ${job.attemptsMax}`,
      },
      {
        id: 'runAt',
        head: t('runAt'),
        kind: 'instant',
        widthPx: 130,
        value: (job) => job.runAtMs,
        cell: (job) => <RelativeTime atMs={job.runAtMs} />,
      },
      { id: 'lastError', head: t('lastError'), value: (job) => job.lastError, cell: (job) => <JobDetail job={job} /> },
    ];
    if (canRun)
      columns.push({
        id: 'actions',
        head: t('actions'),
        widthPx: 210,
        align: 'end',
        cell: (job) => <JobActions job={job} />,
      });
    return columns;
  }, [t, canRun]);
}

function JobState({ job }: { readonly job: Job }) {
  const t = useTexts(platformTexts);
  if (job.state === 'dead') return <Badge tone="danger">{t('dead')}</Badge>;
  if (job.state === 'failed') return <Badge tone="warn">{t('failed')}</Badge>;
  return job.state === 'running' ? (
    <StatusDot tone="accent">{t(job.isCancelling ? 'cancelling' : 'running')}</StatusDot>
  ) : (
    <span className="text-muted">{t('waiting')}</span>
  );
}
