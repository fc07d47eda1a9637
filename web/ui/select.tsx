/** Choosing one of a short, known list. Above about ten entries use `Combobox`, which can be typed into. */
import { lazy, type ReactNode, Suspense } from 'react';
import type { FieldProps } from './field.tsx';
import { FieldOutline } from './field-outline.tsx';

export interface Choice<Value extends string = string> {
  readonly value: Value;
  readonly label: string;
  /** Second line in lists. */
  readonly detail?: string;
}

export interface SelectProps<Value extends string> extends FieldProps {
  readonly choices: readonly Choice<Value>[];
  readonly value: Value | null;
  readonly onChange: (value: Value) => void;
  readonly placeholder?: string;
}

// Positioning code is heavier than most pages: until it is here, the closed control stands in its place.
const SelectPopup = lazy(() =>
  import('./select-popup.tsx').then((module) => ({ default: module.SelectPopup })),
) as unknown as <Value extends string>(props: SelectProps<Value>) => ReactNode;

export function Select<Value extends string>(props: SelectProps<Value>) {
  const chosen = props.choices.find((choice) => choice.value === props.value)?.label;
  return (
    <Suspense fallback={<FieldOutline {...props} text={chosen ?? props.placeholder ?? ''} />}>
      <SelectPopup {...props} />
    </Suspense>
  );
}
