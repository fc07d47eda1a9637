/** Series of a line chart: periods, alignment and the figures of the tooltip. Charts are statistics, so values are floats. */
import { DAY_MS } from '#kernel';
import { formatAxis, formatMoney, formatPercent, formatQuantity } from '#web/i18n';

/** One point: epoch ms and value; null is a gap. */
export type Point = readonly [atMs: number, value: number | null];

export interface Series {
  readonly id: string;
  readonly label: string;
  readonly points: readonly Point[];
  /** What the others are measured against: drawn dashed. */
  readonly isBenchmark?: boolean;
}

/** Something that happened at a point of the time axis: money that came in or went out. */
export interface Marker {
  readonly atMs: number;
  readonly direction: 'in' | 'out';
  /** What the tooltip and a reader say. */
  readonly text: string;
}

export type ChartFigure =
  | { readonly kind: 'money'; readonly currency: string }
  | { readonly kind: 'percent' }
  | { readonly kind: 'number'; readonly unit?: string };

export const RANGES = ['1D', '1W', '1M', '3M', 'YTD', '1Y', 'all'] as const;
export type Range = (typeof RANGES)[number];

/** Series above six cannot be told apart: the caller folds them into "Otros". */
export const SERIES_MAX = 6;

/** First instant of a period that ends at the last point. */
export function rangeStartMs(range: Range, endMs: number): number {
  const date = new Date(endMs);
  if (range === 'all') return Number.NEGATIVE_INFINITY;
  if (range === '1D') return endMs - DAY_MS;
  if (range === '1W') return endMs - 7 * DAY_MS;
  if (range === 'YTD') return new Date(date.getFullYear(), 0, 1).getTime();
  const monthCount = { '1M': 1, '3M': 3, '1Y': 12 }[range];
  return new Date(date.getFullYear(), date.getMonth() - monthCount, date.getDate()).getTime();
}

/** The series cut to a period. */
export function cutToRange(series: readonly Series[], range: Range): readonly Series[] {
  const endMs = Math.max(...series.map((one) => one.points.at(-1)?.[0] ?? 0));
  const startMs = rangeStartMs(range, endMs);
  return series.map((one) => ({ ...one, points: one.points.filter(([atMs]) => atMs >= startMs) }));
}

/** Periods that the data can fill: a week of history offers no year. */
export function rangesFor(series: readonly Series[]): readonly Range[] {
  const starts = series.map((one) => one.points[0]?.[0] ?? Infinity);
  const ends = series.map((one) => one.points.at(-1)?.[0] ?? 0);
  const endMs = Math.max(...ends);
  const spanMs = endMs - Math.min(...starts);
  const longest = Math.max(...series.map((one) => one.points.length));
  const isDaily = longest > 1 && spanMs / (longest - 1) > DAY_MS / 2;
  return RANGES.filter((range, index) => {
    if (range === 'all') return true;
    if (isDaily && range === '1D') return false;
    const previous = RANGES[index - 1];
    const previousMs = previous === undefined ? 0 : endMs - rangeStartMs(previous, endMs);
    return spanMs > previousMs;
  });
}

export interface AlignedSeries {
  readonly atMs: readonly number[];
  readonly values: readonly (readonly (number | null)[])[];
}

/** One shared time axis for all series; a series without a point there has null. */
export function alignSeries(series: readonly Series[]): AlignedSeries {
  const instants = [...new Set(series.flatMap((one) => one.points.map(([atMs]) => atMs)))].toSorted(
    (left, right) => left - right,
  );
  const values = series.map((one) => {
    const byInstant = new Map(one.points);
    return instants.map((atMs) => byInstant.get(atMs) ?? null);
  });
  return { atMs: instants, values };
}

/** The exact-looking figure of the tooltip and the table. */
export function figureText(value: number | null, figure: ChartFigure): string {
  if (value === null) return '—';
  if (figure.kind === 'percent') return formatPercent(value);
  if (figure.kind === 'money') return formatMoney(value.toFixed(2), figure.currency);
  return formatQuantity(String(value), { digits: 4, ...(figure.unit ? { unit: figure.unit } : {}) });
}

/** Axis label; `stepSize` is the distance between two lines, so that neighbours never read the same. */
export function axisText(value: number, stepSize: number, figure: ChartFigure): string {
  if (figure.kind === 'percent')
    return formatPercent(value, { digits: stepSize >= 0.01 ? 0 : stepSize >= 0.001 ? 1 : 2 });
  const currency =
    figure.kind === 'money' ? { currency: figure.currency } : figure.unit ? { currency: figure.unit } : {};
  const isLarge = Math.abs(value) >= 1_000_000;
  const wanted = Math.ceil(-Math.log10(isLarge ? stepSize / 1_000_000 : stepSize) - 1e-9);
  const digits = Math.min(8, Math.max(isLarge ? 1 : 0, wanted));
  return formatAxis(value, { ...currency, digits });
}
