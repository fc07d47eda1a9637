/** A short name or reason on hover and focus; never the only place where something is said. */
import { Tooltip as BaseTooltip } from '@base-ui/react/tooltip';
import type { ReactElement, ReactNode } from 'react';
import { Kbd } from './kbd.tsx';

export function Tooltip({
  text,
  chord,
  children,
}: {
  readonly text: ReactNode;
  readonly chord?: string;
  /** The element that owns the tooltip; it must take focus. */
  readonly children: ReactElement;
}) {
  return (
    <BaseTooltip.Root>
      <BaseTooltip.Trigger render={children} />
      <BaseTooltip.Portal>
        <BaseTooltip.Positioner sideOffset={6} className="z-50">
          <BaseTooltip.Popup className="flex max-w-72 items-center gap-2 rounded-md border border-line bg-surface px-2 py-1 text-xs text-fg shadow-overlay transition-opacity duration-100 data-ending-style:opacity-0 data-starting-style:opacity-0">
            {text}
            {chord && <Kbd keys={chord} />}
          </BaseTooltip.Popup>
        </BaseTooltip.Positioner>
      </BaseTooltip.Portal>
    </BaseTooltip.Root>
  );
}
