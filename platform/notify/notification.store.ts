/** Notifications and who has read them: SQL on platform_notifications and platform_notification_reads. */
import type { Queryable, Transaction } from '#platform/db';
import { type ColumnType, sql } from 'kysely';
import type { Notification } from './types.ts';

interface NotifyTables {
  platform_notifications: {
    notification_id: string;
    workspace_id: string;
    user_id: string | null;
    permission: string;
    kind: string;
    payload: ColumnType<Record<string, string>, string, string>;
    href: string;
    created_at: ColumnType<number, Date, Date>;
    dedupe_key: string | null;
  };
  platform_notification_reads: {
    notification_id: string;
    user_id: string;
    workspace_id: string;
    read_at: ColumnType<number, Date, Date>;
  };
}

/** Who looks: only rows of her workspace, addressed to her or to everyone with a permission she holds. */
export interface Reader {
  readonly userId: string;
  readonly workspaceId: string;
  readonly permissions: ReadonlySet<string>;
}

export interface NotificationRow {
  readonly id: string;
  readonly kind: string;
  readonly payload: Record<string, string>;
  readonly href: string;
  readonly createdAtMs: number;
  readonly isRead: boolean;
}

const MARKED_AT_ONCE_MAX = 10_000; // More unread ones than this are older than anybody looks.

export interface StoredNotification {
  readonly id: string;
  readonly workspaceId: string;
  readonly userId: string | null;
  readonly permission: string;
  readonly kind: string;
  readonly payload: Readonly<Record<string, string>>;
  readonly href: string;
}

/** False when the same fact was recorded before. */
export async function insertNotification(
  tx: Transaction,
  notification: Notification & { readonly id: string; readonly createdAtMs: number },
): Promise<boolean> {
  const row = await tx
    .tables<NotifyTables>()
    .insertInto('platform_notifications')
    .values({
      notification_id: notification.id,
      workspace_id: notification.workspaceId,
      user_id: notification.userId,
      permission: notification.permission,
      kind: notification.kind,
      payload: JSON.stringify(notification.payload),
      href: notification.href,
      created_at: new Date(notification.createdAtMs),
      dedupe_key: notification.dedupeKey ?? null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('notification_id')
    .executeTakeFirst();
  return row !== undefined;
}

export async function findNotification(queryable: Queryable, id: string): Promise<StoredNotification | null> {
  const rows = await queryable.prepared<StoredNotification>(
    'platform.notification.find',
    `select notification_id as id, workspace_id as "workspaceId", user_id as "userId", permission, kind, payload, href
     from platform_notifications where notification_id = $1`,
    [id],
  );
  return rows[0] ?? null;
}

export async function deleteNotificationsBefore(queryable: Queryable, beforeMs: number): Promise<void> {
  const sqlText = 'delete from platform_notifications where created_at < $1';
  await queryable.prepared('platform.notification.purge', sqlText, [new Date(beforeMs)]);
}

/** Newest first; ids are ordered by time, so the id is the cursor. */
export async function listNotifications(
  queryable: Queryable,
  reader: Reader,
  page: { readonly before: string | undefined; readonly countMax: number },
): Promise<NotificationRow[]> {
  let select = visible(queryable, reader)
    .select(['note.notification_id', 'note.kind', 'note.payload', 'note.href', 'note.created_at'])
    .select(sql<boolean>`been_read.read_at is not null`.as('is_read'));
  if (page.before !== undefined) select = select.where('note.notification_id', '<', page.before);
  const rows = await select.orderBy('note.notification_id', 'desc').limit(page.countMax).execute();
  return rows.map((row) => ({
    id: row.notification_id,
    kind: row.kind,
    payload: row.payload,
    href: row.href,
    createdAtMs: row.created_at,
    isRead: row.is_read,
  }));
}

/** How many are unread; stops counting at `countMax`. */
export async function countUnread(queryable: Queryable, reader: Reader, countMax: number): Promise<number> {
  const rows = await visible(queryable, reader)
    .select('note.notification_id')
    .where('been_read.read_at', 'is', null)
    .limit(countMax)
    .execute();
  return rows.length;
}

/** False when the reader cannot see it. Reading twice keeps the first instant. */
export async function markRead(
  queryable: Queryable,
  reader: Reader,
  mark: { readonly notificationId: string; readonly readAtMs: number },
): Promise<boolean> {
  const row = await visible(queryable, reader)
    .select('note.notification_id')
    .where('note.notification_id', '=', mark.notificationId)
    .executeTakeFirst();
  if (!row) return false;
  await insertReads(queryable, reader, { ids: [row.notification_id], readAtMs: mark.readAtMs });
  return true;
}

export async function markAllRead(queryable: Queryable, reader: Reader, readAtMs: number): Promise<void> {
  const rows = await visible(queryable, reader)
    .select('note.notification_id')
    .where('been_read.read_at', 'is', null)
    .orderBy('note.notification_id', 'desc')
    .limit(MARKED_AT_ONCE_MAX)
    .execute();
  await insertReads(queryable, reader, { ids: rows.map((row) => row.notification_id), readAtMs });
}

export async function deleteNotificationsOfWorkspace(tx: Transaction, workspaceId: string): Promise<void> {
  const tables = tx.tables<NotifyTables>();
  // What was sent of them goes with them: the deliveries hang on the notifications.
  await tables.deleteFrom('platform_notification_reads').where('workspace_id', '=', workspaceId).execute();
  await tables.deleteFrom('platform_notifications').where('workspace_id', '=', workspaceId).execute();
}

function visible(queryable: Queryable, reader: Reader) {
  return queryable
    .tables<NotifyTables>()
    .selectFrom('platform_notifications as note')
    .leftJoin('platform_notification_reads as been_read', (join) =>
      join.onRef('been_read.notification_id', '=', 'note.notification_id').on('been_read.user_id', '=', reader.userId),
    )
    .where('note.workspace_id', '=', reader.workspaceId)
    .where((column) => column.or([column('note.user_id', 'is', null), column('note.user_id', '=', reader.userId)]))
    .where(sql<boolean>`note.permission = any(${[...reader.permissions, 'session']}::text[])`);
}

async function insertReads(
  queryable: Queryable,
  reader: Reader,
  mark: { readonly ids: readonly string[]; readonly readAtMs: number },
): Promise<void> {
  if (mark.ids.length === 0) return;
  await sql`
    insert into platform_notification_reads (notification_id, user_id, workspace_id, read_at)
    select id, ${reader.userId}::uuid, ${reader.workspaceId}::uuid, ${new Date(mark.readAtMs)}::timestamptz
    from unnest(${[...mark.ids]}::uuid[]) as id
    on conflict do nothing`.execute(queryable.tables<NotifyTables>());
}
