/** Hands a message to the channel: mail goes out with the transaction that says so, Telegram by a job of its own. */
import type { Transaction } from '#platform/db';
import { type JobContext, type JobDefinition, job } from '#platform/jobs';
import { type TelegramFault, telegramFaultOf, type TelegramLink } from '#platform/telegram';
import { type Delivery, findDeliveries, recordDelivered, recordNotDelivered, updateMail } from './delivery.store.ts';
import { mailOf, telegramOf, type Told } from './message.ts';
import type { NotifyParts } from './parts.ts';
import type { Channel, Person } from './types.ts';

interface WritePayload {
  readonly userId: string;
  readonly workspaceId: string;
  readonly deliveryIds: readonly string[];
}

const WRITE_JOB = 'platform.notify.write';
const WRITE_QUEUE = 'platform.telegram'; // One after another: in order, and within what Telegram takes.
const ATTEMPTS_MAX = 8;
const WAITS_MAX = 20; // Told to wait more often than this, the message is old news.

/** Several deliveries of one person and channel as one message. */
export async function hand(
  parts: NotifyParts,
  tx: Transaction,
  message: {
    readonly person: Person;
    readonly workspaceId: string;
    readonly channel: Channel;
    readonly deliveryIds: readonly string[];
    readonly told: readonly Told[];
  },
): Promise<void> {
  const { person, workspaceId, deliveryIds, told } = message;
  if (message.channel === 'telegram') {
    const payload: WritePayload = { userId: person.userId, workspaceId, deliveryIds };
    return tx.addJob(WRITE_JOB, payload, { queue: WRITE_QUEUE });
  }
  const { publicUrl } = parts.config;
  const isDigest = told.length > 1;
  const mailId = await parts.mail.send(tx, {
    ...mailOf(told, person.locale, publicUrl),
    to: person.email,
    purpose: isDigest ? 'platform.notify.digest' : (told[0]?.kind.kind ?? 'platform.notify'),
    workspaceId,
    ...(isDigest && publicUrl !== null ? { unsubscribeUrl: `${publicUrl}/ajustes/avisos` } : {}),
  });
  await updateMail(tx, deliveryIds, mailId);
}

/** What a delivery tells; kinds that left the catalogue are left out. */
export function toldBy(parts: Pick<NotifyParts, 'kinds'>, deliveries: readonly Delivery[]): Told[] {
  return deliveries.flatMap(({ kind: name, payload, href }) => {
    const kind = parts.kinds.get(name);
    return kind ? [{ kind, payload, href }] : [];
  });
}

/** Writes to the person's Telegram chat. Telegram knows no idempotency key: killed after its answer, it is written again. */
export function writeJob(parts: NotifyParts): JobDefinition<WritePayload> {
  return job({
    name: WRITE_JOB,
    attemptsMax: ATTEMPTS_MAX,
    parse: (payload) => payload as WritePayload,
    run: (payload, context) => write(parts, payload, context),
  });
}

async function write(parts: NotifyParts, payload: WritePayload, context: JobContext): Promise<void> {
  const { db, telegram, clock } = parts;
  const found = await findDeliveries(db, payload.deliveryIds);
  const waiting = found.filter(({ state }) => state === 'waiting');
  const ids = waiting.map(({ id }) => id);
  if (ids.length === 0) return;
  const person = (await parts.people(payload.workspaceId)).find(({ userId }) => userId === payload.userId);
  const link = await telegram.findLink(db, payload.userId);
  if (!person || !link || link.disabledReason !== null) {
    const attempt = { isFinal: true, errorCode: 'telegram_not_linked', errorDetail: 'No chat is linked.' };
    return recordNotDelivered(db, ids, attempt);
  }
  try {
    await telegram.write(link.chatId, telegramOf(toldBy(parts, waiting), person.locale, parts.config.publicUrl));
  } catch (error) {
    const attempts = waiting[0]?.attempts ?? 0;
    return writeFailed(parts, { payload, ids, link, attempts, fault: telegramFaultOf(error), context });
  }
  await recordDelivered(db, ids, clock());
}

async function writeFailed(
  { db, telegram, clock, log }: NotifyParts,
  failed: {
    readonly payload: WritePayload;
    readonly ids: readonly string[];
    readonly link: TelegramLink;
    readonly attempts: number;
    readonly fault: TelegramFault;
    readonly context: JobContext;
  },
): Promise<void> {
  const { ids, link, fault, payload } = failed;
  const isOver = !fault.retryable || failed.context.attempt >= ATTEMPTS_MAX || failed.attempts >= WAITS_MAX;
  const attempt = { isFinal: isOver, errorCode: fault.code, errorDetail: fault.detail };
  log.warn('A Telegram message was not taken', { cause: fault.code, isFinal: isOver });
  await db.transaction(async (tx) => {
    await recordNotDelivered(tx, ids, attempt);
    if (fault.code === 'telegram_blocked') await telegram.disableLink(tx, link, 'blocked');
    if (fault.code === 'telegram_chat_gone') await telegram.disableLink(tx, link, 'chat_gone');
    // Telegram says how long; our own backoff would ask too early and be made to wait longer.
    if (fault.waitMs !== null && !isOver) {
      await tx.addJob(WRITE_JOB, payload, { queue: WRITE_QUEUE, runAtMs: clock() + fault.waitMs });
    }
  });
  if (fault.retryable && fault.waitMs === null) throw fault;
}
