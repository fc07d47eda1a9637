/** Tareas: the queue with what failed and why, and the schedules. A dead job waits here for a person. */
import { ListChecks } from 'lucide-react';
import { type ReactNode, useMemo, useState } from 'react';
import { type ApiOutput, useApi, useApiMutation } from '#web/api';
import { useTexts } from '#web/i18n';
import {
  Badge,
  Button,
  type Column,
  ConfirmDialog,
  Count,
  EmptyState,
  Kpi,
  KpiGrid,
  PageHeader,
  Progress,
  RelativeTime,
  SegmentedControl,
  Stack,
  StatusDot,
  Table,
  toast,
} from '#web/ui';
import { platformTexts } from './platform-texts.ts';
import { SchedulesTable } from './schedules-table.tsx';
import { useCan } from './session.ts';
import { useUrlState } from './url-state.ts';

type JobList = ApiOutput<'GET /api/jobs'>;
type Job = JobList['items'][number];

const REFRESH_MS = 4_000;
const FILTERS = ['all', 'waiting', 'running', 'failed', 'dead'] as const;

export default function JobsPage() {
  const t = useTexts(platformTexts);
  const [state, setState] = useUrlState('estado', 'all', FILTERS);
  const jobs = useApi(
    'GET /api/jobs',
    { query: state === 'all' ? {} : { state } },
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
  filter,
}: {
  readonly jobs: readonly Job[] | undefined;
  readonly error: unknown;
  readonly onRetry: () => void;
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
    <StatusDot tone="accent">{t('running')}</StatusDot>
  ) : (
    <span className="text-muted">{t('waiting')}</span>
  );
}

function JobDetail({ job }: { readonly job: Job }) {
  if (job.progress) return <Progress label={job.progress.message} doneRatio={job.progress.doneRatio} />;
  return (
    <span className="text-muted" title={job.lastError ?? undefined}>
      {job.lastError ?? ''}
    </span>
  );
}

function JobActions({ job }: { readonly job: Job }) {
  const t = useTexts(platformTexts);
  const [isAsking, setAsking] = useState(false);
  const retry = useApiMutation('POST /api/jobs/:jobId/retry', {
    refreshes: ['GET /api/jobs'],
    onDone: () => toast.done({ title: t('retried'), detail: job.name }),
    onProblem: toast.problem,
  });
  const discard = useApiMutation('DELETE /api/jobs/:jobId', {
    refreshes: ['GET /api/jobs'],
    onDone: () => {
      setAsking(false);
      toast.done({ title: t('discarded'), detail: job.name });
    },
    onProblem: toast.problem,
  });
  if (job.state === 'running') return null;
  const params = { jobId: job.id };
  return (
    <span className="inline-flex gap-1">
      <Button size="sm" isBusy={retry.isPending} onClick={() => retry.mutate({ params })}>
        {t('retry')}
      </Button>
      <Button size="sm" kind="ghost" onClick={() => setAsking(true)}>
        {t('discard')}
      </Button>
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        isDanger
        isBusy={discard.isPending}
        title={t('discardTitle', { name: job.name })}
        description={t('discardDetail')}
        action={t('discard')}
        onConfirm={() => discard.mutate({ params })}
      />
    </span>
  );
}
