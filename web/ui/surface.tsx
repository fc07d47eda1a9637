/** Surfaces: card, page head, badge, figure tile. 1 px borders; shadow only on what floats. */
import { Link } from '@tanstack/react-router';
import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { UNKNOWN_TEXT, useTexts } from '#web/i18n';
import { cx } from './cx.ts';
import { uiTexts } from './ui-texts.ts';

export interface CardProps {
  readonly title?: ReactNode;
  /** Next to the title: a count, a legend. */
  readonly aside?: ReactNode;
  /** At the right of the head. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  /** A table or list that reaches the card's edge. */
  readonly isFlush?: boolean;
}

export function Card({ title, aside, actions, children, isFlush }: CardProps) {
  const hasHead = title !== undefined || actions !== undefined;
  return (
    <section className="min-w-0 rounded-lg border border-line bg-surface">
      {hasHead && (
        <header className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 pt-3.5 pb-3">
          {title !== undefined && <h2 className="text-base font-semibold">{title}</h2>}
          {aside && (
            <div className="flex min-w-0 flex-wrap items-center gap-x-4 gap-y-1 text-xs text-muted">{aside}</div>
          )}
          {actions && (
            <div className="no-print ml-auto flex max-w-full min-w-0 flex-wrap items-center gap-2">{actions}</div>
          )}
        </header>
      )}
      <div className={cx(!isFlush && 'px-4 pb-4', !isFlush && !hasHead && 'pt-4')}>{children}</div>
    </section>
  );
}

/** The top of every page: one h1, one line of context, the actions. */
export function PageHeader({
  title,
  description,
  actions,
  back,
}: {
  readonly title: ReactNode;
  readonly description?: ReactNode;
  readonly actions?: ReactNode;
  /** Where this page hangs from. */
  readonly back?: { readonly to: string; readonly label: string };
}) {
  return (
    <header className="mb-5 flex flex-wrap items-end gap-x-4 gap-y-3">
      <div className="min-w-0 flex-1 basis-64">
        {back && (
          <Link to={back.to} className="no-print mb-1 inline-block text-xs text-muted hover:text-fg">
            ← {back.label}
          </Link>
        )}
        <h1 className="text-xl font-semibold tracking-[-0.011em]">{title}</h1>
        {description && <p className="mt-0.5 text-sm text-muted">{description}</p>}
      </div>
      {actions && <div className="no-print flex max-w-full min-w-0 flex-wrap items-center gap-2">{actions}</div>}
    </header>
  );
}

export type Tone = 'neutral' | 'ok' | 'warn' | 'danger' | 'info' | 'accent' | 'flower';

const TONES: Readonly<Record<Tone, string>> = {
  neutral: 'bg-sunken text-muted ring-line',
  ok: 'bg-ok-soft text-ok ring-transparent',
  warn: 'bg-warn-soft text-warn ring-transparent',
  danger: 'bg-danger-soft text-danger ring-transparent',
  info: 'bg-info-soft text-info ring-transparent',
  accent: 'bg-accent-soft text-accent ring-transparent',
  flower: 'bg-flower-soft text-flower ring-transparent',
};

/** A pill, for exceptions: a healthy row gets plain text, so that the red one is seen. */
export function Badge({ tone = 'neutral', children }: { readonly tone?: Tone; readonly children: ReactNode }) {
  return (
    <span
      className={cx(
        'inline-flex h-5 max-w-full items-center gap-1 rounded-full px-2 text-xs font-medium whitespace-nowrap ring-1 ring-inset forced-colors:border',
        TONES[tone],
      )}
    >
      {children}
    </span>
  );
}

/** A dot with words: the state is never told by colour alone. */
export function StatusDot({ tone, children }: { readonly tone: Tone; readonly children: ReactNode }) {
  const colour = {
    neutral: 'bg-line-strong',
    ok: 'bg-ok',
    warn: 'bg-warn',
    danger: 'bg-danger',
    info: 'bg-info',
    accent: 'bg-accent',
    flower: 'bg-flower',
  }[tone];
  return (
    <span className="inline-flex items-center gap-2">
      <span aria-hidden className={`size-2 shrink-0 rounded-full forced-colors:bg-[CanvasText] ${colour}`} />
      {children}
    </span>
  );
}

export interface KpiProps {
  readonly label: string;
  readonly icon?: LucideIcon;
  /** The figure, already as a component: `<Money …/>`. */
  readonly value: ReactNode;
  readonly detail?: ReactNode;
  /** Something inside needs a person. */
  readonly alert?: string;
  /** The whole tile is the target. */
  readonly to?: string;
  /** Where the figure comes from: until that has answered the tile claims nothing, and says so when it failed. */
  readonly from?: { readonly data: unknown; readonly error: unknown };
}

export function Kpi(props: KpiProps) {
  const t = useTexts(uiTexts);
  const { label, icon: Icon, to, from } = props;
  const isAwaited = from !== undefined && from.data === undefined;
  const hasFailed = isAwaited && Boolean(from.error);
  const value = isAwaited ? (hasFailed ? UNKNOWN_TEXT : '…') : props.value;
  const detail = isAwaited ? (hasFailed ? t('tileUnknown') : '') : props.detail;
  const alert = isAwaited ? undefined : props.alert;
  const body = (
    <>
      <div className="flex min-h-5 flex-wrap items-center gap-x-2 gap-y-1 text-sm text-muted">
        {Icon && <Icon size={16} aria-hidden className="shrink-0" />}
        <span className="truncate">{label}</span>
        {alert && (
          <span className="@[13rem]:ml-auto">
            <Badge tone="warn">{alert}</Badge>
          </span>
        )}
      </div>
      <div className="figures mt-2 truncate text-[clamp(1rem,12cqi,1.625rem)] leading-8 font-semibold tracking-[-0.01em]">
        {value}
      </div>
      {detail !== undefined && <div className="figures mt-1 min-h-4 text-xs text-muted">{detail}</div>}
    </>
  );
  const className = cx(
    'avoid-break @container block min-w-0 rounded-lg border bg-surface px-4 py-3.5',
    alert ? 'border-warn/70' : 'border-line',
  );
  if (!to) return <div className={className}>{body}</div>;
  return (
    <Link to={to} className={cx(className, 'transition-colors hover:border-line-strong')}>
      {body}
    </Link>
  );
}

/** Tiles side by side: four on a desk, two on a phone. */
export function KpiGrid({ children }: { readonly children: ReactNode }) {
  return (
    <div className="grid grid-cols-[repeat(auto-fit,minmax(min(100%,10.5rem),1fr))] gap-3 lg:grid-cols-[repeat(auto-fit,minmax(13.5rem,1fr))]">
      {children}
    </div>
  );
}

/** Space between the blocks of a page. */
export function Stack({ children }: { readonly children: ReactNode }) {
  return <div className="flex min-w-0 flex-col gap-4">{children}</div>;
}
