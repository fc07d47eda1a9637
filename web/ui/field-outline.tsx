/** The shape of a closed control with its label, while the code that opens it arrives: nothing jumps when it does. */
import { CONTROL_CLASS } from './control-class.ts';
import type { FieldProps } from './field.tsx';
import { cx } from './cx.ts';

export function FieldOutline({ label, hint, error, isLabelHidden, text }: FieldProps & { readonly text: string }) {
  return (
    <div aria-hidden className="flex min-w-0 flex-col gap-1.5">
      <span className={cx('text-sm font-medium', isLabelHidden && 'sr-only')}>{label}</span>
      <span className={cx(CONTROL_CLASS, 'flex items-center')}>
        <span className="truncate">{text}</span>
      </span>
      {hint && !error && <span className="text-xs text-muted">{hint}</span>}
      {error && <span className="text-xs text-danger">{error}</span>}
    </div>
  );
}
