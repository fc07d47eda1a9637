/** Choosing one of many by typing; accents and case do not matter. */
import { lazy, type ReactNode, Suspense } from 'react';
import { FieldOutline } from './field-outline.tsx';
import type { FieldProps } from './field.tsx';
import type { Choice } from './select.tsx';

export interface ComboboxProps<Value extends string> extends FieldProps {
  readonly choices: readonly Choice<Value>[];
  readonly value: Value | null;
  readonly onChange: (value: Value | null) => void;
  readonly placeholder?: string;
  /** For lists the server searches: hears each typed text; `choices` are then shown as they come. */
  readonly onType?: (typed: string) => void;
}

const ComboboxPopup = lazy(() =>
  import('./combobox-popup.tsx').then((module) => ({ default: module.ComboboxPopup })),
) as unknown as <Value extends string>(props: ComboboxProps<Value>) => ReactNode;

export function Combobox<Value extends string>(props: ComboboxProps<Value>) {
  const chosen = props.choices.find((choice) => choice.value === props.value)?.label;
  return (
    <Suspense fallback={<FieldOutline {...props} text={chosen ?? props.placeholder ?? ''} />}>
      <ComboboxPopup {...props} />
    </Suspense>
  );
}
