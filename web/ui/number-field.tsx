/**
 * A number as exact decimal text. Not Base UI's number field: that one holds a float, and money never passes through one.
 * What is typed follows the reader's locale; it is read on blur and printed back grouped.
 */
import { Field as BaseField } from '@base-ui/react/field';
import { useState } from 'react';
import { formatQuantity, parseTypedNumber, useTexts } from '#web/i18n';
import { usePreferences } from '#web/preferences';
import { cx } from './cx.ts';
import { CONTROL_CLASS } from './control-class.ts';
import { Field, type FieldProps } from './field.tsx';
import { uiTexts } from './ui-texts.ts';

export interface NumberFieldProps extends FieldProps {
  /** Exact decimal text; null while empty. */
  readonly value: string | null;
  readonly onChange: (value: string | null) => void;
  /** Shown inside, at the right: `€`, `BTC`, `%`. */
  readonly unit?: string;
  readonly placeholder?: string;
  readonly name?: string;
  readonly required?: boolean;
}

export function NumberField({ value, onChange, unit, placeholder, name, required, ...field }: NumberFieldProps) {
  const t = useTexts(uiTexts);
  const { numberLocale } = usePreferences();
  const [typed, setTyped] = useState<string | null>(null);
  const shown = typed ?? (value === null ? '' : formatQuantity(value, { digits: 18, locale: numberLocale }));
  const isWrong = typed !== null && typed.trim() !== '' && parseTypedNumber(typed, numberLocale) === null;
  const sample = formatQuantity('1234.5', { locale: numberLocale });
  const error = field.error ?? (isWrong ? t('notANumber', { sample }) : undefined);
  return (
    <Field {...field} error={error}>
      <span className="relative flex">
        <BaseField.Control
          inputMode="decimal"
          autoComplete="off"
          name={name}
          required={required}
          placeholder={placeholder}
          value={shown}
          onValueChange={(text) => {
            setTyped(text);
            const read = parseTypedNumber(text, numberLocale);
            if (text.trim() === '') onChange(null);
            else if (read !== null) onChange(read);
          }}
          onBlur={() => {
            if (!isWrong) setTyped(null);
          }}
          className={cx(CONTROL_CLASS, 'figures text-right', unit && 'pr-11')}
        />
        {unit && (
          <span className="pointer-events-none absolute inset-y-0 right-3 flex items-center text-sm text-muted">
            {unit}
          </span>
        )}
      </span>
    </Field>
  );
}
