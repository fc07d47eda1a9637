/** What is stored of one instrument: days, gaps, splits and dividends; what is missing can be asked for. */
import type { ReactNode } from 'react';
import { type ApiOutput, useApi, useApiMutation } from '#web/api';
import { formatCount, formatDate, formatPrice, formatQuantity, useTexts } from '#web/i18n';
import { useCan } from '#web/shell';
import { Async, Button, Dialog, toast } from '#web/ui';
import { historyTexts } from './history-texts.ts';
import type { Instrument } from './instrument-field.tsx';

type History = ApiOutput<'GET /api/markets/instruments/:instrumentId/history'>;
const LISTED_MAX = 8; // What fits a dialog; the rest is counted.

export function HistoryDialog({
  instrument,
  onClose,
}: {
  readonly instrument: Instrument;
  readonly onClose: () => void;
}) {
  const t = useTexts(historyTexts);
  const params = { instrumentId: instrument.id };
  const history = useApi('GET /api/markets/instruments/:instrumentId/history', { params });
  const canFill = useCan('markets.price.write');
  const fill = useFill();
  const hasGaps = (history.data?.gaps.length ?? 0) > 0;
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t('historyTitle', { name: instrument.name })}
      description={t('historyDetail')}
      footer={
        <>
          <Button onClick={onClose}>{t('close')}</Button>
          {canFill && hasGaps && (
            <Button
              kind="primary"
              isBusy={fill.isPending}
              onClick={() => fill.mutate({ body: { instrumentId: instrument.id } })}
            >
              {t('fill')}
            </Button>
          )}
        </>
      }
    >
      <Async query={history}>{(data) => <HistoryFacts history={data} />}</Async>
    </Dialog>
  );
}

/** Asks for the missing days; the job tells the rest. */
export function useFill() {
  const t = useTexts(historyTexts);
  return useApiMutation('POST /api/markets/history-gaps/fillings', {
    refreshes: ['GET /api/markets/history-gaps', 'GET /api/jobs'],
    onDone: () => toast.done({ title: t('filling') }),
    onProblem: toast.problem,
  });
}

function HistoryFacts({ history }: { readonly history: History }) {
  const t = useTexts(historyTexts);
  const { since, gaps, splits, dividends } = history;
  const missing = gaps.reduce((sum, { dayCount }) => sum + dayCount, 0);
  return (
    <div className="flex flex-col gap-4 text-sm">
      <dl className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 gap-y-1">
        <Fact label={t('calendar')}>{t(`calendar_${history.calendar}`)}</Fact>
        <Fact label={t('stored')}>{formatCount(history.storedCount)}</Fact>
        {since && <Fact label={t('expected', { since: formatDate(since) })}>{formatCount(history.expectedCount)}</Fact>}
        <Fact label={t('missing')}>{formatCount(missing)}</Fact>
        <Fact label={t('empty')}>{formatCount(history.emptyCount)}</Fact>
      </dl>
      <Listed
        title={t('gaps')}
        none={t(since ? 'noGaps' : 'notWatched')}
        rows={gaps.toReversed().map(({ from, to, dayCount: count }) => {
          const named = { from: formatDate(from), to: formatDate(to), count };
          return count === 1 ? t('gapDay', named) : t('gapRange', named);
        })}
      />
      <Listed
        title={t('splits')}
        none={t('none')}
        rows={splits.map(({ on, ratio }) => t('splitRow', { day: formatDate(on), ratio: formatQuantity(ratio) }))}
      />
      <Listed
        title={t('dividends')}
        none={t('none')}
        rows={dividends.map(({ exDate, amount, currency }) => {
          return t('dividendRow', { day: formatDate(exDate), amount: formatPrice(amount, currency) });
        })}
      />
    </div>
  );
}

function Fact({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{label}</dt>
      <dd className="text-right">{children}</dd>
    </>
  );
}

function Listed({
  title,
  rows,
  none,
}: {
  readonly title: string;
  readonly rows: readonly string[];
  readonly none: string;
}) {
  const t = useTexts(historyTexts);
  return (
    <section>
      <h3 className="font-medium">{title}</h3>
      {rows.length === 0 && <p className="text-muted">{none}</p>}
      <ul>
        {rows.slice(0, LISTED_MAX).map((row) => (
          <li key={row}>{row}</li>
        ))}
        {rows.length > LISTED_MAX && (
          <li className="text-muted">{t('moreGaps', { count: rows.length - LISTED_MAX })}</li>
        )}
      </ul>
    </section>
  );
}
