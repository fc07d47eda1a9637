/** Text fields: a visible label always, the hint before the mistake, the error after it and beside it. */
import { Field as BaseField } from '@base-ui/react/field';
import { Eye, EyeOff, Search, X } from 'lucide-react';
import { type ComponentProps, type ReactNode, type Ref, useState } from 'react';
import { useTexts } from '#web/i18n';
import { cx } from './cx.ts';
import { uiTexts } from './ui-texts.ts';

/** The look every one-line control shares. */
export const CONTROL_CLASS =
  'h-9 w-full min-w-0 rounded-md border border-line-strong/60 bg-surface px-3 text-sm text-fg transition-colors ' +
  'hover:border-line-strong focus-visible:border-accent focus-visible:outline-1 focus-visible:outline-offset-0 ' +
  'data-invalid:border-danger data-disabled:bg-sunken data-disabled:text-faint coarse:h-11 coarse:text-base';

export interface FieldProps {
  readonly label: string;
  /** Said before a mistake can happen. */
  readonly hint?: ReactNode;
  /** What is wrong and how to put it right; present = invalid. */
  readonly error?: string | undefined;
  readonly isDisabled?: boolean;
  /** Keeps the label for readers only: in tool bars where a placeholder says it. */
  readonly isLabelHidden?: boolean;
}

/** Label, hint and error around any control. */
export function Field({
  label,
  hint,
  error,
  isDisabled,
  isLabelHidden,
  children,
}: FieldProps & { readonly children: ReactNode }) {
  return (
    <BaseField.Root className="flex min-w-0 flex-col gap-1.5" invalid={Boolean(error)} disabled={isDisabled === true}>
      <BaseField.Label className={cx('text-sm font-medium text-fg', isLabelHidden && 'sr-only')}>
        {label}
      </BaseField.Label>
      {children}
      {hint && !error && <BaseField.Description className="text-xs text-muted">{hint}</BaseField.Description>}
      {error && (
        <BaseField.Error match className="text-xs text-danger">
          {error}
        </BaseField.Error>
      )}
    </BaseField.Root>
  );
}

type InputProps = Omit<ComponentProps<'input'>, 'className' | 'onChange' | 'value' | 'defaultValue' | 'size'>;

export interface TextFieldProps extends FieldProps, InputProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly ref?: Ref<HTMLInputElement>;
}

export function TextField({ label, hint, error, isDisabled, isLabelHidden, value, onChange, ...rest }: TextFieldProps) {
  return (
    <Field {...fieldPart({ label, hint, error, isDisabled, isLabelHidden })}>
      <BaseField.Control {...rest} value={value} onValueChange={onChange} className={CONTROL_CLASS} />
    </Field>
  );
}

/** Drops what was not given, so that exact optional types hold. */
export function fieldPart(part: { readonly [Name in keyof FieldProps]: FieldProps[Name] | undefined }): FieldProps {
  return Object.fromEntries(Object.entries(part).filter(([, value]) => value !== undefined)) as unknown as FieldProps;
}

export function TextArea({
  value,
  onChange,
  rowCount = 4,
  placeholder,
  ...field
}: FieldProps & {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly rowCount?: number;
  readonly placeholder?: string;
}) {
  return (
    <Field {...field}>
      <BaseField.Control
        value={value}
        onValueChange={onChange}
        render={<textarea rows={rowCount} placeholder={placeholder} />}
        className={cx(CONTROL_CLASS, 'h-auto resize-y py-2 coarse:h-auto')}
      />
    </Field>
  );
}

export function PasswordField(props: TextFieldProps) {
  const t = useTexts(uiTexts);
  const [isShown, setShown] = useState(false);
  const { label, hint, error, isDisabled, isLabelHidden, value, onChange, ...rest } = props;
  const Icon = isShown ? EyeOff : Eye;
  return (
    <Field {...fieldPart({ label, hint, error, isDisabled, isLabelHidden })}>
      <span className="relative flex">
        <BaseField.Control
          autoComplete="current-password"
          spellCheck={false}
          autoCapitalize="none"
          {...rest}
          type={isShown ? 'text' : 'password'}
          value={value}
          onValueChange={onChange}
          className={cx(CONTROL_CLASS, 'pr-10')}
        />
        <button
          type="button"
          aria-label={isShown ? t('hidePassword') : t('showPassword')}
          aria-pressed={isShown}
          onClick={() => setShown(!isShown)}
          className="absolute inset-y-0 right-0 flex w-9 items-center justify-center rounded-md text-muted hover:text-fg"
        >
          <Icon size={16} aria-hidden />
        </button>
      </span>
    </Field>
  );
}

export function SearchField({
  value,
  onChange,
  label,
  placeholder,
  ref,
}: {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly label: string;
  readonly placeholder?: string;
  readonly ref?: Ref<HTMLInputElement>;
}) {
  const t = useTexts(uiTexts);
  return (
    <span className="relative flex h-9 min-w-0 self-end coarse:h-11">
      <Search size={16} aria-hidden className="pointer-events-none absolute inset-y-0 left-2.5 my-auto text-muted" />
      <input
        ref={ref}
        type="text"
        role="searchbox"
        aria-label={label}
        placeholder={placeholder ?? t('filter')}
        value={value}
        onChange={(change) => onChange(change.target.value)}
        onKeyDown={(press) => {
          if (press.key === 'Escape' && value !== '') {
            press.stopPropagation();
            onChange('');
          }
        }}
        className={cx(CONTROL_CLASS, 'pr-8 pl-8')}
      />
      {value !== '' && (
        <button
          type="button"
          aria-label={t('clear')}
          onClick={() => onChange('')}
          className="absolute inset-y-0 right-0 flex w-8 items-center justify-center rounded-md text-muted hover:text-fg"
        >
          <X size={14} aria-hidden />
        </button>
      )}
    </span>
  );
}
