/** The backups page over HTTP. Starting is adding a job: it outlives the page, the request and the process. */
import { ok, refuse, type UserRole } from '#kernel';
import type { Transaction } from '#platform/db';
import { auditChange, type Platform } from '#platform/domain';
import type { Actor, Http } from '#platform/http';
import { nextRunAtMs } from '#platform/jobs';
import { CREATE_CRON, CREATE_JOB, VERIFY_CRON, VERIFY_JOB } from './backup.job.ts';
import { askCancel } from './backup.store.ts';
import type { BackupView } from './backups.ts';
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

export function backupRoutes(http: Http, platform: Pick<Platform, 'backups' | 'db' | 'clock' | 'domains'>): void {
  const { backups, db, clock } = platform;
  const audit = (
    tx: Transaction,
    change: { readonly actor: Actor; readonly action: string; readonly subject: string },
  ) => {
    const { actor, ...entry } = change;
    return auditChange(platform, tx, { ...entry, workspaceId: actor.workspaceId, atMs: clock() });
  };
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

  http.route(CreateBackup, async ({ actor }) => {
    await db.transaction(async (tx) => {
      await tx.addJob(CREATE_JOB, { kind: 'manual' }, { key: 'backup:create' });
      await audit(tx, { actor, action: 'platform.backup.ordered', subject: actor.workspaceId });
    });
    return ok({ isQueued: true as const });
  });

  http.route(VerifyBackup, async ({ params, actor }) => {
    const view = (await backups.list()).find(({ backupId }) => backupId === params.backupId);
    if (!view?.file) return refuse('backup_not_found');
    const { fileName } = view.file;
    await db.transaction(async (tx) => {
      await tx.addJob(VERIFY_JOB, { fileName }, { key: `backup:verify:${fileName}` });
      await audit(tx, { actor, action: 'platform.backup.verify_ordered', subject: params.backupId });
    });
    return ok({ isQueued: true as const });
  });

  http.route(CancelBackup, ({ params, actor }) =>
    db.transaction(async (tx) => {
      if (!(await askCancel(tx, params.backupId))) return refuse('backup_not_running');
      await audit(tx, { actor, action: 'platform.backup.cancelled', subject: params.backupId });
      return ok(undefined);
    }),
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
