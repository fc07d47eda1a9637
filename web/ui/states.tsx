/** The states every screen must define: loading, empty, failed. */
import { Inbox, type LucideIcon, RotateCw, TriangleAlert } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { asProblem } from '#web/api';
import { useTexts } from '#web/i18n';
import { Button } from './button.tsx';
import { cx } from './cx.ts';
import { problemText, type ProblemWords } from './problem-text.ts';
import { uiTexts } from './ui-texts.ts';

const QUIET_MS = 150; // A shorter wait needs no sign at all: a flash reads as a fault.
const WORDS_AFTER_MS = 1_000;

/** Grey bars in the shape of what will come; words after a second. */
export function Skeleton({ rowCount = 3, className }: { readonly rowCount?: number; readonly className?: string }) {
  const t = useTexts(uiTexts);
  const waitedMs = useWaited([QUIET_MS, WORDS_AFTER_MS]);
  return (
    <div
      role="status"
      data-skeleton
      className={cx('flex flex-col gap-3', waitedMs < QUIET_MS && 'opacity-0', className)}
    >
      {Array.from({ length: rowCount }, (_, index) => (
        <div
          key={index}
          aria-hidden
          className={cx(
            'h-4 animate-[skeleton_1.4s_ease-in-out_infinite] rounded-sm bg-line',
            index % 3 === 2 ? 'w-2/3' : 'w-full',
          )}
        />
      ))}
      <span className={waitedMs < WORDS_AFTER_MS ? 'sr-only' : 'text-xs text-muted'}>{t('loading')}</span>
    </div>
  );
}

function useWaited(stepsMs: readonly number[]): number {
  const [waitedMs, setWaitedMs] = useState(0);
  const key = stepsMs.join();
  useEffect(() => {
    const timers = key.split(',').map((step) => setTimeout(() => setWaitedMs(Number(step)), Number(step)));
    return () => timers.forEach((timer) => clearTimeout(timer));
  }, [key]);
  return waitedMs;
}

/** Nothing yet: one sentence, one button, perhaps a second way in. */
export function EmptyState({
  icon: Icon = Inbox,
  title,
  detail,
  action,
}: {
  readonly icon?: LucideIcon;
  readonly title: string;
  readonly detail?: ReactNode;
  readonly action?: ReactNode;
}) {
  return (
    <div className="flex flex-col items-center px-6 py-12 text-center">
      <span className="mb-3 flex size-11 items-center justify-center rounded-full bg-sunken text-muted">
        <Icon size={20} aria-hidden />
      </span>
      <p className="font-medium">{title}</p>
      {detail && <p className="mt-1 max-w-md text-sm text-muted">{detail}</p>}
      {action && <div className="mt-4 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}

/** What failed, what is safe, what to do; stays until it works. */
export function ErrorState({
  error,
  onRetry,
  words,
}: {
  readonly error: unknown;
  readonly onRetry?: () => void;
  readonly words?: ProblemWords;
}) {
  const t = useTexts(uiTexts);
  const problem = asProblem(error);
  const { title, detail } = problemText(problem, t, words);
  return (
    <div role="alert" className="flex flex-col items-center px-6 py-10 text-center">
      <span className="mb-3 flex size-11 items-center justify-center rounded-full bg-danger-soft text-danger">
        <TriangleAlert size={20} aria-hidden />
      </span>
      <p className="font-medium">{title}</p>
      <p className="mt-1 max-w-md text-sm text-muted">{detail}</p>
      <p className="mt-2 text-xs text-faint">{t('problemCode', { code: problem.code })}</p>
      {onRetry && (
        <div className="mt-4">
          <Button icon={RotateCw} onClick={onRetry}>
            {t('retry')}
          </Button>
        </div>
      )}
    </div>
  );
}

/** A refusal beside the form it is about. */
export function FormProblem({ error, words }: { readonly error: unknown; readonly words?: ProblemWords }) {
  const t = useTexts(uiTexts);
  if (!error) return null;
  const { title, detail } = problemText(asProblem(error), t, words);
  return (
    <div role="alert" className="rounded-md border border-danger/40 bg-danger-soft px-3 py-2.5 text-sm">
      <p className="font-medium text-danger">{title}</p>
      {detail && <p className="mt-0.5 text-fg">{detail}</p>}
    </div>
  );
}

interface Loaded<Data> {
  readonly data: Data | undefined;
  readonly error: unknown;
  readonly isPending: boolean;
  readonly refetch: () => unknown;
}

/** Draws a query in the right state: skeleton, failure with retry, or what the children make of the data. */
export function Async<Data>({
  query,
  rowCount,
  words,
  children,
}: {
  readonly query: Loaded<Data>;
  readonly rowCount?: number;
  readonly words?: ProblemWords;
  readonly children: (data: Data) => ReactNode;
}) {
  if (query.data !== undefined) return children(query.data);
  if (query.error)
    return <ErrorState error={query.error} onRetry={() => void query.refetch()} {...(words ? { words } : {})} />;
  return <Skeleton {...(rowCount ? { rowCount } : {})} className="p-4" />;
}
