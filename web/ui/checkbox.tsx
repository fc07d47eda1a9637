/** A checkbox waits for the form's button; what acts at once is a `Switch`. A native input below, so forms and readers know it. */
import { Check, Minus } from 'lucide-react';
import { type ReactNode, useEffect, useRef } from 'react';

export interface CheckboxProps {
  readonly label: ReactNode;
  readonly isChecked: boolean;
  readonly onChange: (isChecked: boolean) => void;
  /** Some of what it stands for is chosen. */
  readonly isPartly?: boolean;
  readonly isDisabled?: boolean;
  /** Only for tables, where the row says what it is. */
  readonly isLabelHidden?: boolean;
}

export function Checkbox({ label, isChecked, onChange, isPartly, isDisabled, isLabelHidden }: CheckboxProps) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (input.current) input.current.indeterminate = isPartly === true;
  }, [isPartly]);
  const Mark = isPartly ? Minus : Check;
  return (
    <label className="inline-flex min-h-6 items-center gap-2 text-sm coarse:min-h-11">
      <span className="relative flex size-4 shrink-0">
        <input
          ref={input}
          type="checkbox"
          checked={isChecked}
          disabled={isDisabled === true}
          onChange={(change) => onChange(change.target.checked)}
          className="peer m-0 size-4 appearance-none rounded-sm border border-line-strong bg-surface checked:border-accent checked:bg-accent indeterminate:border-accent indeterminate:bg-accent disabled:opacity-50 forced-colors:appearance-auto"
        />
        <Mark
          size={12}
          strokeWidth={3}
          aria-hidden
          className="pointer-events-none absolute inset-0 m-auto hidden text-accent-fg peer-checked:block peer-indeterminate:block forced-colors:!hidden"
        />
      </span>
      <span className={isLabelHidden ? 'sr-only' : undefined}>{label}</span>
    </label>
  );
}
