/** The figures every portfolio page opens with; each opens its own explanation. */
import { CircleHelp } from 'lucide-react';
import type { ReactNode } from 'react';
import type { ApiOutput } from '#web/api';
import { type Translate, useTexts } from '#web/i18n';
import { Badge, DateText, Delta, IconButton, Kpi, KpiGrid, Money, Percent } from '#web/ui';
import { type PortfolioKey, portfolioTexts } from './texts.ts';

export type PortfolioView = ApiOutput<'GET /api/portfolios/:portfolioId'>;
type Figures = PortfolioView['figures'];
export type Metric = ApiOutput<'GET /api/portfolios/:portfolioId/explanation'>['metric'];

export function FigureKpis({
  figures,
  onExplain,
}: {
  readonly figures: Figures;
  readonly onExplain: (metric: Metric) => void;
}) {
  const t = useTexts(portfolioTexts);
  const { currency } = figures;
  const label = (metric: Metric, value: ReactNode) => (
    <span className="inline-flex items-center gap-1">
      {value}
      <IconButton
        icon={CircleHelp}
        size="sm"
        label={t('explainOf', { metric: t(metric) })}
        onClick={() => onExplain(metric)}
      />
    </span>
  );
  return (
    <KpiGrid>
      <Kpi
        label={t('value')}
        value={label('value', <Money amount={figures.value} currency={currency} reason={missingReason(t, figures)} />)}
        detail={
          figures.value === null ? (
            <>
              {t('partialKnown')} <Money amount={figures.valueKnown} currency={currency} />
            </>
          ) : (
            <Delta amount={figures.dayChange} ratio={figures.dayChangeRatio} currency={currency} label={t('today')} />
          )
        }
        {...(figures.missing.length > 0 ? { alert: t('priceMissing') } : {})}
      />
      <Kpi
        label={t('profit')}
        value={label('profit', <Money amount={figures.profit} currency={currency} isChange />)}
        detail={t('profitDetail')}
      />
      <Kpi
        label={t('unrealised')}
        value={label('unrealised', <Money amount={figures.unrealised} currency={currency} isChange />)}
        detail={
          <>
            <Percent ratio={figures.gainRatio} isChange /> {t('onCost')}
          </>
        }
      />
      <Kpi
        label={t('netFlows')}
        value={label('netFlows', <Money amount={figures.netFlows} currency={currency} />)}
        detail={
          <>
            {t('realised')} <Money amount={figures.realised} currency={currency} isChange />
          </>
        }
      />
    </KpiGrid>
  );
}

function missingReason(t: Translate<PortfolioKey>, figures: Figures): string {
  return t('partial', { count: figures.missing.length });
}

/** Says what a total lacks and what its prices are worth; nothing when all is well. */
export function FigureNotices({ figures }: { readonly figures: Figures }) {
  const t = useTexts(portfolioTexts);
  const { missing, staleCount, simulatedCount } = figures;
  if (missing.length === 0 && staleCount === 0 && simulatedCount === 0) return null;
  return (
    <div className="flex flex-wrap items-center gap-2 text-sm" role="status">
      {missing.length > 0 && <Badge tone="warn">{t('partial', { count: missing.length })}</Badge>}
      {staleCount > 0 && <Badge tone="warn">{t('stale', { count: staleCount })}</Badge>}
      {simulatedCount > 0 && <Badge tone="flower">{t('simulated', { count: simulatedCount })}</Badge>}
      {missing.length > 0 && <MissingFacts missing={missing.slice(0, 5)} />}
    </div>
  );
}

export function MissingFacts({ missing }: { readonly missing: Figures['missing'] }) {
  const t = useTexts(portfolioTexts);
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1 text-muted">
      {missing.map((fact) => (
        <li key={fact.kind === 'price' ? fact.instrumentId : `${fact.from}${fact.to}`}>
          {fact.kind === 'price' ? (
            t('missingPrice', { name: fact.name })
          ) : (
            <>
              {t('missingFx', { from: fact.from, to: fact.to, date: '' })} <DateText when={fact.date} />
            </>
          )}
        </li>
      ))}
    </ul>
  );
}
