/** One of a few, all in sight: `1M 3M 1A`. Native radios below, so that arrows, forms and readers need no help from us. */
import { useId } from 'react';
import { cx } from './cx.ts';

export interface Segment<Value extends string = string> {
  readonly value: Value;
  readonly label: string;
}

export function SegmentedControl<Value extends string>({
  label,
  segments,
  value,
  onChange,
  isWide,
}: {
  readonly label: string;
  readonly segments: readonly Segment<Value>[];
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  readonly isWide?: boolean;
}) {
  const name = useId();
  return (
    <div
      role="radiogroup"
      aria-label={label}
      className={cx(
        'max-w-full gap-0.5 overflow-x-auto rounded-md border border-line bg-sunken p-0.5',
        isWide ? 'flex w-full' : 'inline-flex',
      )}
    >
      {segments.map((segment) => (
        <label
          key={segment.value}
          className={cx(
            'figures relative flex h-7 min-w-8 items-center justify-center rounded-sm border border-transparent px-2.5 text-xs font-medium whitespace-nowrap text-muted',
            'hover:text-fg has-checked:border-line has-checked:bg-surface has-checked:text-fg has-focus-visible:outline-2 has-focus-visible:outline-accent coarse:h-10 coarse:min-w-11',
            'forced-colors:has-checked:bg-[Highlight] forced-colors:has-checked:text-[HighlightText] forced-colors:has-checked:forced-color-adjust-none',
            isWide && 'flex-1',
          )}
        >
          <input
            type="radio"
            name={name}
            checked={segment.value === value}
            onChange={() => onChange(segment.value)}
            className="absolute inset-0 m-0 size-full cursor-pointer appearance-none rounded-sm outline-none"
          />
          {segment.label}
        </label>
      ))}
    </div>
  );
}
