/** The backups page over HTTP: what there is, whether it was proved, and making, proving and stopping one. */
import { z } from 'zod';
import { endpoint } from '#kernel';

const BackupItem = z.object({
  /** Null for a file that cannot be read as a backup. */
  backupId: z.uuid().nullable(),
  fileName: z.string().nullable(),
  createdAtMs: z.number(),
  kind: z.enum(['nightly', 'manual']),
  state: z.enum(['running', 'ready', 'failed', 'cancelled', 'interrupted']),
  doneRatio: z.number(),
  error: z.string().nullable(),
  sizeBytes: z.number().nullable(),
  rowCount: z.number().nullable(),
  fileCount: z.number().nullable(),
  /** Stored files that were damaged on disk already when the backup was made. */
  damagedFileCount: z.number().nullable(),
  /** `verified` only after a restore whose rows, totals and hashes matched. */
  verifyState: z.enum(['never', 'running', 'verified', 'failed']),
  verifyRatio: z.number(),
  verifiedAtMs: z.number().nullable(),
  verifyError: z.string().nullable(),
  offsiteState: z.enum(['none', 'copied', 'failed']),
  offsiteAtMs: z.number().nullable(),
  offsiteError: z.string().nullable(),
});
const BackupParams = z.object({ backupId: z.uuid() });

export const ListBackups = endpoint({
  method: 'GET',
  path: '/api/backups',
  permission: 'platform.backups.read',
  summary: 'Backups of this installation, newest first, with what proves them and when the next one comes.',
  response: z.object({
    items: z.array(BackupItem),
    lastReadyAtMs: z.number().nullable(),
    nextRunAtMs: z.number().nullable(),
    nextVerifyAtMs: z.number().nullable(),
    /** Where copies go; null when nowhere is set. */
    offsitePlace: z.string().nullable(),
    /** Fingerprint of the master key: the copy that a person keeps elsewhere must have the same. */
    keyId: z.string(),
  }),
});

export const CreateBackup = endpoint({
  method: 'POST',
  path: '/api/backups',
  permission: 'platform.backups.run',
  summary: 'Starts a backup in the background; pressing twice makes one.',
  status: 202,
  response: z.object({ isQueued: z.literal(true) }),
});

export const VerifyBackup = endpoint({
  method: 'POST',
  path: '/api/backups/:backupId/verifications',
  permission: 'platform.backups.run',
  summary: 'Restores a backup into a scratch database in the background and compares it.',
  params: BackupParams,
  status: 202,
  response: z.object({ isQueued: z.literal(true) }),
  refusals: { backup_not_found: 404 },
});

export const CancelBackup = endpoint({
  method: 'POST',
  path: '/api/backups/:backupId/cancellation',
  permission: 'platform.backups.run',
  summary: 'Asks a running backup to stop; nothing of it stays.',
  params: BackupParams,
  status: 204,
  refusals: { backup_not_running: 409 },
});
