/** How each source of prices fares, and in a demo the faults to try. */
import { type ApiOutput, useApi, useApiMutation } from '#web/api';
import { formatDate, type Translate, useTexts } from '#web/i18n';
import { useCan } from '#web/shell';
import { Async, Card, RelativeTime, Select, StatusDot, toast, type Tone } from '#web/ui';
import { type MarketsKey, marketsTexts } from './markets-texts.ts';

type Providers = ApiOutput<'GET /api/markets/providers'>;
type Provider = Providers['items'][number];

const REFRESH_MS = 30_000;
const TONES: Readonly<Record<Provider['state'], Tone>> = {
  closed: 'ok',
  half_open: 'warn',
  open: 'danger',
  unused: 'neutral',
};
const FAULTS = ['none', 'outage', 'stale', 'spike'] as const;

export function ProvidersCard() {
  const t = useTexts(marketsTexts);
  const providers = useApi('GET /api/markets/providers', {}, { refetchIntervalMs: REFRESH_MS });
  return (
    <Card title={t('providers')} isFlush>
      <Async query={providers}>
        {(data) => (
          <>
            <ul>
              {data.items.map((provider) => (
                <ProviderRow key={provider.provider} provider={provider} />
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

function ProviderRow({ provider }: { readonly provider: Provider }) {
  const t = useTexts(marketsTexts);
  const { provider: name, state, lastSuccessAtMs, lastFailure, lastFailureAtMs } = provider;
  const hasFailed = state !== 'closed' && lastFailure !== null;
  return (
    <li className="flex flex-wrap items-baseline gap-x-6 gap-y-1 border-t border-line px-4 py-3 text-sm">
      <span className="min-w-0 flex-1 basis-48">
        <span className="font-medium">{t(`provider_${name}`)}</span>{' '}
        <span className="text-muted">{t(`use_${name}`)}</span>
      </span>
      <StatusDot tone={TONES[state]}>{t(`providerState_${state}`)}</StatusDot>
      {lastSuccessAtMs !== null && (
        <span className="text-xs text-muted">
          {t('lastSuccess')} <RelativeTime atMs={lastSuccessAtMs} />
        </span>
      )}
      {hasFailed && (
        <span className="basis-full text-xs break-words text-muted">
          {t('lastFailure')} <RelativeTime atMs={lastFailureAtMs} />: {lastFailure}
        </span>
      )}
    </li>
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
