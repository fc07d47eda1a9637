/** What the parts of the performance section share: the answer, the period in the address, and reasons in words. */
import { type ApiOutput, useApi, useLive, useRefresh } from '#web/api';
import type { Translate } from '#web/i18n';
import { useUrlState } from '#web/shell';
import type { PerformanceKey } from './performance-texts.ts';

export type PerformanceView = ApiOutput<'GET /api/portfolios/:portfolioId/performance'>;
export type Statistic = PerformanceView['modifiedDietz'];

export const PERIODS = ['1w', '1m', '3m', 'ytd', '1y', 'all'] as const;
export type PeriodRange = (typeof PERIODS)[number];

/** The period of every performance figure of the page, in the address. */
export function usePeriod(): readonly [PeriodRange, (range: PeriodRange) => void] {
  return useUrlState<PeriodRange>('periodo', 'all', PERIODS);
}

/** The asset a portfolio is compared with, in the address; empty is none. */
export function useBenchmark(): readonly [string, (instrumentId: string) => void] {
  return useUrlState<string>('comparar', '');
}

/** Returns of the page's period; read again when an operation is recorded or taken back. */
export function usePerformance(portfolioId: string, { range, benchmark }: { range: PeriodRange; benchmark: string }) {
  const refresh = useRefresh();
  useLive('portfolios.*', () => {
    void refresh('GET /api/portfolios/:portfolioId/performance', 'GET /api/portfolios/:portfolioId/contributions');
  });
  const query = { range, ...(benchmark ? { benchmark } : {}) };
  return useApi(
    'GET /api/portfolios/:portfolioId/performance',
    { params: { portfolioId }, query },
    { keepsPrevious: true },
  );
}

/** Why a figure is a dash, in words. */
export function reasonOf(t: Translate<PerformanceKey>, { reason }: Pick<Statistic, 'reason'>): string | undefined {
  return reason === null ? undefined : t(`reason_${reason}`);
}

/** Days of the answer are calendar days: charts draw them at local midnight. */
export function atMsOf(date: string): number {
  return Date.parse(`${date}T00:00:00`);
}
