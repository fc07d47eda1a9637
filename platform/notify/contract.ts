/** The bell over HTTP. Texts are rendered in the browser from `kind` and `payload`. */
import { z } from 'zod';
import { endpoint } from '#kernel';

const Item = z.object({
  id: z.uuid(),
  kind: z.string(),
  payload: z.record(z.string(), z.string()),
  /** Path inside the app that shows the cause. */
  href: z.string(),
  createdAtMs: z.number(),
  isRead: z.boolean(),
});

/** Counting stops here; the bell shows "99+". */
export const UNREAD_COUNT_MAX = 100;

export const ListNotifications = endpoint({
  method: 'GET',
  path: '/api/notifications',
  permission: 'platform.notifications.read',
  summary: 'My notifications in this workspace, newest first.',
  query: z.object({
    before: z.uuid().optional(),
    limit: z.coerce.number().int().min(1).max(100).default(30),
  }),
  response: z.object({
    items: z.array(Item),
    /** Pass it as `before` to read on; null at the end. */
    next: z.uuid().nullable(),
    unreadCount: z.number(),
  }),
});

export const CountUnread = endpoint({
  method: 'GET',
  path: '/api/notifications/unread-count',
  permission: 'platform.notifications.read',
  summary: 'How many of my notifications are unread; stops counting at 100.',
  response: z.object({ unreadCount: z.number() }),
});

export const MarkRead = endpoint({
  method: 'PUT',
  path: '/api/notifications/:notificationId/read',
  permission: 'platform.notifications.read',
  summary: 'Marks one notification as read.',
  params: z.object({ notificationId: z.uuid() }),
  response: z.object({ unreadCount: z.number() }),
  refusals: { notification_not_found: 404 },
});

export const MarkAllRead = endpoint({
  method: 'PUT',
  path: '/api/notifications/read',
  permission: 'platform.notifications.read',
  summary: 'Marks every notification I can see as read.',
  response: z.object({ unreadCount: z.number() }),
});
