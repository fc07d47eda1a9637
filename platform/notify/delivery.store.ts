/** What became of each message to each person: SQL on platform_notify_deliveries. */
import type { Queryable, Transaction } from '#platform/db';
import type { HeldReason } from './delivery-plan.ts';
import type { Channel } from './types.ts';

export type DeliveryState = 'waiting' | 'held' | 'sent' | 'failed';

export interface Delivery {
  readonly id: string;
  readonly channel: Channel;
  readonly state: DeliveryState;
  readonly heldReason: HeldReason | null;
  readonly heldUntilMs: number | null;
  readonly attempts: number;
  readonly errorCode: string | null;
  readonly errorDetail: string | null;
  readonly mailId: string | null;
  readonly createdAtMs: number;
  readonly sentAtMs: number | null;
  readonly kind: string;
  readonly payload: Record<string, string>;
  readonly href: string;
}

const COLUMNS = `delivery.delivery_id as id, delivery.channel, delivery.state, delivery.held_reason as "heldReason",
  delivery.held_until as "heldUntilMs", delivery.attempts, delivery.error_code as "errorCode",
  delivery.error_detail as "errorDetail", delivery.mail_id as "mailId", delivery.created_at as "createdAtMs",
  delivery.sent_at as "sentAtMs", note.kind, note.payload, note.href`;
const FROM = `from platform_notify_deliveries delivery
  join platform_notifications note on note.notification_id = delivery.notification_id`;
/** One digest takes no more than this; the rest follows in the next. */
const DIGEST_MAX = 500;

/** False when this notification already has a row for this person and channel: another run was here. */
export async function insertDelivery(
  tx: Transaction,
  delivery: {
    readonly id: string;
    readonly notificationId: string;
    readonly workspaceId: string;
    readonly userId: string;
    readonly channel: Channel;
    readonly held: { readonly reason: HeldReason; readonly untilMs: number } | null;
    readonly createdAtMs: number;
  },
): Promise<boolean> {
  const rows = await tx.prepared(
    'platform.notify.delivery.write',
    `insert into platform_notify_deliveries (delivery_id, notification_id, workspace_id, user_id, channel, state,
       held_reason, held_until, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (notification_id, user_id, channel) do nothing returning delivery_id`,
    [
      delivery.id,
      delivery.notificationId,
      delivery.workspaceId,
      delivery.userId,
      delivery.channel,
      delivery.held ? 'held' : 'waiting',
      delivery.held?.reason ?? null,
      delivery.held ? new Date(delivery.held.untilMs) : null,
      new Date(delivery.createdAtMs),
    ],
  );
  return rows.length > 0;
}

/** How many messages a person got, or is about to get, by one channel since an instant. */
export async function countSentSince(
  queryable: Queryable,
  to: { readonly userId: string; readonly channel: Channel },
  sinceMs: number,
): Promise<number> {
  const rows = await queryable.prepared<{ count: number }>(
    'platform.notify.delivery.count',
    `select count(*)::integer as count from platform_notify_deliveries
     where user_id = $1 and channel = $2 and created_at > $3 and held_reason is null`,
    [to.userId, to.channel, new Date(sinceMs)],
  );
  return rows[0]?.count ?? 0;
}

/** Two fan-outs to one person count one after the other, so a storm cannot pass the cap side by side. */
export async function lockPerson(tx: Transaction, userId: string): Promise<void> {
  await tx.prepared('platform.notify.lock', 'select pg_advisory_xact_lock(hashtextextended($1, 4207012))', [userId]);
}

export async function findDeliveries(queryable: Queryable, ids: readonly string[]): Promise<readonly Delivery[]> {
  return queryable.prepared<Delivery>(
    'platform.notify.deliveries',
    `select ${COLUMNS} ${FROM} where delivery.delivery_id = any ($1::uuid[]) order by note.notification_id`,
    [[...ids]],
  );
}

export async function listDeliveries(
  queryable: Queryable,
  to: { readonly userId: string; readonly workspaceId: string },
  countMax: number,
): Promise<readonly Delivery[]> {
  return queryable.prepared<Delivery>(
    'platform.notify.delivery.list',
    `select ${COLUMNS} ${FROM} where delivery.user_id = $1 and delivery.workspace_id = $2
     order by delivery.created_at desc, delivery.delivery_id desc limit $3`,
    [to.userId, to.workspaceId, countMax],
  );
}

/** Takes everything held for a person and channel out of the hold; each is taken once. */
export async function takeHeld(
  tx: Transaction,
  to: { readonly userId: string; readonly workspaceId: string; readonly channel: Channel },
): Promise<readonly string[]> {
  const rows = await tx.prepared<{ id: string }>(
    'platform.notify.delivery.take',
    `update platform_notify_deliveries set state = 'waiting', held_until = null
     where delivery_id in (
       select delivery_id from platform_notify_deliveries
       where user_id = $1 and workspace_id = $2 and channel = $3 and state = 'held'
       order by created_at limit ${DIGEST_MAX} for update skip locked)
     returning delivery_id as id`,
    [to.userId, to.workspaceId, to.channel],
  );
  return rows.map(({ id }) => id);
}

export async function updateMail(tx: Transaction, ids: readonly string[], mailId: string): Promise<void> {
  await tx.prepared(
    'platform.notify.delivery.mail',
    'update platform_notify_deliveries set mail_id = $2 where delivery_id = any ($1::uuid[])',
    [[...ids], mailId],
  );
}

export async function recordDelivered(queryable: Queryable, ids: readonly string[], sentAtMs: number): Promise<void> {
  await queryable.prepared(
    'platform.notify.delivery.sent',
    `update platform_notify_deliveries set state = 'sent', attempts = attempts + 1, sent_at = $2, error_code = null,
       error_detail = null where delivery_id = any ($1::uuid[])`,
    [[...ids], new Date(sentAtMs)],
  );
}

export async function recordNotDelivered(
  queryable: Queryable,
  ids: readonly string[],
  attempt: { readonly isFinal: boolean; readonly errorCode: string; readonly errorDetail: string },
): Promise<void> {
  await queryable.prepared(
    'platform.notify.delivery.failed',
    `update platform_notify_deliveries set state = case when $2 then 'failed' else state end, attempts = attempts + 1,
       error_code = $3, error_detail = $4 where delivery_id = any ($1::uuid[])`,
    [[...ids], attempt.isFinal, attempt.errorCode, attempt.errorDetail],
  );
}
