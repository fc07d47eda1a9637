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
  const figures = useApi('GET /api/webhooks/figures', {}, { refetchIntervalMs: REFRESH_MS, keepsPrevious: true });
  useFreshDeliveries('GET /api/webhooks/figures', false);
  const isIdle = figures.data?.deliveries === 0;
  const failed = figures.data?.failed ?? 0;
  return (
    <Kpi
      label={t('title')}
      icon={Activity}
      value={durationText(figures.data?.latencyMsP95 ?? null)}
      detail={isIdle ? t('noneSent') : t('tileDetail', { count: figures.data?.deliveries ?? 0 })}
      to="/eventos"
      from={figures}
      {...(failed > 0 ? { alert: t('failedCount', { count: failed }) } : {})}
    />
  );
}
