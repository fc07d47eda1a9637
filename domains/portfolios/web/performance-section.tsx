/** Returns of a portfolio on its page: the charts, the figures of the period and how each is computed. */
import { useState } from 'react';
import { ErrorState, Skeleton } from '#web/ui';
import { PerformanceCharts } from './performance-charts.tsx';
import { PerformanceExplanation } from './performance-explanation.tsx';
import { PerformanceKpis, type PerformanceMetric } from './performance-kpis.tsx';
import { useBenchmark, usePerformance, usePeriod } from './performance-view.ts';

export function PerformanceSection({ portfolioId }: { readonly portfolioId: string }) {
  const [range] = usePeriod();
  const [benchmark] = useBenchmark();
  const [explained, setExplained] = useState<PerformanceMetric | null>(null);
  const performance = usePerformance(portfolioId, { range, benchmark });
  if (performance.error) return <ErrorState error={performance.error} onRetry={() => void performance.refetch()} />;
  if (!performance.data) return <Skeleton rowCount={8} className="rounded-lg border border-line bg-surface p-4" />;
  return (
    <>
      <PerformanceKpis performance={performance.data} onExplain={setExplained} />
      <PerformanceCharts performance={performance.data} />
      {explained && (
        <PerformanceExplanation performance={performance.data} metric={explained} onClose={() => setExplained(null)} />
      )}
    </>
  );
}
