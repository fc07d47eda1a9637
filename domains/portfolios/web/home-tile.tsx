/** Home's tile: what everything is worth now and how the day goes. */
import { ChartPie, TrendingUp } from 'lucide-react';
import { useApi } from '#web/api';
import { useTexts } from '#web/i18n';
import { Delta, Kpi, Money } from '#web/ui';
import { useLiveRefresh } from './live-refresh.ts';
import { portfolioTexts } from './texts.ts';

export default function PortfoliosTile() {
  const t = useTexts(portfolioTexts);
  const portfolios = useApi('GET /api/portfolios');
  useLiveRefresh('GET /api/portfolios');
  const [total] = portfolios.data?.totals ?? [];
  if (!portfolios.data)
    return <Kpi label={t('portfolios')} icon={ChartPie} value="" to="/carteras" from={portfolios} />;
  if (!total) return <Kpi label={t('portfolios')} icon={ChartPie} value="—" detail={t('homeEmpty')} to="/carteras" />;
  const isPartial = total.missingCount > 0;
  return (
    <>
      <Kpi
        label={t('portfolios')}
        icon={ChartPie}
        value={
          <Money amount={total.value} currency={total.currency} reason={t('partial', { count: total.missingCount })} />
        }
        detail={
          <Delta amount={total.dayChange} ratio={total.dayChangeRatio} currency={total.currency} label={t('today')} />
        }
        to="/carteras"
        {...(isPartial ? { alert: t('priceMissing') } : {})}
      />
      <Kpi
        label={t('profit')}
        icon={TrendingUp}
        value={
          <Money
            amount={total.profit}
            currency={total.currency}
            isChange
            reason={t('partial', { count: total.missingCount })}
          />
        }
        detail={t('profitDetail')}
        to="/carteras"
      />
    </>
  );
}
