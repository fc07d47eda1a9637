/**
 * From one notification to the messages of each person: a job after the commit, so that no route waits. Each message is
 * keyed by notification, person and channel; a second run finds the row and sends nothing.
 */
import type { Transaction } from '#platform/db';
import { job, type JobDefinition } from '#platform/jobs';
import { hand, toldBy } from './channels.ts';
import { countSentSince, findDeliveries, insertDelivery, lockPerson, takeHeld } from './delivery.store.ts';
import { type DeliveryPlan, planDelivery, type Preferences } from './delivery-plan.ts';
import { findNotification, type StoredNotification } from './notification.store.ts';
import type { NotifyParts } from './parts.ts';
import { TEST_KIND } from './platform-kinds.ts';
import { findPreferences } from './preference.store.ts';
import { quietEndMs } from './quiet-hours.ts';
import { type Channel, CHANNELS, type NoticeKind, type Person } from './types.ts';

interface DigestPayload {
  readonly userId: string;
  readonly workspaceId: string;
  readonly channel: Channel;
}

export const FAN_OUT_JOB = 'platform.notify.fan_out';
const DIGEST_JOB = 'platform.notify.digest';
const ATTEMPTS_MAX = 10;
const HOUR_MS = 3_600_000;

export function fanOutJob(parts: NotifyParts): JobDefinition<{ readonly notificationId: string }> {
  return job({
    name: FAN_OUT_JOB,
    attemptsMax: ATTEMPTS_MAX,
    parse: (payload) => payload as { readonly notificationId: string },
    run: ({ notificationId }) => fanOut(parts, notificationId),
  });
}

/** Sends what was held for one person and channel as one message; waits on when it is quiet again. */
export function digestJob(parts: NotifyParts): JobDefinition<DigestPayload> {
  return job({
    name: DIGEST_JOB,
    attemptsMax: ATTEMPTS_MAX,
    parse: (payload) => payload as DigestPayload,
    run: (payload) => sendDigest(parts, payload),
  });
}

async function fanOut(parts: NotifyParts, notificationId: string): Promise<void> {
  const note = await findNotification(parts.db, notificationId);
  const kind = note && parts.kinds.get(note.kind);
  if (!note || !kind) return; // Gone with its workspace, or its domain.
  const people = (await parts.people(note.workspaceId)).filter(
    ({ userId, permissions }) =>
      (note.userId === null || note.userId === userId) &&
      (note.permission === 'session' || permissions.has(note.permission)),
  );
  for (const person of people) await parts.db.transaction((tx) => tell(parts, tx, { note, kind, person }));
}

interface Telling {
  readonly note: StoredNotification;
  readonly kind: NoticeKind;
  readonly person: Person;
}

async function tell(parts: NotifyParts, tx: Transaction, telling: Telling): Promise<void> {
  const { note, kind, person } = telling;
  await lockPerson(tx, person.userId);
  const preferences = await findPreferences(tx, person.userId);
  for (const channel of CHANNELS) {
    if (!(await isReachable(parts, tx, { channel, userId: person.userId }))) continue;
    const plan = await planFor(parts, tx, { ...telling, channel, preferences });
    if (plan.action === 'skip') continue;
    const id = parts.newId();
    const scope = { workspaceId: note.workspaceId, userId: person.userId, channel };
    const held = plan.action === 'hold' ? plan : null;
    const isNew = await insertDelivery(tx, {
      ...scope,
      id,
      notificationId: note.id,
      held,
      createdAtMs: parts.clock(),
    });
    if (!isNew) continue;
    if (held) await addDigest(tx, scope, held.untilMs);
    else
      await hand(parts, tx, {
        person,
        ...scope,
        deliveryIds: [id],
        told: [{ kind, payload: note.payload, href: note.href }],
      });
  }
}

async function planFor(
  { clock }: NotifyParts,
  tx: Transaction,
  {
    note,
    kind,
    person,
    channel,
    preferences,
  }: Telling & { readonly channel: Channel; readonly preferences: Preferences },
): Promise<DeliveryPlan> {
  // Somebody pressed a button and waits: no rule and no night holds a test back.
  if (kind.kind === TEST_KIND) return { action: note.payload['channel'] === channel ? 'send' : 'skip' };
  const nowMs = clock();
  const sentLastHourCount = await countSentSince(tx, { userId: person.userId, channel }, nowMs - HOUR_MS);
  return planDelivery({ kind, channel, preferences, timeZone: person.timeZone, nowMs, sentLastHourCount });
}

async function isReachable(
  { mail, telegram }: NotifyParts,
  tx: Transaction,
  { channel, userId }: { readonly channel: Channel; readonly userId: string },
): Promise<boolean> {
  if (channel === 'email') return mail.isConfigured();
  const link = (await telegram.isConfigured(tx)) ? await telegram.findLink(tx, userId) : null;
  return link !== null && link.disabledReason === null;
}

async function addDigest(tx: Transaction, digest: DigestPayload, runAtMs: number): Promise<void> {
  const { userId, workspaceId, channel } = digest;
  const key = `digest:${workspaceId}:${userId}:${channel}`;
  await tx.addJob(DIGEST_JOB, { userId, workspaceId, channel }, { key, runAtMs });
}

async function sendDigest(parts: NotifyParts, digest: DigestPayload): Promise<void> {
  const { userId, workspaceId } = digest;
  const person = (await parts.people(workspaceId)).find((one) => one.userId === userId);
  if (!person) return;
  await parts.db.transaction(async (tx) => {
    await lockPerson(tx, userId);
    const { quietHours } = await findPreferences(tx, userId);
    const quietUntilMs = quietEndMs(parts.clock(), quietHours, person.timeZone);
    if (quietUntilMs !== null) return addDigest(tx, digest, quietUntilMs);
    const deliveryIds = await takeHeld(tx, digest);
    const told = toldBy(parts, await findDeliveries(tx, deliveryIds));
    if (told.length === 0) return;
    await hand(parts, tx, { person, ...digest, deliveryIds, told });
    // More than one message holds: the rest follows at once.
    await addDigest(tx, digest, parts.clock());
  });
}
