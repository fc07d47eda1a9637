/** What the alert that is being written would have done: a sentence, the line of closes with its firings, and their days. */
import { useMemo } from 'react';
import { type ApiOutput, useApi } from '#web/api';
import { formatDate, formatPrice, formatQuantity, useTexts } from '#web/i18n';
import { FormProblem, LineChart, type Marker } from '#web/ui';
import { alertBacktestTexts } from './alert-backtest-texts.ts';
import { type AlertDraft, isVolumeRule } from './alert-terms.ts';
import { marketsTexts } from './markets-texts.ts';
import { marketsWords } from './problem-words.ts';

type Report = ApiOutput<'GET /api/markets/alert-backtest'>;

const OFTEN_PER_YEAR = 52; // More than one a week is noise to most people.
const DAYS_SHOWN_MAX = 12; // The newest; the chart shows them all.
const CHART_PX = 180;

/** Asks again whenever a term changes; the last answer stays on screen meanwhile. */
export function AlertBacktest({ draft, instrumentId }: { readonly draft: AlertDraft; readonly instrumentId: string }) {
  const t = useTexts(alertBacktestTexts);
  const words = useTexts(marketsTexts);
  const { condition, threshold, repeat, hysteresisPercent, referencePrice, windowDays } = draft;
  const query = {
    instrumentId,
    condition,
    threshold: threshold ?? '',
    repeat,
    ...(repeat === 'rearming' && hysteresisPercent ? { hysteresisPercent } : {}),
    ...(condition.startsWith('percent') && referencePrice ? { referencePrice } : {}),
    ...(condition === 'drawdown' && windowDays ? { windowDays } : {}),
  };
  const report = useApi('GET /api/markets/alert-backtest', { query }, { keepsPrevious: true });
  if (report.error) return <FormProblem error={report.error} words={marketsWords(words)} />;
  if (!report.data) return <p className="text-sm text-muted">{t('looking')}</p>;
  return <BacktestReport report={report.data} draft={draft} />;
}

function BacktestReport({ report, draft }: { readonly report: Report; readonly draft: AlertDraft }) {
  const t = useTexts(alertBacktestTexts);
  const isVolume = isVolumeRule(draft.condition);
  const { currency, crossings } = report;
  const figureOf = useMemo(
    () =>
      ({ price, volume }: Report['crossings'][number]): string =>
        isVolume ? formatQuantity(volume) : formatPrice(price, currency),
    [isVolume, currency],
  );
  const fired = useMemo(() => crossings.filter(({ hasFired }) => hasFired), [crossings]);
  const series = useMemo(
    () => [
      {
        id: 'history',
        label: t(isVolume ? 'volume' : 'close'),
        points: report.points.map(([on, figure]) => [atMsOf(on), Number(figure)] as const),
      },
    ],
    [report.points, isVolume, t],
  );
  const markers = useMemo(
    (): Marker[] =>
      crossings.map((crossing) => ({
        atMs: atMsOf(crossing.on),
        direction: crossing.hasFired ? 'in' : 'out',
        text: t('crossing', { day: formatDate(crossing.on), figure: figureOf(crossing) }),
      })),
    [crossings, figureOf, t],
  );
  if (report.missing !== null)
    return <p className="text-sm text-muted">{t(missingKey(report.missing), { days: report.dayCount })}</p>;
  return (
    <div className="flex flex-col gap-3">
      <p className="text-sm" role="status">
        {sentenceOf(t, report)} {isNoisy(report) && t('many')}
      </p>
      <LineChart
        title={t('title')}
        series={series}
        figure={isVolume ? { kind: 'number' } : { kind: 'money', currency }}
        heightPx={CHART_PX}
        markers={markers}
        note={t('basis', { days: report.dayCount })}
      />
      {fired.length > 0 && (
        <p className="text-xs text-muted">
          {t('days')}:{' '}
          {fired
            .slice(-DAYS_SHOWN_MAX)
            .toReversed()
            .map(({ on }) => formatDate(on))
            .join(' · ')}
        </p>
      )}
    </div>
  );
}

type Translate = ReturnType<typeof useTexts<keyof (typeof alertBacktestTexts)['es']>>;

function sentenceOf(t: Translate, { crossings, crossingCount, firingCount, from, years }: Report): string {
  const since = formatDate(from ?? '');
  if (crossingCount === 0) return t('never', { from: since });
  const byYear = years.map(({ year, crossingCount: count }) => t('year', { count, year: String(year) })).join(', ');
  const told = { count: crossingCount, from: since, years: byYear };
  // One that is off after its first has crossings that it would not have told.
  if (firingCount === crossingCount) return t('rearming', told);
  return t('once', { ...told, first: formatDate(crossings.find(({ hasFired }) => hasFired)?.on ?? '') });
}

function isNoisy({ firingCount, dayCount }: Report): boolean {
  return firingCount > Math.max(1, dayCount / 365) * OFTEN_PER_YEAR;
}

function missingKey(missing: NonNullable<Report['missing']>): 'noHistory' | 'noVolume' | 'tooShort' {
  return ({ no_history: 'noHistory', no_volume: 'noVolume', too_short: 'tooShort' } as const)[missing];
}

function atMsOf(day: string): number {
  return Date.parse(`${day}T12:00:00Z`);
}
