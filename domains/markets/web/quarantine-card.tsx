/** Prices that were refused as absurd: a person says whether they are right. */
import { useApi, useApiMutation } from '#web/api';
import { formatPrice, UNKNOWN_TEXT, useTexts } from '#web/i18n';
import { useCan } from '#web/shell';
import { Button, Card, toast } from '#web/ui';
import { labelOf } from './instrument-field.tsx';
import { marketsTexts } from './markets-texts.ts';

const REFRESHES = ['GET /api/markets/quarantine', 'GET /api/markets/prices', 'GET /api/markets/providers'] as const;

export function QuarantineCard() {
  const t = useTexts(marketsTexts);
  const canSettle = useCan('markets.price.write');
  const waiting = useApi('GET /api/markets/quarantine');
  const settle = useApiMutation('POST /api/markets/quarantine/:instrumentId/settlement', {
    refreshes: REFRESHES,
    onProblem: (problem) => toast.problem(problem),
  });
  const decide = (instrumentId: string, decision: 'accept' | 'discard'): void => {
    const onSuccess = (): void => toast.done({ title: t(decision === 'accept' ? 'accepted' : 'discarded') });
    settle.mutate({ params: { instrumentId }, body: { decision } }, { onSuccess });
  };
  const items = waiting.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <Card title={t('quarantine')} aside={t('quarantineDetail')} isFlush>
      <ul>
        {items.map(({ instrument, price, currency, reason, referencePrice, other }) => (
          <li
            key={instrument.id}
            className="flex flex-wrap items-center gap-x-4 gap-y-2 border-t border-line px-4 py-3"
          >
            <p className="min-w-0 flex-1 basis-64 text-sm">
              <span className="font-medium">{labelOf(instrument)}</span>{' '}
              <span className="text-muted">
                {t('quarantineRow', {
                  price: formatPrice(price, currency),
                  reason: t(`doubt_${reason}`),
                  reference: referencePrice === null ? UNKNOWN_TEXT : formatPrice(referencePrice, currency),
                })}{' '}
                {other &&
                  t('quarantineOther', {
                    name: t(`provider_${other.provider}`),
                    price: formatPrice(other.price, currency),
                  })}
              </span>
            </p>
            {canSettle && (
              <span className="flex gap-2">
                <Button size="sm" isBusy={settle.isPending} onClick={() => decide(instrument.id, 'accept')}>
                  {t('accept')}
                </Button>
                <Button size="sm" kind="ghost" onClick={() => decide(instrument.id, 'discard')}>
                  {t('discard')}
                </Button>
              </span>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}
