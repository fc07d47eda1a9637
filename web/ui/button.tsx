/** Buttons: primary is ink, one per screen; ghost for tool bars; danger only for what cannot be undone. Verbs on them. */
import { Button as BaseButton } from '@base-ui/react/button';
import { Link } from '@tanstack/react-router';
import { LoaderCircle, type LucideIcon } from 'lucide-react';
import type { ComponentProps, ReactNode, Ref } from 'react';
import { cx } from './cx.ts';
import { Tooltip } from './tooltip.tsx';

export type ButtonKind = 'primary' | 'secondary' | 'ghost' | 'danger';
export type ButtonSize = 'md' | 'sm';

const BASE =
  'control relative inline-flex shrink-0 items-center justify-center gap-2 rounded-md font-medium whitespace-nowrap select-none ' +
  'transition-colors duration-100 data-disabled:opacity-55 data-disabled:cursor-not-allowed coarse:min-h-11';

const KINDS: Readonly<Record<ButtonKind, string>> = {
  primary: 'bg-fg text-surface not-data-disabled:hover:bg-fg/85 not-data-disabled:active:bg-fg/75',
  secondary:
    'bg-surface text-fg border border-line not-data-disabled:hover:bg-sunken not-data-disabled:active:bg-line/60',
  ghost:
    'text-muted not-data-disabled:hover:bg-sunken not-data-disabled:hover:text-fg not-data-disabled:active:bg-line/60',
  danger: 'bg-danger text-surface not-data-disabled:hover:bg-danger/90 not-data-disabled:active:bg-danger/80',
};
const SIZES: Readonly<Record<ButtonSize, string>> = { md: 'h-9 px-3 text-sm', sm: 'h-7 px-2 text-table' };

/** Classes of a button, for links and triggers that must look like one. */
export function buttonClass(kind: ButtonKind = 'secondary', size: ButtonSize = 'md'): string {
  return cx(BASE, KINDS[kind], SIZES[size]);
}

export interface ButtonProps extends Omit<ComponentProps<'button'>, 'className'> {
  readonly kind?: ButtonKind;
  readonly size?: ButtonSize;
  readonly icon?: LucideIcon;
  /** Shows a spinner and refuses presses while true. */
  readonly isBusy?: boolean;
  readonly isWide?: boolean;
  readonly ref?: Ref<HTMLButtonElement>;
}

export function Button({
  kind = 'secondary',
  size = 'md',
  icon: Icon,
  isBusy,
  isWide,
  children,
  ...rest
}: ButtonProps) {
  return (
    <BaseButton
      type="button"
      {...rest}
      disabled={rest.disabled === true || isBusy === true}
      focusableWhenDisabled={isBusy === true}
      aria-busy={isBusy === true ? true : undefined}
      data-solid={kind === 'primary' || kind === 'danger' ? '' : undefined}
      className={cx(buttonClass(kind, size), isWide && 'w-full')}
    >
      {isBusy ? <Spinner /> : Icon && <Icon size={16} aria-hidden />}
      {children}
    </BaseButton>
  );
}

function Spinner({ size = 16 }: { readonly size?: number }) {
  return <LoaderCircle size={size} aria-hidden className="animate-[spin_0.8s_linear_infinite]" />;
}

/** A link inside the app that looks like a button. */
export function ButtonLink({
  to,
  kind = 'secondary',
  size = 'md',
  icon: Icon,
  children,
}: {
  readonly to: string;
  readonly kind?: ButtonKind;
  readonly size?: ButtonSize;
  readonly icon?: LucideIcon;
  readonly children: ReactNode;
}) {
  return (
    <Link to={to} className={buttonClass(kind, size)} data-solid={kind === 'primary' ? '' : undefined}>
      {Icon && <Icon size={16} aria-hidden />}
      {children}
    </Link>
  );
}

export interface IconButtonProps extends Omit<ComponentProps<'button'>, 'className' | 'children' | 'aria-label'> {
  readonly icon: LucideIcon;
  /** Its name for everybody: read aloud and shown as tooltip. */
  readonly label: string;
  readonly chord?: string;
  readonly kind?: ButtonKind;
  readonly size?: ButtonSize;
  readonly ref?: Ref<HTMLButtonElement>;
}

export function IconButton({ icon: Icon, label, chord, kind = 'ghost', size = 'md', ...rest }: IconButtonProps) {
  return (
    <Tooltip text={label} {...(chord ? { chord } : {})}>
      <BaseButton
        type="button"
        {...rest}
        disabled={rest.disabled === true}
        aria-label={label}
        className={cx(BASE, KINDS[kind], size === 'md' ? 'size-9' : 'size-7', 'coarse:min-w-11')}
      >
        <Icon size={size === 'md' ? 18 : 16} aria-hidden />
      </BaseButton>
    </Tooltip>
  );
}
