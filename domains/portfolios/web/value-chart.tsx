/** Value over time against what was put in: of one portfolio, or of several together. */
import { type ReactNode, useMemo } from 'react';
import { type ApiOutput, useApi } from '#web/api';
import { useTexts } from '#web/i18n';
import { ErrorState, LineChart, type Series, Skeleton } from '#web/ui';
import { portfolioTexts } from './texts.ts';

interface ChartFrame {
  readonly title: string;
  /** One more fact beside the legend. */
  readonly note?: string | undefined;
  readonly actions?: ReactNode;
}

interface LoadedSeries {
  readonly data: Pick<ApiOutput<'GET /api/portfolios/value-series'>, 'currency' | 'points'> | undefined;
  readonly error: unknown;
  readonly refetch: () => unknown;
}

export function ValueChart({ portfolioId, ...frame }: ChartFrame & { readonly portfolioId: string }) {
  const query = { params: { portfolioId }, query: { range: 'all' as const } };
  const chart = useApi('GET /api/portfolios/:portfolioId/value-series', query, { keepsPrevious: true });
  return <GroupValueChart series={chart} {...frame} />;
}

/** The chart of a series that somebody else asked for. */
export function GroupValueChart({
  series: chart,
  title,
  note,
  actions,
}: ChartFrame & { readonly series: LoadedSeries }) {
  const t = useTexts(portfolioTexts);
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
      actions={actions}
      {...(notes.length > 0 ? { note: notes.join(' · ') } : {})}
    />
  );
}
