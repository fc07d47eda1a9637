/** Home's rows of markets: alerts that fired in the last day, prices that are old or in doubt. */
import { BellRing, CircleHelp, Clock } from 'lucide-react';
import { useApi, useLive, useRefresh } from '#web/api';
import { currentTimeMs, formatPrice, formatQuantity, useTexts } from '#web/i18n';
import { AttentionGap, AttentionRow, ButtonLink } from '#web/ui';
import { marketsTexts } from './markets-texts.ts';

const RECENT_MS = 24 * 3_600_000;
const ROWS_MAX = 3; // The rest is one press away.

export default function HomeAttention() {
  const t = useTexts(marketsTexts);
  const refresh = useRefresh();
  const firings = useApi('GET /api/markets/alert-firings', { query: { limit: ROWS_MAX } });
  const providers = useApi('GET /api/markets/providers');
  useLive('markets.alert.fired', () => void refresh('GET /api/markets/alert-firings'));
  const since = currentTimeMs() - RECENT_MS;
  const recent = (firings.data?.items ?? []).filter(({ firedAtMs }) => firedAtMs >= since);
  const oldCount = (providers.data?.staleCount ?? 0) + (providers.data?.missingCount ?? 0);
  const doubtCount = providers.data?.quarantinedCount ?? 0;
  const hasFailed = firings.isError || providers.isError;
  return (
    <>
      {(!firings.data || !providers.data) && <AttentionGap fact={hasFailed ? 'unknown' : 'pending'} />}
      {recent.map(({ id, instrument: { name }, price, triggerPrice, volume, triggerVolume, currency }) => (
        <AttentionRow
          key={id}
          icon={BellRing}
          tone="info"
          title={
            triggerVolume === null
              ? t('firedRow', { name, price: formatPrice(price, currency) })
              : t('firedVolumeRow', { name, volume: formatQuantity(volume) })
          }
          detail={t('firedRowDetail', {
            trigger: triggerVolume === null ? formatPrice(triggerPrice, currency) : formatQuantity(triggerVolume),
          })}
          action={
            <ButtonLink size="sm" to="/alertas?vista=avisos">
              {t('seeAlerts')}
            </ButtonLink>
          }
        />
      ))}
      {oldCount > 0 && (
        <AttentionRow
          icon={Clock}
          title={t('stalePrices', { count: oldCount })}
          detail={t('stalePricesDetail')}
          action={<PricesLink />}
        />
      )}
      {doubtCount > 0 && (
        <AttentionRow
          icon={CircleHelp}
          title={t('quarantinedPrices', { count: doubtCount })}
          detail={t('quarantinedPricesDetail', { count: doubtCount })}
          action={<PricesLink />}
        />
      )}
    </>
  );
}

function PricesLink() {
  const t = useTexts(marketsTexts);
  return (
    <ButtonLink size="sm" to="/alertas?vista=precios">
      {t('seePrices')}
    </ButtonLink>
  );
}
