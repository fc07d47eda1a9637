/** Small charts as plain SVG: a sparkline beside a figure, a donut with its list. */
import type { ReactNode } from 'react';
import { formatPercent, useTexts } from '#web/i18n';
import { cx } from './cx.ts';
import { uiTexts } from './ui-texts.ts';

/** The shape of a series in a word's height; decoration beside its figure, so readers skip it. */
export function Sparkline({
  values,
  widthPx = 96,
  heightPx = 24,
}: {
  readonly values: readonly number[];
  readonly widthPx?: number;
  readonly heightPx?: number;
}) {
  if (values.length < 2) return <span aria-hidden className="inline-block" style={{ width: widthPx }} />;
  const low = Math.min(...values);
  const span = Math.max(...values) - low || 1;
  const points = values.map((value, index) => {
    const x = (index / (values.length - 1)) * (widthPx - 2) + 1;
    const y = heightPx - 2 - ((value - low) / span) * (heightPx - 4);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  const change = (values.at(-1) ?? 0) - (values[0] ?? 0);
  return (
    <svg
      width={widthPx}
      height={heightPx}
      aria-hidden
      className={cx('inline-block align-middle', change > 0 ? 'text-gain' : change < 0 ? 'text-loss' : 'text-muted')}
    >
      <polyline
        points={points.join(' ')}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinejoin="round"
        strokeLinecap="round"
      />
    </svg>
  );
}

export interface Slice {
  readonly id: string;
  readonly label: string;
  /** Share of the whole, 0 to 1. */
  readonly ratio: number;
  /** The exact figure, already drawn: `<Money …/>`. */
  readonly figure?: ReactNode;
}

const SLICES_MAX = 6;
const RADIUS = 42;
const ROUND = 2 * Math.PI * RADIUS;

/** Shares of a whole: the ring for the eye, the list for everybody. Above six the smallest become "Otros". */
export function Donut({
  slices,
  label,
  center,
}: {
  readonly slices: readonly Slice[];
  readonly label: string;
  readonly center?: ReactNode;
}) {
  const t = useTexts(uiTexts);
  const shown = foldSlices(slices, t('others'));
  return (
    <div className="flex flex-wrap items-center gap-x-6 gap-y-4">
      <div className="relative size-40 shrink-0">
        <svg viewBox="0 0 100 100" aria-hidden className="size-full -rotate-90">
          {shown.map((slice, index) => {
            const length = Math.max(slice.ratio * ROUND - 1.5, 0.5);
            const before = shown.slice(0, index).reduce((sum, one) => sum + one.ratio, 0);
            return (
              <circle
                key={slice.id}
                cx="50"
                cy="50"
                r={RADIUS}
                fill="none"
                stroke={colourOf(index)}
                strokeWidth="13"
                strokeDasharray={`${length} ${ROUND - length}`}
                strokeDashoffset={-before * ROUND}
              />
            );
          })}
        </svg>
        {center && (
          <div className="absolute inset-0 flex flex-col items-center justify-center text-center text-sm">{center}</div>
        )}
      </div>
      <ul aria-label={label} className="min-w-44 flex-1 text-sm">
        {shown.map((slice, index) => (
          <li key={slice.id} className="flex items-center gap-2 border-b border-line py-1.5 last:border-b-0">
            <svg width="10" height="10" aria-hidden className="shrink-0">
              <rect width="10" height="10" rx="2" fill={colourOf(index)} />
            </svg>
            <span className="min-w-0 flex-1 truncate">{slice.label}</span>
            {slice.figure && <span className="figures text-muted">{slice.figure}</span>}
            <span className="figures w-16 text-right font-medium">{formatPercent(slice.ratio, { digits: 1 })}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function colourOf(index: number): string {
  return index < SLICES_MAX ? `var(--series-${index + 1})` : 'var(--line-strong)';
}

function foldSlices(slices: readonly Slice[], othersLabel: string): readonly Slice[] {
  const ordered = slices.toSorted((left, right) => right.ratio - left.ratio);
  if (ordered.length <= SLICES_MAX + 1) return ordered;
  const ratio = ordered.slice(SLICES_MAX).reduce((sum, slice) => sum + slice.ratio, 0);
  return [...ordered.slice(0, SLICES_MAX), { id: 'others', label: othersLabel, ratio }];
}
