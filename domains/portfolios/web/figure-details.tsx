/** The figures below the first row, and the cash by account; each opens how it is computed. */
import { CircleHelp } from 'lucide-react';
import { useTexts } from '#web/i18n';
import { Card, IconButton, Money } from '#web/ui';
import type { Metric, PortfolioView } from './figures-kpis.tsx';
import { pageTexts } from './page-texts.ts';
import { portfolioTexts } from './texts.ts';

const METRICS = ['cost', 'realised', 'income', 'fees', 'taxes'] as const satisfies readonly Metric[];

export function FigureDetails({
  portfolio,
  onExplain,
}: {
  readonly portfolio: PortfolioView;
  readonly onExplain: (metric: Metric) => void;
}) {
  const t = useTexts(portfolioTexts);
  const words = useTexts(pageTexts);
  const { figures, cash } = portfolio;
  return (
    <Card title={words('details')}>
      <dl className="grid gap-x-8 gap-y-1 text-sm sm:grid-cols-2">
        {METRICS.map((metric) => (
          <div key={metric} className="flex items-center justify-between gap-4">
            <dt className="text-muted">{t(metric)}</dt>
            <dd className="inline-flex items-center gap-1">
              <Money amount={figures[metric]} currency={figures.currency} isChange={metric === 'realised'} />
              <IconButton
                icon={CircleHelp}
                size="sm"
                label={t('explainOf', { metric: t(metric) })}
                onClick={() => onExplain(metric)}
              />
            </dd>
          </div>
        ))}
        {cash.map(({ accountId, accountName, currency, amount }) => (
          <div key={`${accountId} ${currency}`} className="flex items-center justify-between gap-4">
            <dt className="text-muted">
              {t('cash')} · {accountName} · {currency}
            </dt>
            <dd className="py-1 pr-8">
              <Money amount={amount} currency={currency} />
            </dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}
