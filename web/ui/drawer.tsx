/** A panel from the right for the detail of a row; a full sheet on a phone. Its address belongs in the URL. */
import { lazy, type ReactNode, Suspense } from 'react';
import { useWasOpen } from './was-open.ts';

export interface DrawerProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly title: ReactNode;
  readonly description?: ReactNode;
  readonly children: ReactNode;
  readonly footer?: ReactNode;
  readonly size?: 'md' | 'lg';
}

const DrawerPopup = lazy(() => import('./drawer-popup.tsx').then((module) => ({ default: module.DrawerPopup })));

export function Drawer(props: DrawerProps) {
  return useWasOpen(props.isOpen) ? (
    <Suspense>
      <DrawerPopup {...props} />
    </Suspense>
  ) : null;
}
