/** The bell over HTTP; every query is scoped to the reader. */
import { type Clock, ok, refuse } from '#kernel';
import type { Database } from '#platform/db';
import type { Http } from '#platform/http';
import { CountUnread, ListNotifications, MarkAllRead, MarkRead, UNREAD_COUNT_MAX } from './contract.ts';
import { countUnread, listNotifications, markAllRead, markRead } from './notification.store.ts';

export function notifyRoutes(http: Http, { db, clock }: { readonly db: Database; readonly clock: Clock }): void {
  http.route(ListNotifications, async ({ query, actor }) => {
    const items = await listNotifications(db, actor, { before: query.before, countMax: query.limit });
    const next = items.length === query.limit ? (items.at(-1)?.id ?? null) : null;
    return ok({ items, next, unreadCount: await countUnread(db, actor, UNREAD_COUNT_MAX) });
  });

  http.route(CountUnread, async ({ actor }) => ok({ unreadCount: await countUnread(db, actor, UNREAD_COUNT_MAX) }));

  http.route(MarkAllRead, async ({ actor }) => {
    await markAllRead(db, actor, clock());
    return ok({ unreadCount: await countUnread(db, actor, UNREAD_COUNT_MAX) });
  });

  http.route(MarkRead, async ({ params, actor }) => {
    const isMarked = await markRead(db, actor, { notificationId: params.notificationId, readAtMs: clock() });
    if (!isMarked) return refuse('notification_not_found');
    return ok({ unreadCount: await countUnread(db, actor, UNREAD_COUNT_MAX) });
  });
}
