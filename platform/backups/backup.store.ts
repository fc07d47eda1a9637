/** Rows of `platform_backups`. */
import type { Queryable } from '#platform/db';

export type BackupState = 'running' | 'ready' | 'failed' | 'cancelled' | 'interrupted';
export type VerifyState = 'never' | 'running' | 'verified' | 'failed';

export interface BackupRecord {
  readonly backupId: string;
  readonly fileName: string | null;
  readonly kind: 'nightly' | 'manual';
  readonly state: BackupState;
  readonly startedAtMs: number;
  readonly finishedAtMs: number | null;
  readonly doneRatio: number;
  readonly message: string;
  readonly isCancelAsked: boolean;
  readonly error: string | null;
  readonly sizeBytes: bigint | null;
  readonly sha256: string | null;
  readonly rowCount: bigint | null;
  readonly tableCount: number | null;
  readonly fileCount: bigint | null;
  readonly damagedFileCount: number | null;
  readonly verifyState: VerifyState;
  readonly verifyRatio: number;
  readonly verifiedAtMs: number | null;
  readonly verifyError: string | null;
  readonly offsiteState: 'none' | 'copied' | 'failed';
  readonly offsiteAtMs: number | null;
  readonly offsiteError: string | null;
}

const RECORDS_MAX = 200; // Eleven are kept; the rest is the history of what failed.
const COLUMNS = `backup_id as "backupId", file_name as "fileName", kind, state, started_at as "startedAtMs",
  finished_at as "finishedAtMs", done_ratio as "doneRatio", message, is_cancel_asked as "isCancelAsked", error,
  size_bytes as "sizeBytes", sha256, row_count as "rowCount", table_count as "tableCount", file_count as "fileCount",
  damaged_file_count as "damagedFileCount", verify_state as "verifyState", verify_ratio as "verifyRatio",
  verified_at as "verifiedAtMs", verify_error as "verifyError", offsite_state as "offsiteState",
  offsite_at as "offsiteAtMs", offsite_error as "offsiteError"`;

export async function listRecords(queryable: Queryable): Promise<readonly BackupRecord[]> {
  return queryable.prepared<BackupRecord>(
    'platform.backup.list',
    `select ${COLUMNS} from platform_backups order by started_at desc, backup_id desc limit ${RECORDS_MAX}`,
    [],
  );
}

export async function findRecord(queryable: Queryable, backupId: string): Promise<BackupRecord | null> {
  const rows = await queryable.prepared<BackupRecord>(
    'platform.backup.find',
    `select ${COLUMNS} from platform_backups where backup_id = $1`,
    [backupId],
  );
  return rows[0] ?? null;
}

/** Begins a record; whatever still called itself running was interrupted, because one runs at a time. */
export async function startRecord(
  queryable: Queryable,
  record: Pick<BackupRecord, 'backupId' | 'kind' | 'startedAtMs'>,
): Promise<void> {
  await queryable.prepared(
    'platform.backup.interrupt',
    `update platform_backups set
       state = case when state = 'running' then 'interrupted' else state end,
       verify_state = case when verify_state = 'running' then 'never' else verify_state end
     where state = 'running' or verify_state = 'running'`,
    [],
  );
  await queryable.prepared(
    'platform.backup.start',
    `insert into platform_backups (backup_id, kind, state, started_at) values ($1, $2, 'running', $3)`,
    [record.backupId, record.kind, new Date(record.startedAtMs)],
  );
}

export async function recordProgress(
  queryable: Queryable,
  progress: { readonly backupId: string; readonly doneRatio: number; readonly message: string },
): Promise<void> {
  await queryable.prepared(
    'platform.backup.progress',
    'update platform_backups set done_ratio = $2, message = $3 where backup_id = $1',
    [progress.backupId, progress.doneRatio, progress.message],
  );
}

export async function recordReady(
  queryable: Queryable,
  ready: Pick<BackupRecord, 'backupId' | 'fileName' | 'sizeBytes' | 'sha256' | 'rowCount' | 'tableCount'> &
    Pick<BackupRecord, 'fileCount' | 'damagedFileCount'> & { readonly finishedAtMs: number },
): Promise<void> {
  await queryable.prepared(
    'platform.backup.ready',
    `update platform_backups set state = 'ready', done_ratio = 1, message = '', file_name = $2, size_bytes = $3, sha256 = $4,
       row_count = $5, table_count = $6, file_count = $7, damaged_file_count = $8, finished_at = $9 where backup_id = $1`,
    [
      ready.backupId,
      ready.fileName,
      ready.sizeBytes,
      ready.sha256,
      ready.rowCount,
      ready.tableCount,
      ready.fileCount,
      ready.damagedFileCount,
      new Date(ready.finishedAtMs),
    ],
  );
}

export async function recordFailed(
  queryable: Queryable,
  failed: {
    readonly backupId: string;
    readonly state: 'failed' | 'cancelled';
    readonly error: string;
    readonly atMs: number;
  },
): Promise<void> {
  await queryable.prepared(
    'platform.backup.failed',
    'update platform_backups set state = $2, error = $3, finished_at = $4 where backup_id = $1',
    [failed.backupId, failed.state, failed.error, new Date(failed.atMs)],
  );
}

/** Asks a running backup to stop; false when none of that id runs. */
export async function askCancel(queryable: Queryable, backupId: string): Promise<boolean> {
  const rows = await queryable.prepared(
    'platform.backup.cancel',
    `update platform_backups set is_cancel_asked = true where backup_id = $1 and state = 'running' returning backup_id`,
    [backupId],
  );
  return rows.length > 0;
}

export async function recordVerifying(
  queryable: Queryable,
  verifying: { readonly backupId: string; readonly doneRatio: number },
): Promise<void> {
  await queryable.prepared(
    'platform.backup.verifying',
    `update platform_backups set verify_state = 'running', verify_ratio = $2 where backup_id = $1`,
    [verifying.backupId, verifying.doneRatio],
  );
}

export async function recordVerified(
  queryable: Queryable,
  verified: { readonly backupId: string; readonly error: string | null; readonly atMs: number },
): Promise<void> {
  await queryable.prepared(
    'platform.backup.verified',
    `update platform_backups set verify_state = case when $2::text is null then 'verified' else 'failed' end,
       verify_error = $2, verified_at = $3, verify_ratio = 1 where backup_id = $1`,
    [verified.backupId, verified.error, new Date(verified.atMs)],
  );
}

export async function recordOffsite(
  queryable: Queryable,
  copied: { readonly backupId: string; readonly error: string | null; readonly atMs: number },
): Promise<void> {
  await queryable.prepared(
    'platform.backup.offsite',
    `update platform_backups set offsite_state = case when $2::text is null then 'copied' else 'failed' end,
       offsite_error = $2, offsite_at = $3 where backup_id = $1`,
    [copied.backupId, copied.error, new Date(copied.atMs)],
  );
}

/** Makes a record of a file that this database does not know: copied here, or older than a restore. */
export async function adoptRecord(
  queryable: Queryable,
  file: {
    readonly backupId: string;
    readonly fileName: string;
    readonly createdAtMs: number;
    readonly sizeBytes: bigint;
  },
): Promise<void> {
  await queryable.prepared(
    'platform.backup.adopt',
    `insert into platform_backups (backup_id, file_name, kind, state, started_at, finished_at, done_ratio, size_bytes)
     values ($1, $2, 'manual', 'ready', $3, $3, 1, $4)
     on conflict (backup_id) do update set file_name = excluded.file_name, size_bytes = excluded.size_bytes,
       state = 'ready', done_ratio = 1`,
    [file.backupId, file.fileName, new Date(file.createdAtMs), file.sizeBytes],
  );
}

/** When the database got its first table. */
export async function findBirth(queryable: Queryable): Promise<number> {
  const rows = await queryable.prepared<{ bornAtMs: number | null }>(
    'platform.backup.birth',
    'select min(applied_at) as "bornAtMs" from platform_migrations',
    [],
  );
  return rows[0]?.bornAtMs ?? 0;
}

/** Forgets what ended long ago and has no file. */
export async function deleteOldRecords(
  queryable: Queryable,
  old: { readonly beforeMs: number; readonly keptIds: readonly string[] },
): Promise<void> {
  await queryable.prepared(
    'platform.backup.forget',
    'delete from platform_backups where started_at < $1 and not backup_id = any ($2::uuid[])',
    [new Date(old.beforeMs), old.keptIds],
  );
}
