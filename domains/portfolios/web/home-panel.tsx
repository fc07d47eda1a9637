/** Home's panel: the evolution of the largest portfolio. */
import { useApi } from '#web/api';
import { useTexts } from '#web/i18n';
import { portfolioTexts } from './texts.ts';
import { ValueChart } from './value-chart.tsx';

export default function WealthPanel() {
  const t = useTexts(portfolioTexts);
  const portfolios = useApi('GET /api/portfolios');
  const largest = portfolios.data?.items
    .filter((portfolio) => portfolio.operationCount > 0)
    .toSorted((left, right) => Number(right.figures.valueKnown) - Number(left.figures.valueKnown))[0];
  return largest ? <ValueChart portfolioId={largest.id} title={`${t('wealth')} · ${largest.name}`} /> : null;
}
