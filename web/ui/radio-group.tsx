/** One of a few with room to explain each; without explanations use `SegmentedControl`. */
import { useId } from 'react';
import type { Choice } from './select.tsx';

export function RadioGroup<Value extends string>({
  label,
  choices,
  value,
  onChange,
}: {
  readonly label: string;
  readonly choices: readonly Choice<Value>[];
  readonly value: Value;
  readonly onChange: (value: Value) => void;
}) {
  const name = useId();
  return (
    <fieldset className="min-w-0">
      <legend className="mb-2 text-sm font-medium">{label}</legend>
      <div className="flex flex-col gap-2">
        {choices.map((choice) => (
          <label key={choice.value} className="flex min-h-6 items-start gap-2 text-sm coarse:min-h-11">
            <input
              type="radio"
              name={name}
              checked={choice.value === value}
              onChange={() => onChange(choice.value)}
              className="m-0 mt-0.5 size-4 shrink-0 appearance-none rounded-full border border-line-strong bg-surface checked:border-5 checked:border-accent forced-colors:appearance-auto"
            />
            <span>
              <span className="block">{choice.label}</span>
              {choice.detail && <span className="block text-xs text-muted">{choice.detail}</span>}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
