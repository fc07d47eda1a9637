/** Text fields: a visible label always, the hint before the mistake, the error after it and beside it. */
import { Field as BaseField } from '@base-ui/react/field';
import { Eye, EyeOff } from 'lucide-react';
import { type ComponentProps, type ReactNode, type Ref, useState } from 'react';
import { useTexts } from '#web/i18n';
import { CONTROL_CLASS } from './control-class.ts';
import { cx } from './cx.ts';
import { uiTexts } from './ui-texts.ts';

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
