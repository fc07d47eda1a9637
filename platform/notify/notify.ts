/** Records notifications with the change that caused them, rings the bell after the commit, and has the channels told. */
import { assert, DAY_MS } from '#kernel';
import type { Jobs } from '#platform/jobs';
import type { Realtime } from '#platform/realtime';
import { writeJob } from './channels.ts';
import { digestJob, FAN_OUT_JOB, fanOutJob } from './fan-out.ts';
import { deleteNotificationsBefore, deleteNotificationsOfWorkspace, insertNotification } from './notification.store.ts';
import type { NotifyParts } from './parts.ts';
import { PLATFORM_NOTICES } from './platform-kinds.ts';
import type { NoticeKind, Notify } from './types.ts';

/** The message says only that something is new; the browser asks for what it may see. */
const NOTIFICATIONS_TOPIC = 'platform.notifications';
const KEPT_DAYS = 365; // A year of looking back; what must last is in the domains' own tables.

export type NotifyOptions = Omit<NotifyParts, 'kinds'> & {
  readonly realtime: Realtime;
  readonly jobs: Pick<Jobs, 'define'>;
  readonly kinds: ReadonlyMap<string, NoticeKind>;
};

/** Opens the door and makes its jobs known to this process. */
export function createNotify(options: NotifyOptions): Notify {
  const { realtime, clock, newId, telegram, kinds, db } = options;
  options.jobs.define([fanOutJob(options), digestJob(options), writeJob(options)]);
  const notify: Notify = {
    async record(tx, notification) {
      const { workspaceId, permission, kind } = notification;
      const id = newId();
      if (!(await insertNotification(tx, { ...notification, id, createdAtMs: clock() }))) return;
      if (kinds.has(kind)) await tx.addJob(FAN_OUT_JOB, { notificationId: id, workspaceId });
      tx.afterCommit(() => realtime.broadcast({ workspaceId, topic: NOTIFICATIONS_TOPIC, permission, data: { kind } }));
    },
    removeWorkspace: deleteNotificationsOfWorkspace,
    purge: () => deleteNotificationsBefore(db, clock() - KEPT_DAYS * DAY_MS),
  };
  telegram.onDisabled((tx, link) =>
    notify.record(tx, {
      workspaceId: link.workspaceId,
      userId: link.userId,
      permission: 'session',
      kind: 'platform.telegram.disconnected',
      payload: {},
      href: '/ajustes/avisos',
      dedupeKey: `telegram-disconnected:${link.userId}:${link.linkedAtMs}`,
    }),
  );
  return notify;
}

/** The platform's kinds and those of the domains, by name; two of one name are a bug found at start. */
export function noticeCatalogue(
  domains: readonly { readonly notices?: readonly NoticeKind[] }[],
): ReadonlyMap<string, NoticeKind> {
  const catalogue = new Map<string, NoticeKind>();
  for (const notice of [...domains.flatMap(({ notices }) => notices ?? []), ...PLATFORM_NOTICES]) {
    assert(!catalogue.has(notice.kind), `notify: two domains declare ${notice.kind}`);
    catalogue.set(notice.kind, notice);
  }
  return catalogue;
}
