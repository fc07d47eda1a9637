/** Home's tile: how old the last backup is and whether a restore proved it. */
import { Archive } from 'lucide-react';
import { useApi } from '#web/api';
import { useTexts } from '#web/i18n';
import { Kpi, RelativeTime } from '#web/ui';
import { safetyTexts } from './safety-texts.ts';

const REFRESH_MS = 60_000;

export default function BackupsTile() {
  const t = useTexts(safetyTexts);
  const backups = useApi('GET /api/backups', {}, { refetchIntervalMs: REFRESH_MS, keepsPrevious: true });
  const last = backups.data?.items.find(({ state }) => state === 'ready');
  const isBroken = last?.verifyState === 'failed';
  return (
    <Kpi
      label={t('backups')}
      icon={Archive}
      value={last ? <RelativeTime atMs={last.createdAtMs} /> : t('none')}
      detail={last?.verifyState === 'verified' ? t('verified') : t('notVerified')}
      to="/ajustes/copias"
      from={backups}
      {...(isBroken ? { alert: t('verifyFailed') } : {})}
    />
  );
}
