/** The bell: how many unread, and the list when asked. The mark is magenta: it wants you. */
import { Bell as BellIcon } from 'lucide-react';
import { useApi, useLive, useRefresh } from '#web/api';
import { useTexts } from '#web/i18n';
import { lateTrigger, type Trigger } from '#web/ui';
import { shellTexts } from './shell-texts.ts';

const BellPopover = lateTrigger<{ readonly trigger: Trigger }>(() =>
  import('./bell-popover.tsx').then((module) => module.BellPopover),
);
const TOPIC = 'platform.notifications';
const COUNT_MAX = 99;

export function Bell() {
  const t = useTexts(shellTexts);
  const refresh = useRefresh();
  useLive(TOPIC, () => void refresh('GET /api/notifications/unread-count', 'GET /api/notifications'));
  const unread = useApi('GET /api/notifications/unread-count').data?.unreadCount ?? 0;
  const label = unread > 0 ? `${t('notifications')}: ${t('unread', { count: unread })}` : t('notifications');
  const trigger = (
    <button
      type="button"
      aria-label={label}
      className="relative flex size-9 items-center justify-center rounded-md text-muted hover:bg-sunken hover:text-fg coarse:size-11"
    >
      <BellIcon size={18} aria-hidden />
      {unread > 0 && (
        <span
          aria-hidden
          className="figures absolute top-0.5 right-0 flex h-4 min-w-4 items-center justify-center rounded-full bg-flower px-1 text-[10px] font-semibold text-surface"
        >
          {unread > COUNT_MAX ? `${COUNT_MAX}+` : unread}
        </span>
      )}
    </button>
  );
  return <BellPopover trigger={trigger} />;
}
