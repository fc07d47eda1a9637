/** The corner where toasts appear, in a chunk of its own: nothing is toasted before the first press. */
import { Toast as BaseToast } from '@base-ui/react/toast';
import { useEffect } from 'react';
import { CircleAlert, CircleCheck, Info, X } from 'lucide-react';
import { useTexts } from '#web/i18n';
import { uiTexts } from './ui-texts.ts';

export const manager = BaseToast.createToastManager();

const mounted = Promise.withResolvers<void>();
/** The manager forgets what is added before its provider listens: the first toast of a page waits for it. */
export const isListening: Promise<void> = mounted.promise;

const ICONS = { done: CircleCheck, info: Info, failed: CircleAlert } as const;
const TONES = { done: 'text-ok', info: 'text-info', failed: 'text-danger' } as const;

export function ToastHost() {
  // Effects of children run first, so the provider already listens here.
  useEffect(() => mounted.resolve(), []);
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
