/** The bell's floating half, in a chunk of its own. */
import { Popover } from '@base-ui/react/popover';
import { useState } from 'react';
import { type Trigger, type TriggerPast, useKeptFocus } from '#web/ui';
import { NotificationList } from './notification-list.tsx';

export function BellPopover({ trigger, isOpenAtFirst, hasFocusAtFirst }: { readonly trigger: Trigger } & TriggerPast) {
  const [isOpen, setOpen] = useState(isOpenAtFirst);
  const button = useKeptFocus(hasFocusAtFirst);
  return (
    <Popover.Root open={isOpen} onOpenChange={setOpen}>
      <Popover.Trigger ref={button} render={trigger} />
      <Popover.Portal>
        <Popover.Positioner sideOffset={6} align="end" className="z-50">
          <Popover.Popup className="flex max-h-[min(32rem,80dvh)] w-[min(24rem,calc(100vw-2rem))] flex-col rounded-lg border border-line bg-surface shadow-overlay outline-none">
            <NotificationList onClose={() => setOpen(false)} />
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
