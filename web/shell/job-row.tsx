/** One job of the queue: how far it is or what went wrong, and what a person may do about it. */
import { useState } from 'react';
import { useApiMutation } from '#web/api';
import { formatRelative, useNow, useTexts } from '#web/i18n';
import { Button, ConfirmDialog, Progress, RelativeTime, toast } from '#web/ui';
import type { Job } from './jobs.page.tsx';
import { platformTexts } from './platform-texts.ts';

const TICK_MS = 2_000;
const DONE_RATIO_MIN = 0.02; // Before this the pace is mostly the start-up.

export function JobDetail({ job }: { readonly job: Job }) {
  const t = useTexts(platformTexts);
  const nowMs = useNow(TICK_MS);
  if (job.state === 'running') {
    const endsAtMs = estimatedEndMs(job, nowMs);
    const words = endsAtMs === null ? '' : t('endsAt', { when: formatRelative(endsAtMs, nowMs) });
    if (job.progress)
      return <Progress label={job.progress.message} doneRatio={job.progress.doneRatio} detail={words} />;
    return (
      <span className="text-muted">
        {t('runningSince')} <RelativeTime atMs={job.startedAtMs} />
      </span>
    );
  }
  return (
    <span className="text-muted" title={job.lastError ?? undefined}>
      {job.lastError ?? ''}
    </span>
  );
}

/** When a job that tells its progress should end, at the pace so far; null while that says nothing yet. */
export function estimatedEndMs(job: Pick<Job, 'progress' | 'startedAtMs'>, nowMs: number): number | null {
  const { progress, startedAtMs } = job;
  if (!progress || startedAtMs === null || progress.doneRatio < DONE_RATIO_MIN) return null;
  const ranMs = Math.max(0, nowMs - startedAtMs);
  return nowMs + (ranMs / progress.doneRatio) * (1 - progress.doneRatio);
}

export function JobActions({ job }: { readonly job: Job }) {
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
  const cancel = useApiMutation('POST /api/jobs/:jobId/cancel', {
    refreshes: ['GET /api/jobs'],
    onDone: () => toast.done({ title: t('cancelAsked'), detail: job.name }),
    onProblem: toast.problem,
  });
  const params = { jobId: job.id };
  if (job.state === 'running') {
    return (
      <Button
        size="sm"
        kind="ghost"
        isBusy={cancel.isPending}
        disabled={job.isCancelling}
        onClick={() => cancel.mutate({ params })}
      >
        {t(job.isCancelling ? 'cancelling' : 'cancelJob')}
      </Button>
    );
  }
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
