/** What the bell says. Texts come from the dictionary of the domain that wrote the notification's `kind`. */
import { Popover } from '@base-ui/react/popover';
import { Link } from '@tanstack/react-router';
import { BellOff } from 'lucide-react';
import { type ApiOutput, useApi, useApiMutation } from '#web/api';
import { formatQuantity, textsNow, useTexts } from '#web/i18n';
import { Async, Button, cx, EmptyState, RelativeTime } from '#web/ui';
import { textsWith } from './catalogue.ts';
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
      <header className="flex min-h-12 items-center justify-between gap-2 border-b border-line px-4 py-2">
        <Popover.Title className="text-sm font-semibold">{t('notifications')}</Popover.Title>
        {(list.data?.unreadCount ?? 0) > 0 && (
          <Button size="sm" kind="ghost" isBusy={readAll.isPending} onClick={() => readAll.mutate({})}>
            {t('markAllRead')}
          </Button>
        )}
      </header>
      <div className="min-h-0 overflow-y-auto">
        <Async query={list}>
          {({ items }) =>
            items.length === 0 ? (
              <EmptyState icon={BellOff} title={t('noNotifications')} />
            ) : (
              <ul>
                {items.map((item) => (
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
            )
          }
        </Async>
      </div>
    </>
  );
}

function NotificationRow({ item, onOpen }: { readonly item: Item; readonly onOpen: () => void }) {
  return (
    <li className="border-b border-line last:border-b-0">
      <Link
        to={item.href}
        onClick={onOpen}
        className="flex items-start gap-3 px-4 py-3 outline-offset-[-2px] hover:bg-sunken"
      >
        <span
          aria-hidden
          className={cx('mt-1.5 size-2 shrink-0 rounded-full', item.isRead ? 'bg-transparent' : 'bg-flower')}
        />
        <span className="min-w-0 flex-1">
          <span className={cx('block text-sm', !item.isRead && 'font-medium')}>{notificationText(item)}</span>
          <span className="text-xs text-muted">
            <RelativeTime atMs={item.createdAtMs} />
          </span>
        </span>
      </Link>
    </li>
  );
}

function notificationText(item: Item): string {
  const texts = textsWith(item.kind);
  const values = readableFigures(item.payload);
  if (item.text) return textsNow({ es: { said: item.text.es }, en: { said: item.text.en } })('said', values);
  // A kind nobody translated still says something true.
  return texts ? textsNow(texts)(item.kind, values) : `${item.kind} ${Object.values(item.payload).join(' · ')}`;
}

const FIGURE = /^-?\d+(?:\.\d+)?$/;
const FIGURE_NAMES = /(?:price|trigger|amount|quantity|percent)$/i;

/** Payloads carry plain decimals; a reader gets them in her own writing. Names and ids stay as they are. */
function readableFigures(payload: Item['payload']): Item['payload'] {
  const entries = Object.entries(payload).map(([name, value]) => {
    const isFigure = FIGURE_NAMES.test(name) && FIGURE.test(value);
    return [name, isFigure ? formatQuantity(value) : value] as const;
  });
  return Object.fromEntries(entries);
}
