/** What the health page and the metrics say of backups. */
import type { Platform, Stop } from '#platform/domain';
import type { HealthPart } from '#platform/telemetry';
import { AGE_MS_MAX } from './backup.job.ts';

const HOUR_MS = 3_600_000;
const REFRESH_MS = 60_000;

export async function backupHealth({ backups, clock }: Platform): Promise<readonly HealthPart[]> {
  const { lastReadyAtMs, lastVerifyState, lastVerifyError, isYoung } = await backups.figures();
  const part = (state: HealthPart['state'], detail: string, detailEs: string): readonly HealthPart[] => [
    { name: 'backups', state, detail, detailEs },
  ];
  if (lastReadyAtMs === null && isYoung) {
    return part('ok', 'The first backup is made tonight.', 'La primera copia se hace esta noche.');
  }
  if (lastReadyAtMs === null || clock() - lastReadyAtMs > AGE_MS_MAX) {
    return part(
      'degraded',
      'The last backup is older than a day and a half. Make one: cactus backup create',
      'La última copia tiene más de día y medio. Crea una en Copias.',
    );
  }
  if (lastVerifyState === 'failed') {
    return part(
      'degraded',
      `The last backup that was tried did not restore: ${lastVerifyError}`,
      `La última copia comprobada no se restaura: ${lastVerifyError}`,
    );
  }
  const hours = Math.round((clock() - lastReadyAtMs) / HOUR_MS);
  const isProved = lastVerifyState === 'verified';
  return part(
    'ok',
    `Last backup ${hours} h ago${isProved ? ', proved by a restore' : ''}.`,
    `Última copia hace ${hours} h${isProved ? ', comprobada con una restauración' : ''}.`,
  );
}

/** Keeps the gauges of this process near the truth. */
export async function startBackupMetrics({ backups, telemetry, clock }: Platform): Promise<Stop> {
  let latest = await backups.figures();
  const startedMs = clock();
  telemetry.gauge(
    'cactus_backup_age_seconds',
    'Seconds since the last whole backup, or since the start without one.',
    () => Math.max(0, (clock() - (latest.lastReadyAtMs ?? startedMs)) / 1_000),
  );
  telemetry.gauge('cactus_backup_verified_timestamp_seconds', 'When a restore last proved a backup; 0 for never.', () =>
    Math.round((latest.lastVerifiedAtMs ?? 0) / 1_000),
  );
  telemetry.gauge('cactus_backup_size_bytes', 'Size of the last whole backup.', () =>
    Number(latest.lastSizeBytes ?? 0n),
  );
  const refreshing = setInterval(() => {
    backups
      .figures()
      .then((figures) => (latest = figures))
      .catch(() => undefined); // The database is away: health says so.
  }, REFRESH_MS);
  refreshing.unref();
  return async () => clearInterval(refreshing);
}
