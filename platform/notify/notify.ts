/** Records notifications with the change that caused them, and rings the bell of whoever may see them after the commit. */
import type { Clock } from '#kernel';
import type { Realtime } from '#platform/realtime';
import { deleteNotificationsOfWorkspace, insertNotification } from './notification.store.ts';
import type { Notify } from './types.ts';

/** The message says only that something is new; the browser asks for what it may see. */
const NOTIFICATIONS_TOPIC = 'platform.notifications';

export interface NotifyOptions {
  readonly realtime: Realtime;
  readonly clock: Clock;
  readonly newId: () => string;
}

export function createNotify({ realtime, clock, newId }: NotifyOptions): Notify {
  return {
    async record(tx, notification) {
      await insertNotification(tx, { ...notification, id: newId(), createdAtMs: clock() });
      const { workspaceId, permission, kind } = notification;
      tx.afterCommit(() => realtime.broadcast({ workspaceId, topic: NOTIFICATIONS_TOPIC, permission, data: { kind } }));
    },
    removeWorkspace: deleteNotificationsOfWorkspace,
  };
}
