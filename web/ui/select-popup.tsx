/** The working half of a select, in a chunk of its own. */
import { Select as BaseSelect } from '@base-ui/react/select';
import { Check, ChevronDown } from 'lucide-react';
import { useTexts } from '#web/i18n';
import { cx } from './cx.ts';
import { CONTROL_CLASS } from './control-class.ts';
import { Field } from './field.tsx';
import { ITEM_CLASS, POPUP_CLASS } from './popup.ts';
import type { Choice, SelectProps } from './select.tsx';
import { uiTexts } from './ui-texts.ts';

export function SelectPopup<Value extends string>({
  choices,
  value,
  onChange,
  placeholder,
  ...field
}: SelectProps<Value>) {
  const t = useTexts(uiTexts);
  return (
    <Field {...field}>
      <BaseSelect.Root
        items={choices.map((choice) => ({ value: choice.value, label: choice.label }))}
        value={value}
        onValueChange={(chosen: Value | null) => {
          if (chosen !== null) onChange(chosen);
        }}
      >
        <BaseSelect.Trigger className={cx(CONTROL_CLASS, 'flex items-center justify-between gap-2 text-left')}>
          <BaseSelect.Value className="truncate data-placeholder:text-faint" placeholder={placeholder ?? t('choose')} />
          <BaseSelect.Icon className="text-muted">
            <ChevronDown size={16} aria-hidden />
          </BaseSelect.Icon>
        </BaseSelect.Trigger>
        <BaseSelect.Portal>
          <BaseSelect.Positioner sideOffset={4} alignItemWithTrigger={false} className="z-50 outline-none">
            <BaseSelect.Popup className={cx(POPUP_CLASS, 'min-w-[var(--anchor-width)]')}>
              <BaseSelect.List className="max-h-[min(22rem,var(--available-height))] overflow-y-auto p-1">
                {choices.map((choice) => (
                  <SelectItem key={choice.value} choice={choice} />
                ))}
              </BaseSelect.List>
            </BaseSelect.Popup>
          </BaseSelect.Positioner>
        </BaseSelect.Portal>
      </BaseSelect.Root>
    </Field>
  );
}

function SelectItem({ choice }: { readonly choice: Choice }) {
  return (
    <BaseSelect.Item value={choice.value} className={cx(ITEM_CLASS, 'grid grid-cols-[1fr_1rem] items-center gap-3')}>
      <span className="min-w-0">
        <BaseSelect.ItemText className="block truncate">{choice.label}</BaseSelect.ItemText>
        {choice.detail && <span className="block text-xs text-muted">{choice.detail}</span>}
      </span>
      <BaseSelect.ItemIndicator className="text-accent">
        <Check size={16} aria-hidden />
      </BaseSelect.ItemIndicator>
    </BaseSelect.Item>
  );
}
