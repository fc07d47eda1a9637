/** Value of a portfolio over time, against what was put in. */
import { useMemo } from 'react';
import { useApi } from '#web/api';
import { useTexts } from '#web/i18n';
import { ErrorState, LineChart, type Series, Skeleton } from '#web/ui';
import { portfolioTexts } from './texts.ts';

export function ValueChart({
  portfolioId,
  title,
  note,
}: {
  readonly portfolioId: string;
  readonly title: string;
  /** One more fact beside the legend. */
  readonly note?: string | undefined;
}) {
  const t = useTexts(portfolioTexts);
  const query = { params: { portfolioId }, query: { range: 'all' as const } };
  const chart = useApi('GET /api/portfolios/:portfolioId/value-series', query, { keepsPrevious: true });
  const points = chart.data?.points;
  const series = useMemo((): readonly Series[] => {
    if (!points) return [];
    const atMsOf = (date: string): number => Date.parse(`${date}T00:00:00`);
    return [
      {
        id: 'value',
        label: t('value'),
        points: points.map((point) => [atMsOf(point.date), point.isPartial ? null : point.value]),
      },
      {
        id: 'invested',
        label: t('invested'),
        points: points.map((point) => [atMsOf(point.date), point.invested]),
        isBenchmark: true,
      },
    ];
  }, [points, t]);
  if (chart.error && !chart.data) return <ErrorState error={chart.error} onRetry={() => void chart.refetch()} />;
  if (!chart.data || !points) return <Skeleton rowCount={6} className="rounded-lg border border-line bg-surface p-4" />;
  const notes = [
    note ?? '',
    points.some((point) => point.isPartial) ? t('chartPartial') : '',
    points.some((point) => point.isEstimated) ? t('chartEstimated') : '',
  ].filter(Boolean);
  return (
    <LineChart
      title={title}
      series={series}
      figure={{ kind: 'money', currency: chart.data.currency }}
      {...(notes.length > 0 ? { note: notes.join(' · ') } : {})}
    />
  );
}
