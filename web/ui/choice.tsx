/** Checkbox, switch and radio group. A switch acts at once; a checkbox waits for the form's button. */
import { Checkbox as BaseCheckbox } from '@base-ui/react/checkbox';
import { Radio } from '@base-ui/react/radio';
import { RadioGroup as BaseRadioGroup } from '@base-ui/react/radio-group';
import { Switch as BaseSwitch } from '@base-ui/react/switch';
import { Check, Minus } from 'lucide-react';
import { type ReactNode, useId } from 'react';
import type { Choice } from './select.tsx';

const BOX =
  'flex size-4 shrink-0 items-center justify-center border border-line-strong bg-surface data-checked:border-accent data-checked:bg-accent ' +
  'data-checked:text-accent-fg data-indeterminate:border-accent data-indeterminate:bg-accent data-indeterminate:text-accent-fg data-disabled:opacity-50';

export interface CheckboxProps {
  readonly label: ReactNode;
  readonly isChecked: boolean;
  readonly onChange: (isChecked: boolean) => void;
  readonly isPartly?: boolean;
  readonly isDisabled?: boolean;
  /** Only for tables, where the row says what it is. */
  readonly isLabelHidden?: boolean;
}

export function Checkbox({ label, isChecked, onChange, isPartly, isDisabled, isLabelHidden }: CheckboxProps) {
  return (
    <label className="inline-flex min-h-6 items-center gap-2 text-sm">
      <BaseCheckbox.Root
        checked={isChecked}
        onCheckedChange={(checked) => onChange(checked)}
        indeterminate={isPartly === true}
        disabled={isDisabled === true}
        className={`${BOX} rounded-sm`}
      >
        <BaseCheckbox.Indicator className="flex data-unchecked:hidden">
          {isPartly ? <Minus size={12} strokeWidth={3} aria-hidden /> : <Check size={12} strokeWidth={3} aria-hidden />}
        </BaseCheckbox.Indicator>
      </BaseCheckbox.Root>
      <span className={isLabelHidden ? 'sr-only' : undefined}>{label}</span>
    </label>
  );
}

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
  return (
    <label className="flex items-center justify-between gap-4 py-1 text-sm">
      <span>
        <span className="block font-medium">{label}</span>
        {detail && <span className="block text-xs text-muted">{detail}</span>}
      </span>
      <BaseSwitch.Root
        checked={isOn}
        onCheckedChange={(checked) => onChange(checked)}
        disabled={isDisabled === true}
        className="relative flex h-6 w-10 shrink-0 items-center rounded-full border border-line-strong bg-sunken px-0.5 transition-colors data-checked:border-accent data-checked:bg-accent data-disabled:opacity-50"
      >
        <BaseSwitch.Thumb className="size-4.5 rounded-full bg-line-strong transition-transform data-checked:translate-x-4 data-checked:bg-accent-fg" />
      </BaseSwitch.Root>
    </label>
  );
}

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
  const labelId = useId();
  return (
    <div>
      <div id={labelId} className="mb-2 text-sm font-medium">
        {label}
      </div>
      <BaseRadioGroup
        aria-labelledby={labelId}
        value={value}
        onValueChange={(chosen) => onChange(chosen)}
        className="flex flex-col gap-2"
      >
        {choices.map((choice) => (
          <label key={choice.value} className="flex min-h-6 items-start gap-2 text-sm">
            <Radio.Root value={choice.value} className={`${BOX} mt-0.5 rounded-full`}>
              <Radio.Indicator className="size-1.5 rounded-full bg-accent-fg data-unchecked:hidden" />
            </Radio.Root>
            <span>
              <span className="block">{choice.label}</span>
              {choice.detail && <span className="block text-xs text-muted">{choice.detail}</span>}
            </span>
          </label>
        ))}
      </BaseRadioGroup>
    </div>
  );
}
