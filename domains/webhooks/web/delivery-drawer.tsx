/** One delivery: what was sent, each answer with its time, and sending it again in one press. */
import { RotateCw } from 'lucide-react';
import { type ApiOutput, useApi, useApiMutation } from '#web/api';
import { formatDate, type Translate, useTexts } from '#web/i18n';
import { useCan } from '#web/shell';
import { Async, Badge, Button, Card, DateText, Drawer, FormProblem, Stack, toast } from '#web/ui';
import { answerText, durationText, hostOf, STATE_TONES, webhookWords } from './event-words.ts';
import { JsonBlock } from './json-block.tsx';
import { serviceTexts } from './service-texts.ts';
import { type EventKey, eventTexts } from './texts.ts';

type Detail = ApiOutput<'GET /api/webhooks/deliveries/:deliveryId'>;
type Attempt = Detail['attempts'][number];

const REFRESH_MS = 1000; // While an attempt is under way its end should show by itself.

export function DeliveryDrawer({ deliveryId, onClose }: { readonly deliveryId: string; readonly onClose: () => void }) {
  const t = useTexts(eventTexts);
  const canReplay = useCan('webhooks.delivery.replay');
  const detail = useApi(
    'GET /api/webhooks/deliveries/:deliveryId',
    { params: { deliveryId } },
    { refetchIntervalMs: REFRESH_MS, keepsPrevious: true },
  );
  const host = hostOf(detail.data?.url ?? '');
  const replay = useApiMutation('POST /api/webhooks/deliveries/:deliveryId/replays', {
    refreshes: ['GET /api/webhooks/deliveries/:deliveryId', 'GET /api/webhooks/deliveries'],
    onDone: () => toast.done({ title: t('resent', { host }) }),
  });
  const delivery = detail.data?.delivery;
  return (
    <Drawer
      isOpen
      onClose={onClose}
      size="lg"
      title={delivery ? t('deliveryTitle', { name: delivery.eventName }) : t('deliveries')}
      description={host}
      footer={
        canReplay && (
          <Button
            kind="primary"
            icon={RotateCw}
            isBusy={replay.isPending}
            onClick={() => replay.mutate({ params: { deliveryId } })}
          >
            {t('resend')}
          </Button>
        )
      }
    >
      <Async query={detail}>{(data) => <DeliveryDetail detail={data} error={replay.error} />}</Async>
    </Drawer>
  );
}

function DeliveryDetail({ detail, error }: { readonly detail: Detail; readonly error: unknown }) {
  const t = useTexts(eventTexts);
  const { delivery, attempts, body } = detail;
  return (
    <Stack>
      <FormProblem error={error} words={webhookWords(t)} />
      <p className="flex flex-wrap items-center gap-2 text-sm">
        <Badge tone={STATE_TONES[delivery.state]}>{t(delivery.state)}</Badge>
        <DateText when={delivery.occurredAtMs} format="full" />
        {delivery.nextAttemptAtMs !== null && (
          <span className="text-muted">
            {t('nextAttempt', { when: formatDate(delivery.nextAttemptAtMs, 'date-time') })}
          </span>
        )}
      </p>
      {attempts.length === 0 && <p className="text-sm text-muted">{t('noAttempts')}</p>}
      {attempts.toReversed().map((attempt) => (
        <AttemptCard key={attempt.attempt} attempt={attempt} />
      ))}
      <JsonBlock label={t('body')} value={body ?? t('bodyExpired')} />
    </Stack>
  );
}

function AttemptCard({ attempt }: { readonly attempt: Attempt }) {
  const t = useTexts(eventTexts);
  const service = useTexts(serviceTexts);
  return (
    <Card
      title={t('attempt', { number: attempt.attempt })}
      aside={`${answerText(t, attempt)} · ${durationText(attempt.durationMs)}`}
      actions={<DateText when={attempt.sentAtMs} format="time" />}
    >
      <div className="flex flex-col gap-3">
        <p className="text-xs text-muted">
          {service('timing', {
            queue: durationText(attempt.queueMs),
            connect: durationText(attempt.connectMs),
            wait: durationText(attempt.waitMs),
          })}
        </p>
        <JsonBlock label={t('request')} value={headersText(attempt.requestHeaders)} />
        <JsonBlock label={t('response')} value={responseText(attempt, t)} />
      </div>
    </Card>
  );
}

function responseText(attempt: Attempt, t: Translate<EventKey>): string {
  if (attempt.status === null) return answerText(t, attempt);
  const head = headersText(attempt.responseHeaders ?? {});
  return `${head}\n\n${attempt.responseExcerpt === '' ? t('emptyBody') : (attempt.responseExcerpt ?? '')}`;
}

function headersText(headers: Readonly<Record<string, string>>): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');
}
