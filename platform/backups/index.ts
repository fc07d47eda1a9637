/** The door of platform/backups. */
export { backupHealth, startBackupMetrics } from './backup-health.ts';
export { readBackupFile } from './backup-file.ts';
export { backupJobs } from './backup.job.ts';
export { BACKUP_PERMISSIONS, backupRoutes } from './backup.routes.ts';
export { type Backups, createBackups } from './backups.ts';
export { type Offsite, offsiteOf } from './offsite.ts';
export { planRestore, restoreBackup, type RestorePlan } from './restore.ts';
export { type BackupHouse, houseOf, type Progress } from './types.ts';
export { verifyBackup } from './verify.ts';
