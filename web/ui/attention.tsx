/** The list of what needs a person: it counts itself, says whether it knows all of it yet, and vanishes when nothing does. */
import type { LucideIcon } from 'lucide-react';
import { createContext, type ReactNode, use, useLayoutEffect } from 'react';
import { cx } from './cx.ts';

/** `row`: something to do. `pending`: a part still asking. `unknown`: a part that could not find out. */
export type AttentionFact = 'row' | 'pending' | 'unknown';
export type CountAttention = (fact: AttentionFact, step: 1 | -1) => void;

const Counter = createContext<CountAttention>(() => undefined);

/** Counted before the paint: otherwise "nothing to do" would show for the frame between asking and knowing. */
function useCounted(fact: AttentionFact): void {
  const count = use(Counter);
  useLayoutEffect(() => {
    count(fact, 1);
    return () => count(fact, -1);
  }, [count, fact]);
}

/** Draws nothing: while it is there, nobody may say that nothing needs attention. */
export function AttentionGap({ fact }: { readonly fact: 'pending' | 'unknown' }) {
  useCounted(fact);
  return null;
}

/** Frames the rows and tells how many there are, and how many parts have not answered. */
export function AttentionList({
  label,
  onCount,
  children,
}: {
  readonly label: string;
  readonly onCount: CountAttention;
  readonly children: ReactNode;
}) {
  return (
    <Counter value={onCount}>
      <section
        aria-label={label}
        className="divide-y divide-line overflow-clip rounded-lg border border-line bg-surface empty:hidden"
      >
        {children}
      </section>
    </Counter>
  );
}

export type AttentionTone = 'warn' | 'danger' | 'info';

/** One thing to do: what happened, why, and the button that deals with it. */
export function AttentionRow({
  icon: Icon,
  tone = 'warn',
  title,
  detail,
  action,
}: {
  readonly icon: LucideIcon;
  readonly tone?: AttentionTone;
  readonly title: ReactNode;
  readonly detail?: ReactNode;
  readonly action?: ReactNode;
}) {
  useCounted('row');
  const tones = { warn: 'text-warn', danger: 'text-danger', info: 'text-info' };
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-2.5">
      <Icon size={18} aria-hidden className={cx('shrink-0', tones[tone])} />
      <p className="min-w-0 flex-1 basis-56 text-sm">
        <span className="font-semibold">{title}</span> {detail && <span className="text-muted">{detail}</span>}
      </p>
      {action && <div className="ml-auto">{action}</div>}
    </div>
  );
}
