/** A switch acts at once. A native checkbox with the switch role, so that keys and readers need no help from us. */
import { type ReactNode, useId } from 'react';

export function Switch({
  label,
  detail,
  isOn,
  onChange,
  isDisabled,
}: {
  readonly label: string;
  readonly detail?: ReactNode;
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
  readonly isDisabled?: boolean;
}) {
  const detailId = useId();
  return (
    <label className="flex items-center justify-between gap-4 py-1 text-sm coarse:min-h-11">
      <span>
        <span className="block font-medium">{label}</span>
        {detail && (
          <span id={detailId} className="block text-xs text-muted">
            {detail}
          </span>
        )}
      </span>
      <span className="relative flex h-6 w-10 shrink-0">
        <input
          type="checkbox"
          role="switch"
          aria-label={label}
          aria-describedby={detail ? detailId : undefined}
          checked={isOn}
          aria-checked={isOn}
          disabled={isDisabled === true}
          onChange={(change) => onChange(change.target.checked)}
          className="peer m-0 size-full appearance-none rounded-full border border-line-strong bg-sunken transition-colors checked:border-accent checked:bg-accent disabled:opacity-50 forced-colors:checked:bg-[Highlight]"
        />
        <span
          aria-hidden
          className="pointer-events-none absolute top-1 left-1 size-4 rounded-full bg-line-strong transition-transform peer-checked:translate-x-4 peer-checked:bg-accent-fg forced-colors:!bg-[ButtonText] forced-colors:peer-checked:!bg-[HighlightText]"
        />
      </span>
    </label>
  );
}
