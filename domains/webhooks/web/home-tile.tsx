/** Home's tile: how long an event takes to reach its endpoint, against the 100 ms line. */
import { Activity } from 'lucide-react';
import { useApi } from '#web/api';
import { useTexts } from '#web/i18n';
import { Kpi } from '#web/ui';
import { durationText } from './event-words.ts';
import { eventTexts } from './texts.ts';
import { useFreshDeliveries } from './use-fresh-deliveries.ts';

const REFRESH_MS = 30_000;

export default function EventsTile() {
  const t = useTexts(eventTexts);
  const { data } = useApi('GET /api/webhooks/figures', {}, { refetchIntervalMs: REFRESH_MS, keepsPrevious: true });
  useFreshDeliveries('GET /api/webhooks/figures', false);
  const isIdle = data?.deliveries === 0;
  const failed = data?.failed ?? 0;
  return (
    <Kpi
      label={t('title')}
      icon={Activity}
      value={durationText(data?.latencyMsP95 ?? null)}
      detail={isIdle ? t('noneSent') : t('tileDetail', { count: data?.deliveries ?? 0 })}
      to="/eventos"
      {...(failed > 0 ? { alert: t('failedCount', { count: failed }) } : {})}
    />
  );
}
