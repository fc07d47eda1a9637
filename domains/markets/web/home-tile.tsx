/** Home's tile: how many alerts watch, and how far the nearest one is from its price. */
import { BellRing } from 'lucide-react';
import { Decimal } from '#kernel';
import { type ApiOutput, useApi, useLive, useRefresh } from '#web/api';
import { formatPercent, useTexts } from '#web/i18n';
import { Count, Kpi } from '#web/ui';
import { marketsTexts } from './markets-texts.ts';

const REFRESH_MS = 15_000; // How far the nearest alert is may lag; that it fired may not.
const ONE_PERCENT = Decimal.of(1n, 2);

type Rule = ApiOutput<'GET /api/markets/alerts'>['items'][number];

export default function AlertsTile() {
  const t = useTexts(marketsTexts);
  const refresh = useRefresh();
  const alerts = useApi('GET /api/markets/alerts', {}, { refetchIntervalMs: REFRESH_MS, keepsPrevious: true });
  useLive('markets.alert.fired', () => void refresh('GET /api/markets/alerts'));
  const watching = (alerts.data?.items ?? []).filter(({ isEnabled }) => isEnabled);
  const nearest = nearestOf(watching);
  return (
    <Kpi
      label={t('tileAlerts')}
      icon={BellRing}
      value={<Count count={watching.length} />}
      detail={
        nearest
          ? t('tileNearest', { name: nearest.name, distance: formatPercent(nearest.distanceRatio) })
          : t('tileNone')
      }
      to="/alertas"
      from={alerts}
    />
  );
}

/** The API tells percent; figures are printed from ratios. */
function nearestOf(rules: readonly Rule[]): { readonly name: string; readonly distanceRatio: string } | null {
  const known = rules.flatMap(({ instrument, distancePercent }) =>
    distancePercent === null
      ? []
      : [{ name: instrument.name, distance: Decimal.from(distancePercent).times(ONE_PERCENT).absolute() }],
  );
  const [nearest] = known.toSorted((left, right) => left.distance.compare(right.distance));
  return nearest ? { name: nearest.name, distanceRatio: nearest.distance.toString() } : null;
}
