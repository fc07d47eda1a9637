/** Instruments whose history lacks days: said only when there are any, with one press to ask for all of them. */
import { useApi } from '#web/api';
import { formatDate, useTexts } from '#web/i18n';
import { useCan } from '#web/shell';
import { Button, Card } from '#web/ui';
import { useFill } from './history-dialog.tsx';
import { historyTexts } from './history-texts.ts';
import { labelOf } from './instrument-field.tsx';

const ROWS_MAX = 6; // The worst; the rest is filled with them.

export function HistoryGapsCard() {
  const t = useTexts(historyTexts);
  const gaps = useApi('GET /api/markets/history-gaps');
  const canFill = useCan('markets.price.write');
  const fill = useFill();
  const items = gaps.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <Card
      title={t('gapsTitle', { count: items.length })}
      actions={
        canFill && (
          <Button isBusy={fill.isPending} onClick={() => fill.mutate({ body: {} })}>
            {t('fillAll')}
          </Button>
        )
      }
    >
      <p className="text-sm text-muted">{t('gapsDetail')}</p>
      <ul className="mt-2 text-sm">
        {items.slice(0, ROWS_MAX).map(({ instrument, missingCount: count, firstMissing, lastMissing }) => (
          <li key={instrument.id}>
            {t('gapRow', {
              name: labelOf(instrument),
              count,
              from: formatDate(firstMissing ?? ''),
              to: formatDate(lastMissing ?? ''),
            })}
          </li>
        ))}
        {items.length > ROWS_MAX && <li className="text-muted">{t('moreGaps', { count: items.length - ROWS_MAX })}</li>}
      </ul>
    </Card>
  );
}
