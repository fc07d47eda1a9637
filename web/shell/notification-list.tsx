/** What the bell says. Texts come from the dictionary of the domain that wrote the notification's `kind`. */
import { Popover } from '@base-ui/react/popover';
import { Link } from '@tanstack/react-router';
import { BellOff } from 'lucide-react';
import { type ApiOutput, useApi, useApiMutation } from '#web/api';
import { useTexts } from '#web/i18n';
import { Async, Button, cx, EmptyState, RelativeTime } from '#web/ui';
import { noticeSentence } from './notice-sentence.ts';
import { shellTexts } from './shell-texts.ts';

type Item = ApiOutput<'GET /api/notifications'>['items'][number];

const REFRESHES = ['GET /api/notifications', 'GET /api/notifications/unread-count'] as const;

export function NotificationList({ onClose }: { readonly onClose: () => void }) {
  const t = useTexts(shellTexts);
  const list = useApi('GET /api/notifications');
  const readAll = useApiMutation('PUT /api/notifications/read', { refreshes: REFRESHES });
  const readOne = useApiMutation('PUT /api/notifications/:notificationId/read', { refreshes: REFRESHES });
  return (
    <>
      <div className="flex min-h-12 items-center justify-between gap-2 border-b border-line px-4 py-2">
        <Popover.Title className="text-sm font-semibold">{t('notifications')}</Popover.Title>
        {(list.data?.unreadCount ?? 0) > 0 && (
          <Button size="sm" kind="ghost" isBusy={readAll.isPending} onClick={() => readAll.mutate({})}>
            {t('markAllRead')}
          </Button>
        )}
      </div>
      <div className="min-h-0 overflow-y-auto">
        <Async query={list}>
          {({ items }) =>
            items.length === 0 ? (
              <EmptyState icon={BellOff} title={t('noNotifications')} />
            ) : (
              groupsOf(items).map(({ key, rows }) => (
                <section key={key} aria-labelledby={`bell-${key}`}>
                  <h3 id={`bell-${key}`} className="bg-sunken px-4 py-1.5 text-xs font-medium text-muted">
                    {t(key)}
                  </h3>
                  <ul>
                    {rows.map((item) => (
                      <NotificationRow
                        key={item.id}
                        item={item}
                        onOpen={() => {
                          if (!item.isRead) readOne.mutate({ params: { notificationId: item.id } });
                          onClose();
                        }}
                      />
                    ))}
                  </ul>
                </section>
              ))
            )
          }
        </Async>
      </div>
      <div className="border-t border-line px-4 py-2 text-right">
        <Link to="/ajustes/avisos" onClick={onClose} className="text-xs text-muted hover:text-fg">
          {t('noticeSettings')}
        </Link>
      </div>
    </>
  );
}

/** What is new first; a group without rows is not shown. */
function groupsOf(items: readonly Item[]): { readonly key: 'unreadGroup' | 'readGroup'; readonly rows: Item[] }[] {
  const groups = [
    { key: 'unreadGroup' as const, rows: items.filter(({ isRead }) => !isRead) },
    { key: 'readGroup' as const, rows: items.filter(({ isRead }) => isRead) },
  ];
  return groups.filter(({ rows }) => rows.length > 0);
}

function NotificationRow({ item, onOpen }: { readonly item: Item; readonly onOpen: () => void }) {
  // The router takes path and search apart: `/eventos?vista=destinos`.
  const { pathname, searchParams } = new URL(item.href, location.origin);
  return (
    <li className="border-b border-line last:border-b-0">
      <Link
        to={pathname}
        search={Object.fromEntries(searchParams)}
        onClick={onOpen}
        className="flex items-start gap-3 px-4 py-3 outline-offset-[-2px] hover:bg-sunken"
      >
        <span
          aria-hidden
          className={cx('mt-1.5 size-2 shrink-0 rounded-full', item.isRead ? 'bg-transparent' : 'bg-flower')}
        />
        <span className="min-w-0 flex-1">
          <span className={cx('block text-sm', !item.isRead && 'font-medium')}>{noticeSentence(item)}</span>
          <span className="text-xs text-muted">
            <RelativeTime atMs={item.createdAtMs} />
          </span>
        </span>
      </Link>
    </li>
  );
}
