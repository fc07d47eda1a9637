/** Shows which recent events a filter would let through, and what kept the others out. */
import { FlaskConical } from 'lucide-react';
import { useApiMutation } from '#web/api';
import { useTexts } from '#web/i18n';
import { Button, DateText, FormProblem, StatusDot } from '#web/ui';
import type { Condition } from './conditions.ts';
import { serviceTexts } from './service-texts.ts';

const SHOWN_MAX = 8; // Enough to see the pattern; the count says the rest.

export function FilterTester({
  filters,
  conditions,
}: {
  readonly filters: readonly string[];
  readonly conditions: readonly Condition[];
}) {
  const t = useTexts(serviceTexts);
  const test = useApiMutation('POST /api/webhooks/filter-tests');
  const items = test.data?.items ?? [];
  return (
    <div className="flex flex-col gap-2">
      <div>
        <Button
          size="sm"
          icon={FlaskConical}
          isBusy={test.isPending}
          onClick={() => test.mutate({ body: { filters: [...filters], conditions: [...conditions] } })}
        >
          {t('tryFilter')}
        </Button>
      </div>
      <FormProblem error={test.error} />
      {test.data && (
        <p className="text-sm" role="status">
          {items.length === 0 ? t('tryNone') : t('tryResult', { matched: test.data.matchCount, total: items.length })}
        </p>
      )}
      {items.length > 0 && (
        <ul className="flex flex-col gap-1 text-xs">
          {items.slice(0, SHOWN_MAX).map((item) => (
            <li key={item.eventId} className="flex flex-wrap items-center gap-x-3">
              <DateText when={item.occurredAtMs} format="time" />
              <span className="min-w-0 break-all">{item.name}</span>
              <StatusDot tone={item.matches ? 'ok' : 'neutral'}>
                {item.unmet === null
                  ? t('passes')
                  : item.unmet === 'name'
                    ? t('blockedByName')
                    : t('blockedBy', { path: item.unmet })}
              </StatusDot>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
