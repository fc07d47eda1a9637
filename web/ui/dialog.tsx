/** Dialogs: one question at a time, never one over another. Escape and the backdrop close what loses nothing. */
import { lazy, type ReactNode, Suspense } from 'react';
import { useWasOpen } from './was-open.ts';

export interface DialogProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly description?: ReactNode;
  readonly children?: ReactNode;
  /** Buttons, at the right; the primary one last. */
  readonly footer?: ReactNode;
  readonly size?: 'sm' | 'md' | 'lg';
}

export interface ConfirmDialogProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onConfirm: () => void;
  readonly title: string;
  /** What will happen, what stays safe. */
  readonly description: ReactNode;
  /** The verb: "Borrar la cartera". */
  readonly action: string;
  readonly isDanger?: boolean;
  readonly isBusy?: boolean;
  /** For what cannot be undone: this exact text must be typed first. */
  readonly typeToConfirm?: { readonly label: string; readonly text: string };
}

const DialogPopup = lazy(() => import('./dialog-popup.tsx').then((module) => ({ default: module.DialogPopup })));
const ConfirmPopup = lazy(() => import('./dialog-popup.tsx').then((module) => ({ default: module.ConfirmPopup })));

export function Dialog(props: DialogProps) {
  return useWasOpen(props.isOpen) ? (
    <Suspense>
      <DialogPopup {...props} />
    </Suspense>
  ) : null;
}

/** Asks once, for what cannot be undone. What can be undone acts at once and offers "Deshacer" in a toast. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  return useWasOpen(props.isOpen) ? (
    <Suspense>
      <ConfirmPopup {...props} />
    </Suspense>
  ) : null;
}
