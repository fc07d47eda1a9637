/**
 * Toasts: what just happened, with "Deshacer" for ten seconds when it can be undone. Failures stay until dismissed.
 * `toast` works anywhere, also outside React.
 */
import { type ComponentProps, lazy, Suspense } from 'react';
import { asProblem } from '#web/api';
import { textsNow } from '#web/i18n';
import { problemText } from './problem-text.ts';
import { uiTexts } from './ui-texts.ts';

const loadHost = () => import('./toast-host.tsx');
const ToastHost = lazy(() => loadHost().then((module) => ({ default: module.ToastHost })));

const SHORT_MS = 5_000;
const UNDO_MS = 10_000; // Long enough to read, notice the mistake and reach the button.

export interface ToastFacts {
  readonly title: string;
  readonly detail?: string;
}

export const toast = {
  /** Something worked. */
  done: (facts: ToastFacts): void => {
    void show({ ...wordsOf(facts), type: 'done', timeout: SHORT_MS });
  },
  /** Something worked and can be taken back for ten seconds. */
  undoable: (facts: ToastFacts & { readonly onUndo: () => void | Promise<void> }): void => {
    let close: () => void = () => undefined;
    const onClick = () => {
      close();
      void Promise.resolve(facts.onUndo()).catch((error: unknown) => toast.problem(error));
    };
    const actionProps = { children: textsNow(uiTexts)('undo'), onClick };
    void show({ ...wordsOf(facts), type: 'done', timeout: UNDO_MS, actionProps }).then((closeShown) => {
      close = closeShown;
    });
  },
  info: (facts: ToastFacts): void => {
    void show({ ...wordsOf(facts), type: 'info', timeout: SHORT_MS });
  },
  /** Something failed: stays until dismissed. */
  failed: (facts: ToastFacts): void => {
    void show({ ...wordsOf(facts), type: 'failed', timeout: 0, priority: 'high' });
  },
  /** A failed call, in words. */
  problem: (error: unknown): void => {
    const { title, detail } = problemText(asProblem(error), textsNow(uiTexts));
    toast.failed({ title, detail });
  },
} as const;

interface Shown {
  readonly title: string;
  readonly description?: string;
  readonly type: 'done' | 'info' | 'failed';
  readonly timeout: number;
  readonly priority?: 'low' | 'high';
  readonly actionProps?: ComponentProps<'button'>;
}

/** Shows it once the corner is here; answers with how to close it. */
async function show(shown: Shown): Promise<() => void> {
  const { manager, isListening } = await loadHost();
  await isListening;
  const id = manager.add(shown);
  return () => manager.close(id);
}

function wordsOf(facts: ToastFacts): { readonly title: string; readonly description?: string } {
  return facts.detail ? { title: facts.title, description: facts.detail } : { title: facts.title };
}

/** Mounted once by the shell. */
export function Toasts() {
  return (
    <Suspense>
      <ToastHost />
    </Suspense>
  );
}
