/** The floating half of a menu, in a chunk of its own. */
import { Menu as BaseMenu } from '@base-ui/react/menu';
import { Link } from '@tanstack/react-router';
import { cx } from './cx.ts';
import { Kbd } from './kbd.tsx';
import { type TriggerPast, useKeptFocus } from './late-trigger.tsx';
import type { MenuEntry, MenuProps } from './menu.tsx';
import { ITEM_CLASS, POPUP_CLASS } from './popup.ts';

export function MenuPopup({
  trigger,
  header,
  groups,
  align = 'end',
  isOpenAtFirst,
  hasFocusAtFirst,
}: MenuProps & TriggerPast) {
  const button = useKeptFocus(hasFocusAtFirst);
  return (
    <BaseMenu.Root defaultOpen={isOpenAtFirst}>
      <BaseMenu.Trigger ref={button} render={trigger} />
      <BaseMenu.Portal>
        <BaseMenu.Positioner sideOffset={6} align={align} className="z-50 outline-none">
          <BaseMenu.Popup className={cx(POPUP_CLASS, 'max-w-80 min-w-52 p-1')}>
            {header && <div className="border-b border-line px-2 pt-1.5 pb-2.5">{header}</div>}
            {groups
              .filter((group) => group.length > 0)
              .map((group, index) => (
                <div
                  key={group[0]?.id}
                  role="group"
                  className={cx(index > 0 && 'mt-1 border-t border-line pt-1', index === 0 && header ? 'mt-1' : '')}
                >
                  {group.map((entry) => (
                    <Entry key={entry.id} entry={entry} />
                  ))}
                </div>
              ))}
          </BaseMenu.Popup>
        </BaseMenu.Positioner>
      </BaseMenu.Portal>
    </BaseMenu.Root>
  );
}

function Entry({ entry }: { readonly entry: MenuEntry }) {
  const { icon: Icon } = entry;
  const className = cx(ITEM_CLASS, 'flex items-center gap-2.5', entry.isDanger && 'text-danger');
  const inside = (
    <>
      {Icon && <Icon size={16} aria-hidden className={entry.isDanger ? '' : 'text-muted'} />}
      <span className="min-w-0 flex-1">
        <span className="block truncate">{entry.label}</span>
        {entry.detail && <span className="block truncate text-xs text-muted">{entry.detail}</span>}
      </span>
      {entry.isCurrent && <span aria-hidden className="size-2 rounded-full bg-accent" />}
      {entry.chord && <Kbd keys={entry.chord} />}
    </>
  );
  if (entry.to) {
    return (
      <BaseMenu.LinkItem closeOnClick className={className} render={<Link to={entry.to} />}>
        {inside}
      </BaseMenu.LinkItem>
    );
  }
  return (
    <BaseMenu.Item
      className={className}
      disabled={entry.isDisabled === true}
      {...(entry.onSelect ? { onClick: entry.onSelect } : {})}
    >
      {inside}
    </BaseMenu.Item>
  );
}
