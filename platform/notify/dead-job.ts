/** A job that used up its attempts is told to those who can do something about it, once per job. */
import type { Database } from '#platform/db';
import type { Directory } from '#platform/domain';
import type { DeadJob } from '#platform/jobs';
import type { Notify } from './types.ts';

/** A failing channel must not fill the channels: those stand on the jobs page only. */
const OWN_JOBS = /^platform\.(?:mail|notify|telegram)\./;

export async function recordDeadJob(
  parts: {
    readonly db: Database;
    readonly notify: Notify;
    readonly directory: Directory | null;
  },
  { jobId, name, workspaceId }: DeadJob,
): Promise<void> {
  if (OWN_JOBS.test(name)) return;
  const workspaceIds = workspaceId === null ? ((await parts.directory?.workspaceIds()) ?? []) : [workspaceId];
  await parts.db.transaction(async (tx) => {
    for (const id of workspaceIds) {
      await parts.notify.record(tx, {
        workspaceId: id,
        userId: null,
        permission: 'platform.jobs.read',
        kind: 'platform.job.died',
        payload: { job: name },
        href: '/ajustes/tareas',
        dedupeKey: `job-died:${jobId}`,
      });
    }
  });
}
