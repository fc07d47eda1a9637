/** Where a part stands in its band, before and after: a picture of figures that stand beside it. */

const WIDTH = 100;

interface BandBarProps {
  readonly targetRatio: number;
  readonly lowerRatio: number;
  readonly upperRatio: number;
  readonly beforeRatio: number | null;
  readonly afterRatio: number | null;
}

export function BandBar({ targetRatio, lowerRatio, upperRatio, beforeRatio, afterRatio }: BandBarProps) {
  const largest = Math.max(upperRatio, beforeRatio ?? 0, afterRatio ?? 0, 0.01);
  const at = (ratio: number): number => (Math.max(0, ratio) / largest) * (WIDTH - 4) + 2;
  return (
    <svg viewBox={`0 0 ${WIDTH} 12`} className="h-4 w-full min-w-28" aria-hidden>
      <rect x="0" y="5" width={WIDTH} height="2" rx="1" className="fill-line" />
      <rect
        x={at(lowerRatio)}
        y="3"
        width={Math.max(0.5, at(upperRatio) - at(lowerRatio))}
        height="6"
        rx="1"
        className="fill-accent-soft"
      />
      <rect x={at(targetRatio) - 0.4} y="1" width="0.8" height="10" className="fill-muted" />
      {beforeRatio !== null && (
        <circle cx={at(beforeRatio)} cy="6" r="1.8" className="fill-surface stroke-fg" strokeWidth="0.8" />
      )}
      {afterRatio !== null && <circle cx={at(afterRatio)} cy="6" r="1.8" className="fill-accent" />}
    </svg>
  );
}
