/**
 * Line chart: several series, dashed benchmark, periods, tooltip, keyboard cursor and "Ver como tabla". The canvas says nothing to a
 * screen reader, so the summary, the live value and the table do.
 */
import { ChartLine, Table2 } from 'lucide-react';
import { type KeyboardEvent, lazy, type ReactNode, Suspense, useMemo, useState } from 'react';
import { formatDate, useTexts } from '#web/i18n';
import { usePreferences } from '#web/preferences';
import { IconButton } from './button.tsx';
import {
  type AlignedSeries,
  alignSeries,
  type ChartFigure,
  cutToRange,
  figureText,
  type Marker,
  type Range,
  rangesFor,
  type Series,
  SERIES_MAX,
} from './chart-series.ts';
import { cx } from './cx.ts';
import { EmptyState } from './states.tsx';
import { Card } from './surface.tsx';
import { SegmentedControl } from './segmented-control.tsx';
import { uiTexts } from './ui-texts.ts';

const Plot = lazy(() => import('./plot.tsx').then((module) => ({ default: module.Plot })));
const ChartTable = lazy(() => import('./chart-table.tsx').then((module) => ({ default: module.ChartTable })));

export interface LineChartProps {
  readonly title: string;
  readonly series: readonly Series[];
  readonly figure: ChartFigure;
  readonly heightPx?: number;
  /** Controlled period, when the server cuts the data; left out, the chart cuts what it has. */
  readonly range?: Range;
  readonly onRange?: (range: Range) => void;
  /** Periods to offer when the caller knows better than the points; none shows no choice. */
  readonly ranges?: readonly Range[];
  /** What happened at points of the axis, drawn at the foot of the plot. */
  readonly markers?: readonly Marker[];
  readonly actions?: ReactNode;
  /** Under the title: what the figures are, since when. */
  readonly note?: ReactNode;
}

interface SeriesStyle {
  readonly colour: string;
  readonly isDashed: boolean;
}

const NO_MARKERS: readonly Marker[] = [];

export function LineChart(props: LineChartProps) {
  const { title, series, figure, heightPx = 300, range, onRange, actions, note, markers = NO_MARKERS } = props;
  const t = useTexts(uiTexts);
  const [ownRange, setOwnRange] = useState<Range>('all');
  const [isTable, setTable] = useState(false);
  const shown = useMemo(
    () => (range === undefined ? cutToRange(series, ownRange) : series).slice(0, SERIES_MAX),
    [series, range, ownRange],
  );
  const ranges = useMemo(() => props.ranges ?? rangesFor(series), [props.ranges, series]);
  const styles = useMemo(
    () => shown.map((one, index) => ({ colour: `--series-${index + 1}`, isDashed: one.isBenchmark === true })),
    [shown],
  );
  const data = useMemo(() => alignSeries(shown), [shown]);
  const names = {
    all: t('rangeAll'),
    '1D': t('range1D'),
    '1W': t('range1W'),
    '1M': t('range1M'),
    '3M': t('range3M'),
    YTD: t('rangeYTD'),
    '1Y': t('range1Y'),
  };
  return (
    <Card
      title={title}
      aside={<Legend series={shown} styles={styles} note={note} />}
      actions={
        <>
          {actions}
          {ranges.length > 1 && (
            <SegmentedControl
              label={`${t('range')}: ${title}`}
              segments={ranges.map((value) => ({ value, label: names[value] }))}
              value={range ?? ownRange}
              onChange={onRange ?? setOwnRange}
            />
          )}
          <IconButton
            icon={isTable ? ChartLine : Table2}
            label={isTable ? t('seeChart') : t('seeTable')}
            onClick={() => setTable(!isTable)}
          />
        </>
      }
    >
      {data.atMs.length < 2 ? (
        <EmptyState icon={ChartLine} title={t('noSeries')} />
      ) : (
        <Suspense fallback={<div style={{ height: heightPx }} />}>
          {isTable ? (
            <ChartTable title={title} series={shown} data={data} figure={figure} />
          ) : (
            <PlotArea
              title={title}
              series={shown}
              styles={styles}
              data={data}
              figure={figure}
              heightPx={heightPx}
              markers={markers}
            />
          )}
        </Suspense>
      )}
    </Card>
  );
}

function Legend({
  series,
  styles,
  note,
}: {
  readonly series: readonly Series[];
  readonly styles: readonly SeriesStyle[];
  readonly note: ReactNode;
}) {
  return (
    <>
      {series.length > 1 &&
        series.map((one, index) => (
          <span key={one.id} className="inline-flex items-center gap-1.5">
            <Swatch style={styles[index]} />
            {one.label}
          </span>
        ))}
      {note}
    </>
  );
}

function Swatch({ style }: { readonly style: SeriesStyle | undefined }) {
  return (
    <svg width="16" height="8" aria-hidden className="shrink-0">
      <line
        x1="0"
        x2="16"
        y1="4"
        y2="4"
        strokeWidth="2"
        stroke={`var(${style?.colour ?? '--series-1'})`}
        strokeDasharray={style?.isDashed ? '5 3' : undefined}
      />
    </svg>
  );
}

interface PlotAreaProps {
  readonly title: string;
  readonly series: readonly Series[];
  readonly styles: readonly SeriesStyle[];
  readonly data: AlignedSeries;
  readonly figure: ChartFigure;
  readonly heightPx: number;
  readonly markers: readonly Marker[];
}

function PlotArea({ title, series, styles, data, figure, heightPx, markers }: PlotAreaProps) {
  const t = useTexts(uiTexts);
  usePreferences();
  const [cursor, setCursor] = useState<{ readonly index: number; readonly leftPx: number } | null>(null);
  const [typedIndex, setTypedIndex] = useState<number | null>(null);
  const last = data.atMs.length - 1;
  const onKeyDown = (press: KeyboardEvent) => {
    const from = cursor?.index ?? last + 1;
    const steps: Record<string, number> = {
      ArrowLeft: from - 1,
      ArrowRight: from + 1,
      PageUp: from - 10,
      PageDown: from + 10,
      Home: 0,
      End: last,
    };
    const index = steps[press.key];
    if (index === undefined) return;
    press.preventDefault();
    setTypedIndex(Math.max(0, Math.min(last, index)));
  };
  const shownIndex = cursor?.index ?? last;
  const valueLines = series.map(
    (one, line) => `${one.label}: ${figureText(data.values[line]?.[shownIndex] ?? null, figure)}`,
  );
  const happened = markers.filter(({ atMs }) => atMs === data.atMs[shownIndex]).map(({ text }) => text);
  return (
    <div
      role="slider"
      aria-label={`${title}. ${summaryOf(series, data, figure)} ${t('chartKeys')}`}
      aria-orientation="horizontal"
      aria-valuemin={0}
      aria-valuemax={last}
      aria-valuenow={shownIndex}
      aria-valuetext={`${formatDate(data.atMs[shownIndex])}. ${[...valueLines, ...happened].join('. ')}`}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onBlur={() => setTypedIndex(null)}
      className="relative rounded-md outline-offset-4"
      data-money={figure.kind === 'money' ? '' : undefined}
    >
      <Plot
        data={data}
        styles={styles}
        figure={figure}
        heightPx={heightPx}
        hasArea={series.length === 1}
        onCursor={setCursor}
        cursorIndex={typedIndex}
        markers={markers}
      />
      {cursor && (
        <ChartTip cursor={cursor} series={series} styles={styles} data={data} figure={figure} happened={happened} />
      )}
    </div>
  );
}

function summaryOf(series: readonly Series[], data: AlignedSeries, figure: ChartFigure): string {
  const parts = series.map((one, line) => {
    const values = (data.values[line] ?? []).filter((value) => value !== null);
    return `${one.label}: ${figureText(values[0] ?? null, figure)} → ${figureText(values.at(-1) ?? null, figure)}.`;
  });
  return `${formatDate(data.atMs[0])} – ${formatDate(data.atMs.at(-1))}. ${parts.join(' ')}`;
}

function ChartTip({
  cursor,
  series,
  styles,
  data,
  figure,
  happened,
}: Pick<PlotAreaProps, 'series' | 'styles' | 'data' | 'figure'> & {
  readonly happened: readonly string[];
  readonly cursor: { readonly index: number; readonly leftPx: number };
}) {
  const atMs = data.atMs[cursor.index];
  const isIntraday = (data.atMs[1] ?? 0) - (data.atMs[0] ?? 0) < 3_600_000 * 20;
  const isLate = cursor.index > data.atMs.length / 2;
  return (
    <div
      aria-hidden
      className={cx(
        'pointer-events-none absolute top-2 z-10 rounded-md border border-line bg-surface px-3 py-2 text-xs shadow-overlay',
        isLate ? '-translate-x-[calc(100%+12px)]' : 'translate-x-3',
      )}
      style={{ left: cursor.leftPx }}
    >
      <div className="mb-1 text-muted">{formatDate(atMs, isIntraday ? 'date-time' : 'day')}</div>
      {series.map((one, line) => (
        <div key={one.id} className="flex items-center gap-2 leading-5 whitespace-nowrap">
          <Swatch style={styles[line]} />
          <span className="text-muted">{one.label}</span>
          <span className="figures ml-auto pl-4 font-medium">
            {figureText(data.values[line]?.[cursor.index] ?? null, figure)}
          </span>
        </div>
      ))}
      {happened.map((text) => (
        <div key={text} data-money="" className="figures leading-5 whitespace-nowrap">
          {text}
        </div>
      ))}
    </div>
  );
}
