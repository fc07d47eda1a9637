/** The jobs page over HTTP; every job is scoped to the reader's workspace or to the installation. */
import { ok, type Result, type UserRole } from '#kernel';
import { auditChange, type Platform } from '#platform/domain';
import type { Actor, Http } from '#platform/http';
import { CancelJob, DiscardJob, ListJobs, ListSchedules, RetryJob, RunJobNow } from './contract.ts';
import type { JobRow } from './job-queue.adapter.ts';
import type { Jobs } from './jobs.ts';

const ROLES: readonly UserRole[] = ['owner', 'admin'];

/** For the permission catalogue. */
export const JOB_PERMISSIONS = [
  {
    name: 'platform.jobs.read',
    summary: 'See background jobs and their schedules.',
    summaryEs: 'Ver las tareas en segundo plano y sus horarios',
    roles: ROLES,
  },
  {
    name: 'platform.jobs.run',
    summary: 'Retry, run now and discard background jobs.',
    summaryEs: 'Repetir, lanzar y descartar tareas en segundo plano',
    roles: ROLES,
  },
] as const;

export function jobRoutes(http: Http, jobs: Jobs, platform: Pick<Platform, 'db' | 'clock' | 'domains'>): void {
  http.route(ListJobs, async ({ query, actor }) => {
    const page = {
      state: query.state ?? null,
      beforeId: query.before === undefined ? null : BigInt(query.before),
      countMax: query.limit,
    };
    const rows = await jobs.list(actor, page);
    const next = rows.length === query.limit ? (rows.at(-1)?.id.toString() ?? null) : null;
    return ok({ items: rows.map(jobView), next, counts: await jobs.count(actor) });
  });

  http.route(ListSchedules, async () =>
    ok({
      items: (await jobs.schedules()).map(({ outcome, ...schedule }) => ({
        ...schedule,
        succeededCount: Number(outcome?.succeededCount ?? 0n),
        failedCount: Number(outcome?.failedCount ?? 0n),
        lastSucceededAtMs: outcome?.lastSucceededAtMs ?? null,
        lastFailedAtMs: outcome?.lastFailedAtMs ?? null,
        lastDurationMs: outcome?.lastDurationMs ?? null,
        lastError: outcome?.lastError ?? null,
      })),
    }),
  );

  const written = async <R extends Result<undefined, string>>(
    result: R,
    change: { readonly action: string; readonly subject: string; readonly actor: Actor },
  ): Promise<R> => {
    const { action, subject, actor } = change;
    const entry = { workspaceId: actor.workspaceId, action, subject, atMs: platform.clock() };
    // The queue has its own connection, so the entry follows what it did.
    if (result.ok) await platform.db.transaction((tx) => auditChange(platform, tx, entry));
    return result;
  };
  http.route(RetryJob, async ({ params: { jobId }, actor }) =>
    written(await jobs.retry(actor, BigInt(jobId)), { action: 'platform.job.retried', subject: jobId, actor }),
  );
  http.route(DiscardJob, async ({ params: { jobId }, actor }) =>
    written(await jobs.discard(actor, BigInt(jobId)), { action: 'platform.job.discarded', subject: jobId, actor }),
  );
  http.route(CancelJob, async ({ params: { jobId }, actor }) =>
    written(await jobs.cancel(actor, BigInt(jobId)), { action: 'platform.job.cancelled', subject: jobId, actor }),
  );
  http.route(RunJobNow, async ({ params: { name }, actor }) =>
    written(await jobs.runNow(name), { action: 'platform.job.run', subject: name, actor }),
  );
}

function jobView({ doneRatio, message, id, ...row }: JobRow) {
  const hasProgress = doneRatio !== null && message !== null && message !== '';
  return { ...row, id: id.toString(), progress: hasProgress ? { doneRatio, message } : null };
}
