/** Returns and risk of the period as figures; each opens how it is computed, each dash says why. */
import { CircleHelp } from 'lucide-react';
import type { ReactNode } from 'react';
import { formatDate, useTexts } from '#web/i18n';
import { IconButton, Kpi, KpiGrid, Money, Percent } from '#web/ui';
import { performanceTexts } from './performance-texts.ts';
import { type PerformanceView, reasonOf } from './performance-view.ts';

export type PerformanceMetric = 'twr' | 'xirr' | 'volatility' | 'maxDrawdown' | 'versus';

const DAYS_A_YEAR = 365;

export function PerformanceKpis({
  performance,
  onExplain,
}: {
  readonly performance: PerformanceView;
  readonly onExplain: (metric: PerformanceMetric) => void;
}) {
  const t = useTexts(performanceTexts);
  const { twr, xirr, volatility } = performance;
  const isYear = performance.dayCount >= DAYS_A_YEAR;
  const rate = xirr.status === 'unique' ? (isYear ? xirr : xirr.period) : { value: null, reason: xirr.reason };
  const named = (metric: PerformanceMetric, name: string, value: ReactNode) => (
    <span className="inline-flex items-center gap-1">
      {value}
      <IconButton
        icon={CircleHelp}
        size="sm"
        label={t('explainOf', { metric: name })}
        onClick={() => onExplain(metric)}
      />
    </span>
  );
  return (
    <KpiGrid>
      <Kpi
        label={t('twr')}
        value={named('twr', t('twr'), <Percent ratio={twr.value} isChange reason={reasonOf(t, twr)} />)}
        detail={
          <>
            {t('ofPeriod')}
            {twr.annual.value !== null && (
              <>
                {' · '}
                <Percent ratio={twr.annual.value} isChange /> {t('aYear')}
              </>
            )}
          </>
        }
      />
      <Kpi
        label={t('xirr')}
        value={named('xirr', t('xirr'), <Percent ratio={rate.value} isChange reason={reasonOf(t, rate)} />)}
        detail={rate.value === null ? reasonOf(t, rate) : t(isYear ? 'aYear' : 'ofPeriod')}
      />
      <Kpi
        label={t('volatility')}
        value={named(
          'volatility',
          t('volatility'),
          <Percent ratio={volatility.value} reason={reasonOf(t, volatility)} />,
        )}
        detail={volatility.value === null ? reasonOf(t, volatility) : t('annualised')}
      />
      <DrawdownKpi performance={performance} named={named} />
      {performance.benchmark && <VersusKpi performance={performance} named={named} />}
    </KpiGrid>
  );
}

interface PartProps {
  readonly performance: PerformanceView;
  /** A figure with the button that opens how it is computed. */
  readonly named: (metric: PerformanceMetric, name: string, value: ReactNode) => ReactNode;
}

function VersusKpi({ performance: { benchmark, currency }, named }: PartProps) {
  const t = useTexts(performanceTexts);
  if (!benchmark) return null;
  const { difference, ratio, symbol } = benchmark;
  const name = t('versus', { name: benchmark.name });
  const amount = difference.value === null ? null : difference.value.toFixed(2);
  return (
    <Kpi
      label={name}
      value={named(
        'versus',
        name,
        <Money amount={amount} currency={currency} isChange reason={reasonOf(t, difference)} />,
      )}
      detail={
        <>
          {t('benchmarkReturn', { name: symbol ?? benchmark.name })}{' '}
          <Percent ratio={ratio.value} isChange reason={reasonOf(t, ratio)} />
        </>
      }
    />
  );
}

function DrawdownKpi({ performance, named }: PartProps) {
  const t = useTexts(performanceTexts);
  const { maxDrawdown } = performance;
  const { value, peakDate, troughDate, recoveredDate } = maxDrawdown;
  const fell =
    peakDate && troughDate
      ? `${t('fell', { from: formatDate(peakDate), to: formatDate(troughDate) })}, ${
          recoveredDate ? t('recovered', { date: formatDate(recoveredDate) }) : t('notRecovered')
        }`
      : t('noFall');
  return (
    <Kpi
      label={t('maxDrawdown')}
      value={named(
        'maxDrawdown',
        t('maxDrawdown'),
        <Percent ratio={value === null ? null : value === 0 ? 0 : -value} reason={reasonOf(t, maxDrawdown)} />,
      )}
      detail={value === null ? reasonOf(t, maxDrawdown) : fell}
    />
  );
}
