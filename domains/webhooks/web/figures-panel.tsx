/** How the last hour went: median and p95 against the 100 ms line, share of deliveries that worked, what waits. */
import { useMemo } from 'react';
import { type ApiOutput, useApi } from '#web/api';
import { type Translate, useTexts } from '#web/i18n';
import { Count, Kpi, KpiGrid, LineChart, Percent, type Series, Stack } from '#web/ui';
import { durationText } from './event-words.ts';
import { type EventKey, eventTexts } from './texts.ts';
import { useFreshDeliveries } from './use-fresh-deliveries.ts';

type Figures = ApiOutput<'GET /api/webhooks/figures'>;

const TARGET_MS = 100;
const REFRESH_MS = 10_000;

export function FiguresPanel() {
  const t = useTexts(eventTexts);
  const { data } = useApi('GET /api/webhooks/figures', {}, { refetchIntervalMs: REFRESH_MS, keepsPrevious: true });
  useFreshDeliveries('GET /api/webhooks/figures', false);
  const series = useMemo(() => (data ? seriesOf(data, t) : []), [data, t]);
  const isSlow = (data?.latencyMsP95 ?? 0) > TARGET_MS;
  return (
    <Stack>
      <KpiGrid>
        <Kpi
          label={t('latencyP95')}
          value={durationText(data?.latencyMsP95 ?? null)}
          detail={data?.deliveries === 0 ? t('noneSent') : t('lastHour')}
          {...(isSlow ? { alert: `> ${TARGET_MS} ms` } : {})}
        />
        <Kpi label={t('latencyP50')} value={durationText(data?.latencyMsP50 ?? null)} />
        <Kpi
          label={t('success')}
          value={<Percent ratio={data?.successRatio} />}
          detail={data && pendingText(data, t)}
        />
        <Kpi label={t('sent')} value={<Count count={data?.deliveries} />} />
      </KpiGrid>
      {data && data.series.length > 1 && (
        <LineChart
          title={t('chartTitle')}
          note={t('chartNote')}
          series={series}
          figure={{ kind: 'number', unit: 'ms' }}
          heightPx={180}
        />
      )}
    </Stack>
  );
}

function seriesOf({ series }: Figures, t: Translate<EventKey>): Series[] {
  return [
    { id: 'p95', label: t('slowest'), points: series.map((point) => [point.atMs, point.latencyMsP95] as const) },
    { id: 'p50', label: t('median'), points: series.map((point) => [point.atMs, point.latencyMsP50] as const) },
    {
      id: 'target',
      label: t('target'),
      isBenchmark: true,
      points: series.map(({ atMs }) => [atMs, TARGET_MS] as const),
    },
  ];
}

function pendingText({ waiting, failed }: Figures, t: Translate<EventKey>): string {
  const parts = [
    ...(waiting > 0 ? [t('waitingCount', { count: waiting })] : []),
    ...(failed > 0 ? [t('failedCount', { count: failed })] : []),
  ];
  return parts.length === 0 ? t('allWell') : parts.join(' · ');
}
