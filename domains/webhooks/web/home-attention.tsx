/** Home's rows of webhooks: deliveries that failed or wait for a retry, and endpoints that Cactus switched off. */
import { Unplug, Webhook } from 'lucide-react';
import { useApi } from '#web/api';
import { useTexts } from '#web/i18n';
import { AttentionGap, AttentionRow, ButtonLink } from '#web/ui';
import { hostOf } from './event-words.ts';
import { serviceTexts } from './service-texts.ts';
import { eventTexts } from './texts.ts';
import { useFreshDeliveries } from './use-fresh-deliveries.ts';

const ROWS_MAX = 3; // The rest is one press away.

export default function HomeAttention() {
  const t = useTexts(serviceTexts);
  const words = useTexts(eventTexts);
  const figures = useApi('GET /api/webhooks/figures');
  const endpoints = useApi('GET /api/webhooks/endpoints');
  useFreshDeliveries('GET /api/webhooks/figures', false);
  const { failed = 0, waiting = 0 } = figures.data ?? {};
  const stopped = (endpoints.data?.items ?? []).filter(({ disabledReason }) => disabledReason !== null);
  const hasFailed = figures.isError || endpoints.isError;
  return (
    <>
      {(!figures.data || !endpoints.data) && <AttentionGap fact={hasFailed ? 'unknown' : 'pending'} />}
      {failed + waiting > 0 && (
        <AttentionRow
          icon={Webhook}
          title={t('troubled', { count: failed + waiting })}
          detail={t('troubledDetail')}
          action={
            <ButtonLink size="sm" to={`/eventos?vista=entregas&estado=${failed > 0 ? 'failed' : 'waiting'}`}>
              {t('seeDeliveries')}
            </ButtonLink>
          }
        />
      )}
      {stopped.slice(0, ROWS_MAX).map((endpoint) => (
        <AttentionRow
          key={endpoint.id}
          icon={Unplug}
          title={t('stopped', { host: hostOf(endpoint.url) })}
          detail={words(`disabled_${endpoint.disabledReason ?? 'gone'}`)}
          action={
            <ButtonLink size="sm" to={`/eventos?vista=destinos&destino=${endpoint.id}`}>
              {t('seeEndpoint')}
            </ButtonLink>
          }
        />
      ))}
    </>
  );
}
