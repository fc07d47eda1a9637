/** The working half of a combobox, in a chunk of its own. */
import { Combobox as BaseCombobox } from '@base-ui/react/combobox';
import { Check, ChevronDown, X } from 'lucide-react';
import { matchesText, useTexts } from '#web/i18n';
import { cx } from './cx.ts';
import type { ComboboxProps } from './combobox.tsx';
import { CONTROL_CLASS } from './control-class.ts';
import { Field } from './field.tsx';
import { ITEM_CLASS, POPUP_CLASS } from './popup.ts';
import type { Choice } from './select.tsx';
import { uiTexts } from './ui-texts.ts';

export function ComboboxPopup<Value extends string>(props: ComboboxProps<Value>) {
  const { choices, value, onChange, placeholder, onType, ...field } = props;
  const t = useTexts(uiTexts);
  const chosen = choices.find((choice) => choice.value === value) ?? null;
  return (
    <Field {...field}>
      <BaseCombobox.Root
        items={choices}
        value={chosen}
        onValueChange={(choice: Choice<Value> | null) => onChange(choice?.value ?? null)}
        onInputValueChange={(typed: string) => onType?.(typed)}
        itemToStringLabel={(choice: Choice<Value>) => choice.label}
        isItemEqualToValue={(left: Choice<Value>, right: Choice<Value>) => left.value === right.value}
        filter={(choice: Choice<Value>, typed: string) =>
          onType !== undefined || matchesText(`${choice.label} ${choice.detail ?? ''}`, typed)
        }
      >
        <span className="relative flex">
          <BaseCombobox.Input placeholder={placeholder ?? t('choose')} className={cx(CONTROL_CLASS, 'pr-16')} />
          <span className="absolute inset-y-0 right-1 flex items-center text-muted">
            <BaseCombobox.Clear
              aria-label={t('clear')}
              className="flex size-7 items-center justify-center rounded-md hover:text-fg"
            >
              <X size={14} aria-hidden />
            </BaseCombobox.Clear>
            <BaseCombobox.Trigger
              aria-label={t('open')}
              className="flex size-7 items-center justify-center rounded-md hover:text-fg"
            >
              <ChevronDown size={16} aria-hidden />
            </BaseCombobox.Trigger>
          </span>
        </span>
        <BaseCombobox.Portal>
          <BaseCombobox.Positioner sideOffset={4} className="z-50 outline-none">
            <BaseCombobox.Popup className={cx(POPUP_CLASS, 'w-[var(--anchor-width)] max-w-[var(--available-width)]')}>
              <BaseCombobox.Empty>
                <div className="px-3 py-3 text-sm text-muted">{t('noMatches')}</div>
              </BaseCombobox.Empty>
              <BaseCombobox.List className="max-h-[min(22rem,var(--available-height))] overflow-y-auto overscroll-contain p-1 data-empty:p-0">
                {(choice: Choice<Value>) => <ComboboxItem key={choice.value} choice={choice} />}
              </BaseCombobox.List>
            </BaseCombobox.Popup>
          </BaseCombobox.Positioner>
        </BaseCombobox.Portal>
      </BaseCombobox.Root>
    </Field>
  );
}

function ComboboxItem({ choice }: { readonly choice: Choice }) {
  return (
    <BaseCombobox.Item value={choice} className={cx(ITEM_CLASS, 'grid grid-cols-[1fr_1rem] items-center gap-3')}>
      <span className="min-w-0">
        <span className="block truncate">{choice.label}</span>
        {choice.detail && <span className="block truncate text-xs text-muted">{choice.detail}</span>}
      </span>
      <BaseCombobox.ItemIndicator className="text-accent">
        <Check size={16} aria-hidden />
      </BaseCombobox.ItemIndicator>
    </BaseCombobox.Item>
  );
}
