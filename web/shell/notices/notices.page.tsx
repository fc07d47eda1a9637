/** Avisos: the channels of the person, what reaches her where, her quiet hours, and what became of the last messages. */
import { type ApiOutput, useApi } from '#web/api';
import { useTexts } from '#web/i18n';
import { Async, Card, EmptyState, PageHeader, RelativeTime, Stack, StatusDot, type Tone } from '#web/ui';
import { Send } from 'lucide-react';
import { noticeSentence } from '../notice-sentence.ts';
import { ChannelCards } from './channel-cards.tsx';
import { causeText, noticeTexts } from './notice-texts.ts';
import { PreferencesForm } from './preferences-form.tsx';

type Delivery = ApiOutput<'GET /api/notifications/deliveries'>['items'][number];

const REFRESH_MS = 3_000;
const TONES: Readonly<Record<Delivery['state'], Tone>> = {
  waiting: 'accent',
  held: 'neutral',
  sent: 'ok',
  failed: 'danger',
  expired: 'warn',
};

export default function NoticesPage() {
  const t = useTexts(noticeTexts);
  const preferences = useApi('GET /api/notifications/preferences', undefined, { refetchIntervalMs: REFRESH_MS });
  return (
    <>
      <PageHeader title={t('notices')} description={t('noticesLine')} back={{ to: '/ajustes', label: t('back') }} />
      <Async query={preferences}>
        {(loaded) => (
          <Stack>
            <ChannelCards preferences={loaded} />
            <PreferencesForm preferences={loaded} />
            <Deliveries />
          </Stack>
        )}
      </Async>
    </>
  );
}

function Deliveries() {
  const t = useTexts(noticeTexts);
  const deliveries = useApi('GET /api/notifications/deliveries', undefined, { refetchIntervalMs: REFRESH_MS });
  return (
    <Card title={t('deliveries')} isFlush>
      <Async query={deliveries}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState icon={Send} title={t('noDeliveries')} />
          ) : (
            <ul>
              {items.map((delivery) => (
                <DeliveryRow key={delivery.id} delivery={delivery} />
              ))}
            </ul>
          )
        }
      </Async>
    </Card>
  );
}

function DeliveryRow({ delivery }: { readonly delivery: Delivery }) {
  const t = useTexts(noticeTexts);
  return (
    <li className="flex flex-wrap items-baseline gap-x-4 gap-y-1 border-t border-line px-4 py-2.5 text-sm">
      <span className="min-w-0 flex-1 basis-64">
        <span className="block">{noticeSentence(delivery)}</span>
        {delivery.errorCode !== null && delivery.state !== 'sent' && (
          <span className="block text-xs text-muted">{causeText(t, delivery.errorCode)}</span>
        )}
      </span>
      <span className="text-muted sm:w-20">{t(delivery.channel)}</span>
      <span className="sm:w-44">
        <StatusDot tone={TONES[delivery.state]}>{t(`state_${delivery.state}`)}</StatusDot>
      </span>
      <span className="text-xs text-muted sm:w-24 sm:text-right">
        <RelativeTime atMs={delivery.createdAtMs} />
      </span>
    </li>
  );
}
