/** Home's panel: the evolution of the largest portfolio, and what it returned since it began. */
import { useApi } from '#web/api';
import { formatPercent, useTexts } from '#web/i18n';
import { performanceTexts } from './performance-texts.ts';
import { portfolioTexts } from './texts.ts';
import { ValueChart } from './value-chart.tsx';

export default function WealthPanel() {
  const t = useTexts(portfolioTexts);
  const words = useTexts(performanceTexts);
  const portfolios = useApi('GET /api/portfolios');
  const largest = portfolios.data?.items
    .filter((portfolio) => portfolio.operationCount > 0)
    .toSorted((left, right) => Number(right.figures.valueKnown) - Number(left.figures.valueKnown))[0];
  const input = { params: { portfolioId: largest?.id ?? '' } };
  const performance = useApi('GET /api/portfolios/:portfolioId/performance', input, { enabled: largest !== undefined });
  if (!largest) return null;
  const ratio = performance.data?.twr.value ?? null;
  const note = ratio === null ? undefined : words('returnOfAll', { ratio: formatPercent(ratio, { sign: 'always' }) });
  return <ValueChart portfolioId={largest.id} title={`${t('wealth')} · ${largest.name}`} note={note} />;
}
