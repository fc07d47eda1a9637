/** The floating half of a drawer, in a chunk of its own. */
import { Dialog as BaseDialog } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import { useTexts } from '#web/i18n';
import { IconButton } from './button.tsx';
import { cx } from './cx.ts';
import type { DrawerProps } from './drawer.tsx';
import { BACKDROP_CLASS } from './popup.ts';
import { uiTexts } from './ui-texts.ts';

export function DrawerPopup({ isOpen, onClose, title, description, children, footer, size = 'md' }: DrawerProps) {
  const t = useTexts(uiTexts);
  return (
    <BaseDialog.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <BaseDialog.Portal>
        <BaseDialog.Backdrop className={BACKDROP_CLASS} />
        <BaseDialog.Popup
          className={cx(
            'fixed inset-y-0 right-0 z-50 flex w-full flex-col border-l border-line bg-surface text-fg shadow-overlay outline-none',
            'transition-transform duration-200 ease-out data-ending-style:translate-x-full data-starting-style:translate-x-full',
            size === 'md' ? 'sm:w-[30rem]' : 'sm:w-[48rem]',
          )}
        >
          <header className="flex items-start justify-between gap-4 border-b border-line px-6 py-4">
            <div className="min-w-0">
              <BaseDialog.Title className="text-base font-semibold">{title}</BaseDialog.Title>
              {description && (
                <BaseDialog.Description className="mt-0.5 text-sm text-muted">{description}</BaseDialog.Description>
              )}
            </div>
            <BaseDialog.Close render={<IconButton icon={X} label={t('close')} size="sm" />} />
          </header>
          <div className="min-h-0 flex-1 overflow-y-auto px-6 py-5">{children}</div>
          {footer && (
            <footer className="flex flex-wrap justify-end gap-2 border-t border-line px-6 py-4">{footer}</footer>
          )}
        </BaseDialog.Popup>
      </BaseDialog.Portal>
    </BaseDialog.Root>
  );
}
