/** One endpoint whole: how it is, its secrets, what passes its filter, a test with its answer, and recovering the missed. */
import { KeyRound, Pencil, Power, Send } from 'lucide-react';
import { useState } from 'react';
import { useApi, useApiMutation } from '#web/api';
import { formatDate, useTexts } from '#web/i18n';
import { Badge, Button, Card, Drawer, FormProblem, Stack, TextField, toast } from '#web/ui';
import { answerText, durationText, type Endpoint, hostOf, webhookWords } from './event-words.ts';
import { conditionsText } from './conditions.ts';
import { FilterTester } from './filter-tester.tsx';
import { serviceTexts } from './service-texts.ts';
import { eventTexts } from './texts.ts';

const LOOK_MS = 300; // While somebody waits for the answer of a test.

export function EndpointDrawer({
  endpoint,
  on,
}: {
  readonly endpoint: Endpoint;
  readonly on: { readonly onClose: () => void; readonly onEdit: () => void; readonly onRotate: () => void };
}) {
  const t = useTexts(serviceTexts);
  const words = useTexts(eventTexts);
  const enable = useApiMutation('PATCH /api/webhooks/endpoints/:endpointId', {
    refreshes: ['GET /api/webhooks/endpoints'],
  });
  const params = { endpointId: endpoint.id };
  return (
    <Drawer
      isOpen
      onClose={on.onClose}
      size="lg"
      title={hostOf(endpoint.url)}
      description={endpoint.description}
      footer={
        <>
          <Button icon={Pencil} onClick={on.onEdit}>
            {t('edit')}
          </Button>
          {!endpoint.isEnabled && (
            <Button
              kind="primary"
              icon={Power}
              isBusy={enable.isPending}
              onClick={() => enable.mutate({ params, body: { isEnabled: true }, ifMatch: String(endpoint.version) })}
            >
              {t('enable')}
            </Button>
          )}
        </>
      }
    >
      <Stack>
        <FormProblem error={enable.error} words={webhookWords(words)} />
        <Health endpoint={endpoint} />
        <TestEvent endpoint={endpoint} />
        <Card title={words('filters')}>
          <p className="mb-2 font-mono text-xs whitespace-pre-wrap break-all">
            {[...endpoint.filters, conditionsText(endpoint.conditions)].filter(Boolean).join('\n') ||
              words('everyEvent')}
          </p>
          <FilterTester filters={endpoint.filters} conditions={endpoint.conditions} />
        </Card>
        <Secrets endpoint={endpoint} onRotate={on.onRotate} />
        {endpoint.isEnabled && <Recovery endpoint={endpoint} />}
      </Stack>
    </Drawer>
  );
}

function Health({ endpoint }: { readonly endpoint: Endpoint }) {
  const t = useTexts(serviceTexts);
  const words = useTexts(eventTexts);
  const { isEnabled, disabledReason, failingSinceMs, nextProbeAtMs, retryDelaysSeconds } = endpoint;
  const reason = disabledReason === null ? words('disabled') : words(`disabled_${disabledReason}`);
  const isWell = isEnabled && failingSinceMs === null;
  return (
    <Card title={t('health')}>
      <div className="flex flex-col items-start gap-1 text-sm">
        <Badge tone={isWell ? 'ok' : 'warn'}>{isEnabled ? words('enabled') : words('disabled')}</Badge>
        <p>{isEnabled ? (isWell ? t('answersWell') : '') : reason}</p>
        {failingSinceMs !== null && <p>{t('failingSince', { when: formatDate(failingSinceMs, 'date-time') })}</p>}
        {nextProbeAtMs !== null && <p>{t('nextProbe', { when: formatDate(nextProbeAtMs, 'time') })}</p>}
        {endpoint.ordering !== 'none' && <p>{t(`ordering_${endpoint.ordering}`)}</p>}
        {endpoint.rateLimitPerSecond !== null && (
          <p>
            {t('rate')}: {endpoint.rateLimitPerSecond}
          </p>
        )}
        {retryDelaysSeconds && (
          <p>
            {t('retries')}: {retryDelaysSeconds.join(', ')}
          </p>
        )}
      </div>
    </Card>
  );
}

function TestEvent({ endpoint }: { readonly endpoint: Endpoint }) {
  const t = useTexts(serviceTexts);
  const words = useTexts(eventTexts);
  const [deliveryId, setDeliveryId] = useState<string | null>(null);
  const test = useApiMutation('POST /api/webhooks/endpoints/:endpointId/test-events', {
    refreshes: ['GET /api/webhooks/deliveries'],
    onDone: (sent) => setDeliveryId(sent.deliveryId),
  });
  const detail = useApi(
    'GET /api/webhooks/deliveries/:deliveryId',
    { params: { deliveryId: deliveryId ?? '' } },
    { enabled: deliveryId !== null, refetchIntervalMs: LOOK_MS },
  );
  const attempt = deliveryId === null ? undefined : detail.data?.attempts.at(-1);
  const isWaiting = deliveryId !== null && !attempt;
  return (
    <Card title={t('sendTest')}>
      <div className="flex flex-col items-start gap-2 text-sm">
        <Button
          icon={Send}
          disabled={!endpoint.isEnabled}
          isBusy={test.isPending || isWaiting}
          onClick={() => test.mutate({ params: { endpointId: endpoint.id } })}
        >
          {t('sendTest')}
        </Button>
        <div role="status">
          {isWaiting && t('testWaiting')}
          {attempt &&
            (detail.data?.delivery.state === 'delivered'
              ? t('testAnswered', {
                  answer: answerText(words, attempt),
                  duration: durationText(attempt.durationMs),
                })
              : t('testFailed', { answer: answerText(words, attempt) }))}
        </div>
        {attempt?.responseExcerpt && <code className="text-xs break-all">{attempt.responseExcerpt}</code>}
        <FormProblem error={test.error} words={webhookWords(words)} />
      </div>
    </Card>
  );
}

function Secrets({ endpoint, onRotate }: { readonly endpoint: Endpoint; readonly onRotate: () => void }) {
  const t = useTexts(serviceTexts);
  const expire = useApiMutation('DELETE /api/webhooks/endpoints/:endpointId/previous-secret', {
    refreshes: ['GET /api/webhooks/endpoints'],
    onDone: () => toast.done({ title: t('endedPrevious') }),
  });
  const [current, previous] = endpoint.secrets;
  const previousUntilMs = previous?.expiresAtMs ?? null;
  return (
    <Card
      title={t('secrets')}
      actions={
        <Button size="sm" icon={KeyRound} onClick={onRotate}>
          {t('rotate')}
        </Button>
      }
    >
      <div className="flex flex-col items-start gap-2 text-sm">
        {current && <p>{t('currentSecret', { when: formatDate(current.createdAtMs, 'date-time') })}</p>}
        {previousUntilMs !== null && (
          <>
            <p>{t('previousSecret', { when: formatDate(previousUntilMs, 'date-time') })}</p>
            <Button
              size="sm"
              isBusy={expire.isPending}
              onClick={() => expire.mutate({ params: { endpointId: endpoint.id } })}
            >
              {t('endPrevious')}
            </Button>
          </>
        )}
        {endpoint.publicKeys[0] && (
          <p>
            {t('publicKeys')}: <code className="text-xs break-all">{endpoint.publicKeys[0].publicKey}</code>
          </p>
        )}
        <FormProblem error={expire.error} />
      </div>
    </Card>
  );
}

function Recovery({ endpoint }: { readonly endpoint: Endpoint }) {
  const t = useTexts(serviceTexts);
  const [day, setDay] = useState('');
  const recover = useApiMutation('POST /api/webhooks/endpoints/:endpointId/recoveries', {
    refreshes: ['GET /api/webhooks/replays'],
    onDone: () => toast.done({ title: t('recoverStarted') }),
  });
  const words = {
    since_too_old: { title: t('problem_since_too_old'), detail: t('problem_since_too_old_detail') },
  };
  const sinceMs = new Date(`${day}T00:00`).getTime();
  return (
    <Card title={t('recover')}>
      <p className="mb-2 text-sm text-muted">{t('recoverDetail')}</p>
      <div className="flex flex-wrap items-end gap-3">
        <TextField label={t('recoverSince')} type="date" value={day} onChange={setDay} />
        <Button
          disabled={!Number.isFinite(sinceMs)}
          isBusy={recover.isPending}
          onClick={() => recover.mutate({ params: { endpointId: endpoint.id }, body: { sinceMs } })}
        >
          {t('recoverStart')}
        </Button>
      </div>
      <FormProblem error={recover.error} words={words} />
    </Card>
  );
}
