/** Home's panel: the evolution of every portfolio together, or of the one that is chosen, and what it returned since it began. */
import { type ApiOutput, useApi } from '#web/api';
import { formatPercent, useTexts } from '#web/i18n';
import { useUrlState } from '#web/shell';
import { type Choice, Select } from '#web/ui';
import { performanceTexts } from './performance-texts.ts';
import { portfolioTexts } from './texts.ts';
import { GroupValueChart, ValueChart } from './value-chart.tsx';

type Item = ApiOutput<'GET /api/portfolios'>['items'][number];

const TOGETHER = 'todas';

export default function WealthPanel() {
  const t = useTexts(portfolioTexts);
  const [wanted, choose] = useUrlState<string>('evolucion', '');
  const portfolios = useApi('GET /api/portfolios');
  const used = portfolios.data?.items.filter((portfolio) => portfolio.operationCount > 0) ?? [];
  if (used.length === 0) return null;
  const currencies = currenciesOf(used);
  const choices: Choice[] = [
    ...currencies.map((currency) => ({
      value: `${TOGETHER}-${currency}`,
      label: currencies.length > 1 ? t('allPortfoliosIn', { currency }) : t('allPortfolios'),
    })),
    ...used.map(({ id, name }) => ({ value: id, label: name })),
  ];
  const chosen = choices.some(({ value }) => value === wanted) ? wanted : (choices[0]?.value ?? '');
  const chooser =
    used.length > 1 ? (
      <Select label={t('evolutionOf')} isLabelHidden choices={choices} value={chosen} onChange={choose} />
    ) : null;
  const only = used.length === 1 ? used[0] : used.find(({ id }) => id === chosen);
  if (only) return <PortfolioPanel portfolio={only} chooser={chooser} />;
  const currency = currencies.find((name) => chosen === `${TOGETHER}-${name}`);
  return <GroupPanel currency={currency ?? ''} chooser={chooser} />;
}

/** The base currencies, that of most portfolios first. */
function currenciesOf(portfolios: readonly Item[]): string[] {
  const groups = Map.groupBy(portfolios, ({ baseCurrency }) => baseCurrency);
  return [...groups]
    .toSorted(([a, left], [b, right]) => right.length - left.length || a.localeCompare(b))
    .map(([currency]) => currency);
}

function PortfolioPanel({ portfolio, chooser }: { readonly portfolio: Item; readonly chooser: React.ReactNode }) {
  const t = useTexts(portfolioTexts);
  const performance = useApi('GET /api/portfolios/:portfolioId/performance', { params: { portfolioId: portfolio.id } });
  const note = useReturnNote(performance.data?.twr.value ?? null);
  const title = `${t('wealth')} · ${portfolio.name}`;
  return <ValueChart portfolioId={portfolio.id} title={title} note={note} actions={chooser} />;
}

function GroupPanel({ currency, chooser }: { readonly currency: string; readonly chooser: React.ReactNode }) {
  const t = useTexts(portfolioTexts);
  const series = useApi('GET /api/portfolios/value-series', { query: { currency } }, { keepsPrevious: true });
  const note = useReturnNote(series.data?.twr.value ?? null);
  return <GroupValueChart series={series} title={t('wealth')} note={note} actions={chooser} />;
}

function useReturnNote(ratio: number | null): string | undefined {
  const words = useTexts(performanceTexts);
  return ratio === null ? undefined : words('returnOfAll', { ratio: formatPercent(ratio, { sign: 'always' }) });
}
