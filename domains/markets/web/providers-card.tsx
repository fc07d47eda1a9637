/** How each source of prices fares, and in a demo the faults to try. */
import { type ApiOutput, useApi, useApiMutation } from '#web/api';
import { formatCount, formatDate, type Translate, useTexts } from '#web/i18n';
import { useCan } from '#web/shell';
import { Async, Card, RelativeTime, Select, StatusDot, toast, type Tone } from '#web/ui';
import { type MarketsKey, marketsTexts } from './markets-texts.ts';
import { type Provider, ProviderActions } from './provider-setup.tsx';
import { causeKey, providerTexts } from './provider-texts.ts';

type Providers = ApiOutput<'GET /api/markets/providers'>;

const REFRESH_MS = 5_000; // A test answers within seconds.
const TONES: Readonly<Record<Provider['state'], Tone>> = {
  closed: 'ok',
  half_open: 'warn',
  failing: 'warn',
  open: 'danger',
  unused: 'neutral',
  not_set_up: 'neutral',
};
const FAULTS = ['none', 'outage', 'stale', 'spike'] as const;

export function ProvidersCard() {
  const t = useTexts(marketsTexts);
  const canSetUp = useCan('markets.provider.write');
  const providers = useApi('GET /api/markets/providers', {}, { refetchIntervalMs: REFRESH_MS });
  return (
    <Card title={t('providers')} isFlush>
      <Async query={providers}>
        {(data) => (
          <>
            <ul>
              {data.items.map((provider) => (
                <ProviderRow key={provider.provider} provider={provider} canSetUp={canSetUp} />
              ))}
            </ul>
            <p className="border-t border-line px-4 py-3 text-xs text-muted">{fxText(t, data.newestFxDay)}</p>
            {data.priceSource === 'simulated' && <SimulatorFault fault={data.simulatorFault} />}
          </>
        )}
      </Async>
    </Card>
  );
}

function fxText(t: Translate<MarketsKey>, day: string | null): string {
  return day === null ? t('noFx') : t('newestFx', { day: formatDate(day, 'day') });
}

function ProviderRow({ provider, canSetUp }: { readonly provider: Provider; readonly canSetUp: boolean }) {
  const t = useTexts(providerTexts);
  const words = useTexts(marketsTexts);
  const { provider: name, state, newestPriceAtMs, lastSuccessAtMs } = provider;
  return (
    <li className="flex flex-wrap items-start gap-x-6 gap-y-2 border-t border-line px-4 py-3 text-sm">
      <div className="min-w-0 flex-1 basis-64">
        <p className="flex flex-wrap items-baseline gap-x-3">
          <span className="font-medium">{words(`provider_${name}`)}</span>
          <StatusDot tone={TONES[state]}>{t(`state_${state}`)}</StatusDot>
        </p>
        <p className="text-muted">{t(`use_${name}`)}</p>
        <ul className="mt-1 flex flex-wrap gap-x-4 text-xs text-muted">
          {lastSuccessAtMs !== null && (
            <li>
              {t('lastSuccess')} <RelativeTime atMs={lastSuccessAtMs} />
            </li>
          )}
          {newestPriceAtMs !== null && (
            <li>
              {t('newestPrice')} <RelativeTime atMs={newestPriceAtMs} />
            </li>
          )}
          {provider.keySource !== 'not_needed' && <li>{t(`key_${provider.keySource}`)}</li>}
          {provider.credits.map(({ window, usedCredits, limitCredits }) => (
            <li key={window}>
              {t(`credits_${window}`, {
                left: formatCount(limitCredits - usedCredits),
                limit: formatCount(limitCredits),
              })}
            </li>
          ))}
        </ul>
        <ProviderTroubles provider={provider} />
      </div>
      {canSetUp && <ProviderActions provider={provider} />}
    </li>
  );
}

/** Why it fails, until when it is left alone, and what the test said. */
function ProviderTroubles({ provider }: { readonly provider: Provider }) {
  const t = useTexts(providerTexts);
  const { state, lastFailureCode, lastFailureAtMs, openUntilMs, testOutcome } = provider;
  const hasFailed = ['open', 'half_open', 'failing'].includes(state) && lastFailureCode !== null;
  return (
    <div className="text-xs break-words">
      {hasFailed && (
        <p className="mt-1">
          {t('lastFailure')} {t(causeKey(lastFailureCode))} <RelativeTime atMs={lastFailureAtMs} />{' '}
          {state === 'open' && openUntilMs !== null && t('openUntil', { time: formatDate(openUntilMs, 'time') })}
        </p>
      )}
      {testOutcome !== null && (
        <p className="mt-1">
          {testOutcome === 'ok' ? t('test_ok') : t('test_failed', { cause: t(causeKey(testOutcome)) })}
        </p>
      )}
    </div>
  );
}

function SimulatorFault({ fault }: { readonly fault: Providers['simulatorFault'] }) {
  const t = useTexts(marketsTexts);
  const canBreak = useCan('markets.provider.write');
  const change = useApiMutation('PUT /api/markets/simulator/fault', {
    refreshes: ['GET /api/markets/providers', 'GET /api/markets/prices'],
    onProblem: (problem) => toast.problem(problem),
  });
  return (
    <div className="flex flex-col gap-3 border-t border-line px-4 py-3">
      <p className="text-sm text-muted">{t('simulatedNote')}</p>
      {canBreak && (
        <div className="sm:max-w-sm">
          <Select
            label={t('simulatorFault')}
            choices={FAULTS.map((value) => ({ value, label: t(`fault_${value}`) }))}
            value={fault}
            onChange={(chosen) => change.mutate({ body: { fault: chosen } })}
          />
        </div>
      )}
    </div>
  );
}
