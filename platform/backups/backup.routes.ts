/** The backups page over HTTP. Starting is adding a job: it outlives the page, the request and the process. */
import { type Clock, ok, refuse, type UserRole } from '#kernel';
import type { Database } from '#platform/db';
import type { Http } from '#platform/http';
import { nextRunAtMs } from '#platform/jobs';
import { CREATE_CRON, CREATE_JOB, VERIFY_CRON, VERIFY_JOB } from './backup.job.ts';
import { askCancel } from './backup.store.ts';
import type { Backups, BackupView } from './backups.ts';
import { CancelBackup, CreateBackup, ListBackups, VerifyBackup } from './contract.ts';

const ROLES: readonly UserRole[] = ['owner', 'admin'];

/** For the permission catalogue. */
export const BACKUP_PERMISSIONS = [
  {
    name: 'platform.backups.read',
    summary: 'See backups, their age and whether they were proved',
    summaryEs: 'Ver las copias, su edad y si están comprobadas',
    roles: ROLES,
  },
  {
    name: 'platform.backups.run',
    summary: 'Make, verify and cancel backups',
    summaryEs: 'Crear, comprobar y cancelar copias',
    roles: ROLES,
  },
] as const;

export function backupRoutes(
  http: Http,
  { backups, db, clock }: { readonly backups: Backups; readonly db: Database; readonly clock: Clock },
): void {
  http.route(ListBackups, async () => {
    const views = await backups.list();
    const nowMs = clock();
    return ok({
      items: views.map(itemOf),
      lastReadyAtMs: (await backups.figures()).lastReadyAtMs,
      nextRunAtMs: nextRunAtMs(CREATE_CRON, nowMs),
      nextVerifyAtMs: nextRunAtMs(VERIFY_CRON, nowMs),
      offsitePlace: backups.offsite?.place ?? null,
      keyId: backups.house.keys[0]?.id ?? '',
    });
  });

  http.route(CreateBackup, async () => {
    await db.transaction((tx) => tx.addJob(CREATE_JOB, { kind: 'manual' }, { key: 'backup:create' }));
    return ok({ isQueued: true as const });
  });

  http.route(VerifyBackup, async ({ params }) => {
    const view = (await backups.list()).find(({ backupId }) => backupId === params.backupId);
    if (!view?.file) return refuse('backup_not_found');
    const { fileName } = view.file;
    await db.transaction((tx) => tx.addJob(VERIFY_JOB, { fileName }, { key: `backup:verify:${fileName}` }));
    return ok({ isQueued: true as const });
  });

  http.route(CancelBackup, async ({ params }) =>
    (await askCancel(db, params.backupId)) ? ok(undefined) : refuse('backup_not_running'),
  );
}

function itemOf({ backupId, file, record }: BackupView) {
  const isDamaged = file !== null && file.header === null;
  return {
    backupId,
    fileName: file?.fileName ?? null,
    createdAtMs: file?.header?.createdAtMs ?? record?.startedAtMs ?? 0,
    kind: record?.kind ?? ('manual' as const),
    state: isDamaged ? ('failed' as const) : (record?.state ?? ('ready' as const)),
    doneRatio: record?.doneRatio ?? 1,
    error: file?.problem ?? record?.error ?? null,
    sizeBytes: file?.sizeBytes ?? null,
    rowCount: numberOf(record?.rowCount),
    fileCount: numberOf(record?.fileCount),
    damagedFileCount: record?.damagedFileCount ?? null,
    verifyState: record?.verifyState ?? ('never' as const),
    verifyRatio: record?.verifyRatio ?? 0,
    verifiedAtMs: record?.verifiedAtMs ?? null,
    verifyError: record?.verifyError ?? null,
    offsiteState: record?.offsiteState ?? ('none' as const),
    offsiteAtMs: record?.offsiteAtMs ?? null,
    offsiteError: record?.offsiteError ?? null,
  };
}

function numberOf(count: bigint | null | undefined): number | null {
  return count === null || count === undefined ? null : Number(count);
}
