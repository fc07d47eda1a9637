/**
 * Toasts: what just happened, with "Deshacer" for ten seconds when it can be undone. Failures stay until dismissed.
 * `toast` works anywhere, also outside React.
 */
import { Toast as BaseToast } from '@base-ui/react/toast';
import { CircleAlert, CircleCheck, Info, X } from 'lucide-react';
import { textsNow, useTexts } from '#web/i18n';
import { asProblem } from '#web/api';
import { problemText } from './problem-text.ts';
import { uiTexts } from './ui-texts.ts';

const manager = BaseToast.createToastManager<{ readonly onUndo?: (() => void) | undefined }>();
const SHORT_MS = 5_000;
const UNDO_MS = 10_000; // Long enough to read, notice the mistake and reach the button.

export interface ToastFacts {
  readonly title: string;
  readonly detail?: string;
}

export const toast = {
  /** Something worked. */
  done(facts: ToastFacts): void {
    manager.add({ title: facts.title, description: facts.detail, type: 'done', timeout: SHORT_MS });
  },
  /** Something worked and can be taken back for ten seconds. */
  undoable(facts: ToastFacts & { readonly onUndo: () => void | Promise<void> }): void {
    const id = manager.add({
      title: facts.title,
      description: facts.detail,
      type: 'done',
      timeout: UNDO_MS,
      actionProps: {
        children: textsNow(uiTexts)('undo'),
        onClick: () => {
          manager.close(id);
          void Promise.resolve(facts.onUndo()).catch((error: unknown) => toast.problem(error));
        },
      },
    });
  },
  info(facts: ToastFacts): void {
    manager.add({ title: facts.title, description: facts.detail, type: 'info', timeout: SHORT_MS });
  },
  /** Something failed: stays until dismissed. */
  failed(facts: ToastFacts): void {
    manager.add({ title: facts.title, description: facts.detail, type: 'failed', timeout: 0, priority: 'high' });
  },
  /** A failed call, in words. */
  problem(error: unknown): void {
    const { title, detail } = problemText(asProblem(error), textsNow(uiTexts));
    toast.failed({ title, detail });
  },
} as const;

const ICONS = { done: CircleCheck, info: Info, failed: CircleAlert } as const;
const TONES = { done: 'text-ok', info: 'text-info', failed: 'text-danger' } as const;

/** Mounted once by the shell. */
export function Toasts() {
  return (
    <BaseToast.Provider toastManager={manager} limit={4}>
      <BaseToast.Portal>
        <BaseToast.Viewport className="no-print fixed right-4 bottom-4 z-60 flex w-[calc(100vw-2rem)] flex-col gap-2 max-md:bottom-20 sm:w-96">
          <ToastList />
        </BaseToast.Viewport>
      </BaseToast.Portal>
    </BaseToast.Provider>
  );
}

function ToastList() {
  const { toasts } = BaseToast.useToastManager();
  const t = useTexts(uiTexts);
  return toasts.map((item) => {
    const kind = item.type === 'failed' || item.type === 'info' ? item.type : 'done';
    const Icon = ICONS[kind];
    return (
      <BaseToast.Root
        key={item.id}
        toast={item}
        className="rounded-lg border border-line bg-surface text-fg shadow-overlay transition-[opacity,translate] duration-150 data-ending-style:opacity-0 data-limited:hidden data-starting-style:translate-y-2 data-starting-style:opacity-0"
      >
        <BaseToast.Content className="flex items-start gap-3 p-3.5">
          <Icon size={18} aria-hidden className={`mt-px shrink-0 ${TONES[kind]}`} />
          <div className="min-w-0 flex-1">
            <BaseToast.Title className="text-sm font-medium" />
            <BaseToast.Description className="mt-0.5 text-xs text-muted" />
          </div>
          <BaseToast.Action className="h-7 shrink-0 rounded-md border border-line px-2 text-table font-medium hover:bg-sunken" />
          <BaseToast.Close
            aria-label={t('close')}
            className="flex size-7 shrink-0 items-center justify-center rounded-md text-muted hover:bg-sunken hover:text-fg"
          >
            <X size={16} aria-hidden />
          </BaseToast.Close>
        </BaseToast.Content>
      </BaseToast.Root>
    );
  });
}
