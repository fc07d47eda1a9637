/** Progress, step by step forms, the wide ribbon. */
import { Progress as BaseProgress } from '@base-ui/react/progress';
import { Check, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { formatPercent, useTexts } from '#web/i18n';
import { cx } from './cx.ts';
import { uiTexts } from './ui-texts.ts';

/** How far, in words and as a bar. Null = running, length unknown. */
export function Progress({
  label,
  doneRatio,
  detail,
}: {
  readonly label: string;
  readonly doneRatio: number | null;
  readonly detail?: ReactNode;
}) {
  return (
    <BaseProgress.Root
      value={doneRatio === null ? null : Math.round(doneRatio * 100)}
      className="grid grid-cols-[1fr_auto] gap-x-4 gap-y-1.5 text-sm"
    >
      <BaseProgress.Label className="truncate font-medium">{label}</BaseProgress.Label>
      <span className="figures text-muted">{doneRatio === null ? '' : formatPercent(doneRatio, { digits: 0 })}</span>
      <BaseProgress.Track className="col-span-2 h-1.5 overflow-hidden rounded-full bg-sunken ring-1 ring-line forced-colors:border">
        <BaseProgress.Indicator
          className={cx(
            'h-full rounded-full bg-accent transition-[width] duration-200 forced-colors:bg-[Highlight]',
            doneRatio === null && 'w-1/3 animate-[indeterminate_1.2s_linear_infinite]',
          )}
        />
      </BaseProgress.Track>
      {detail && <span className="col-span-2 text-xs text-muted">{detail}</span>}
    </BaseProgress.Root>
  );
}

/** A wide bar above the page that must not be missed: sample data, paper trading, read only. */
export function Ribbon({
  tone = 'flower',
  icon: Icon,
  children,
  action,
}: {
  readonly tone?: 'flower' | 'warn' | 'info';
  readonly icon?: LucideIcon;
  readonly children: ReactNode;
  readonly action?: ReactNode;
}) {
  const tones = {
    flower: 'bg-flower-soft text-flower',
    warn: 'bg-warn-soft text-warn',
    info: 'bg-info-soft text-info',
  };
  return (
    <div
      className={cx(
        'flex min-h-9 flex-wrap items-center justify-center gap-x-3 gap-y-1 px-4 py-1.5 text-table font-medium',
        tones[tone],
      )}
    >
      {Icon && <Icon size={16} aria-hidden />}
      <span>{children}</span>
      {action}
    </div>
  );
}

export interface Step {
  readonly id: string;
  readonly label: string;
}

/** Where one stands in a form of several steps; done ones can be gone back to. */
export function Stepper({
  label,
  steps,
  currentId,
  onGoTo,
}: {
  readonly label: string;
  readonly steps: readonly Step[];
  readonly currentId: string;
  readonly onGoTo?: (stepId: string) => void;
}) {
  const t = useTexts(uiTexts);
  const current = steps.findIndex((step) => step.id === currentId);
  return (
    <ol aria-label={label} className="mb-5 flex flex-wrap gap-x-6 gap-y-2 text-sm">
      {steps.map((step, index) => {
        const isDone = index < current;
        const mark = (
          <>
            <span
              aria-hidden
              className={cx(
                'figures flex size-6 items-center justify-center rounded-full border text-xs font-medium',
                isDone && 'border-accent bg-accent text-accent-fg',
                index === current && 'border-fg bg-fg text-surface',
                index > current && 'border-line-strong text-muted',
              )}
            >
              {isDone ? <Check size={14} /> : index + 1}
            </span>
            <span className={cx(index === current ? 'font-medium text-fg' : 'text-muted')}>{step.label}</span>
            <span className="sr-only">
              {isDone ? t('stepDone') : t('stepOf', { step: index + 1, total: steps.length })}
            </span>
          </>
        );
        return (
          <li key={step.id} aria-current={index === current ? 'step' : undefined}>
            {isDone && onGoTo ? (
              <button
                type="button"
                className="flex min-h-6 items-center gap-2 rounded-md hover:underline"
                onClick={() => onGoTo(step.id)}
              >
                {mark}
              </button>
            ) : (
              <span className="flex min-h-6 items-center gap-2">{mark}</span>
            )}
          </li>
        );
      })}
    </ol>
  );
}
