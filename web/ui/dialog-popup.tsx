/** The floating half of dialogs, in a chunk of its own. */
import { AlertDialog as BaseAlert } from '@base-ui/react/alert-dialog';
import { Dialog as BaseDialog } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import { useState } from 'react';
import { matchesText, useTexts } from '#web/i18n';
import { Button, buttonClass, IconButton } from './button.tsx';
import { cx } from './cx.ts';
import type { ConfirmDialogProps, DialogProps } from './dialog.tsx';
import { TextField } from './field.tsx';
import { BACKDROP_CLASS } from './popup.ts';
import { uiTexts } from './ui-texts.ts';

const POPUP =
  'fixed left-1/2 z-50 flex max-h-[calc(100dvh-2rem)] w-[calc(100vw-2rem)] -translate-x-1/2 flex-col rounded-lg border border-line ' +
  'bg-surface text-fg shadow-overlay outline-none transition-[opacity,scale] duration-150 data-starting-style:scale-98 ' +
  'data-starting-style:opacity-0 data-ending-style:opacity-0';

const WIDTHS = { sm: 'sm:max-w-md', md: 'sm:max-w-xl', lg: 'sm:max-w-4xl' } as const;

export function DialogPopup({ isOpen, onClose, title, description, children, footer, size = 'sm' }: DialogProps) {
  const t = useTexts(uiTexts);
  return (
    <BaseDialog.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <BaseDialog.Portal>
        <BaseDialog.Backdrop className={BACKDROP_CLASS} />
        <BaseDialog.Popup className={cx(POPUP, 'top-1/2 -translate-y-1/2', WIDTHS[size])}>
          <header className="flex items-start justify-between gap-4 px-6 pt-5 pb-3">
            <div className="min-w-0">
              <BaseDialog.Title className="text-base font-semibold">{title}</BaseDialog.Title>
              {description && (
                <BaseDialog.Description className="mt-1 text-sm text-muted">{description}</BaseDialog.Description>
              )}
            </div>
            <BaseDialog.Close render={<IconButton icon={X} label={t('close')} size="sm" />} />
          </header>
          {children && <div className="min-h-0 overflow-y-auto px-6 pb-5">{children}</div>}
          {footer && (
            <footer className="flex flex-wrap justify-end gap-2 border-t border-line px-6 py-4">{footer}</footer>
          )}
        </BaseDialog.Popup>
      </BaseDialog.Portal>
    </BaseDialog.Root>
  );
}

export function ConfirmPopup(props: ConfirmDialogProps) {
  const { isOpen, onClose, onConfirm, title, description, action, isDanger, isBusy, typeToConfirm } = props;
  const t = useTexts(uiTexts);
  const [typed, setTyped] = useState('');
  const isReady = !typeToConfirm || (typed.trim() !== '' && isSameText(typed, typeToConfirm.text));
  return (
    <BaseAlert.Root open={isOpen} onOpenChange={(open) => !open && onClose()} onOpenChangeComplete={() => setTyped('')}>
      <BaseAlert.Portal>
        <BaseAlert.Backdrop className={BACKDROP_CLASS} />
        <BaseAlert.Popup className={cx(POPUP, 'top-1/2 -translate-y-1/2 sm:max-w-md')}>
          <div className="px-6 pt-5 pb-4">
            <BaseAlert.Title className="text-base font-semibold">{title}</BaseAlert.Title>
            <BaseAlert.Description className="mt-2 text-sm text-muted" render={<div />}>
              {description}
            </BaseAlert.Description>
            {typeToConfirm && (
              <div className="mt-4">
                <TextField label={typeToConfirm.label} value={typed} onChange={setTyped} autoComplete="off" />
              </div>
            )}
          </div>
          <footer className="flex flex-wrap justify-end gap-2 border-t border-line px-6 py-4">
            <BaseAlert.Close className={buttonClass('secondary')}>{t('cancel')}</BaseAlert.Close>
            <Button
              kind={isDanger ? 'danger' : 'primary'}
              disabled={!isReady}
              isBusy={isBusy === true}
              onClick={onConfirm}
            >
              {action}
            </Button>
          </footer>
        </BaseAlert.Popup>
      </BaseAlert.Portal>
    </BaseAlert.Root>
  );
}

function isSameText(left: string, right: string): boolean {
  return left.trim().length === right.trim().length && matchesText(left.trim(), right.trim());
}
