/** The bell over HTTP, and what stands behind it; every query is scoped to the reader. */
import { ok, refuse } from '#kernel';
import type { Platform } from '#platform/domain';
import type { Http } from '#platform/http';
import { channelRoutes } from './channel.routes.ts';
import { credentialRoutes } from './connection-credential.routes.ts';
import { connectionRoutes } from './connection.routes.ts';
import { CountUnread, ListNotifications, MarkAllRead, MarkRead, UNREAD_COUNT_MAX } from './contract.ts';
import { countUnread, listNotifications, markAllRead, markRead } from './notification.store.ts';
import { noticeCatalogue } from './notify.ts';

export function notifyRoutes(http: Http, platform: Platform): void {
  const { db, clock } = platform;
  const catalogue = noticeCatalogue(platform.domains);
  http.route(ListNotifications, async ({ query, actor }) => {
    const rows = await listNotifications(db, actor, { before: query.before, countMax: query.limit });
    const items = rows.map((row) => ({ ...row, text: catalogue.get(row.kind)?.text ?? null }));
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

  const identity = platform.domains.find((domain) => 'directory' in domain);
  const directory = async (workspaceId: string) => (await identity?.directory?.(platform).people(workspaceId)) ?? [];
  const parts = { ...platform, directory };
  channelRoutes(http, parts);
  connectionRoutes(http, parts);
  credentialRoutes(http, platform);
}
