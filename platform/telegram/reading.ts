/**
 * What people send to the bot: the code that links their chat, `/stop`, and the news that they blocked it. An update and
 * the place after it are stored in one transaction, so a killed reader repeats nothing it finished. Private chats only.
 */
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '#kernel';
import type { Database, Transaction } from '#platform/db';
import type { Log } from '#platform/telemetry';
import type { Update } from 'grammy/types';
import type { Bot } from './bot.adapter.ts';
import {
  deleteLink,
  enableLinksOfChat,
  findLinksOfChat,
  recordCheck,
  takeCode,
  updateNextUpdate,
  upsertBot,
  upsertLink,
} from './link.store.ts';
import { telegramFaultOf } from './telegram-fault.ts';
import type { TelegramDoor } from './types.ts';

export interface ReadingParts {
  /** The bot of the token that counts now; null while there is none. */
  readonly current: () => Promise<Bot | null>;
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly disableLink: TelegramDoor['disableLink'];
}

const WAIT_SECONDS = 25; // Proxies cut silent connections after 30 to 60 s.
const LOCK_RETRY_MS = 5_000;
const TOKEN_ASKED_EVERY_MS = 3_000; // Somebody who entered a token is waiting for the bot to wake up.
const TOKEN_WAIT_MS = 3_600_000; // Ended by the token itself.
const PAUSE_MS = 5_000;
const PAUSE_MS_MAX = 300_000; // A refused token is not asked every five seconds for a month.
const LOCK_NAME = 'platform.telegram.read';
const CODE = /^[\w-]{16,64}$/;

/** What the bot answers. Both languages: before the link, nobody knows whose chat it is. */
const ANSWERS = {
  linked: 'Cactus: este chat recibirá tus avisos. · This chat will receive your notifications.',
  unknownCode:
    'Cactus: ese código no vale o caducó. Pide otro en Ajustes → Avisos. · That code is not valid or ran out. Ask for another in Settings → Notifications.',
  stopped: 'Cactus: este chat ya no recibirá avisos. · This chat will receive no more notifications.',
  help: 'Cactus: conecta este chat desde Ajustes → Avisos. · Connect this chat from Settings → Notifications.',
} as const;

/** Reads until stopped, in whichever process holds the lock. */
export function startReading(parts: ReadingParts): () => Promise<void> {
  const stopping = new AbortController();
  const running = read(parts, stopping.signal);
  return async () => {
    stopping.abort();
    await running;
  };
}

async function read(parts: ReadingParts, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const lock = await parts.db.tryLock(LOCK_NAME).catch(() => null);
    if (lock) {
      await readEachBot(parts, AbortSignal.any([signal, lock.lost]));
      await lock.release();
    }
    if (!signal.aborted) await delay(LOCK_RETRY_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** Reads for the bot of the moment; a token that was entered, replaced or deleted ends the long poll of the one before. */
async function readEachBot(parts: ReadingParts, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const bot = await parts.current().catch(() => null);
    const changing = new AbortController();
    const asking = setInterval(() => {
      parts.current().then(
        (now) => now !== bot && changing.abort(),
        () => undefined, // Asked again in a moment.
      );
    }, TOKEN_ASKED_EVERY_MS);
    const until = AbortSignal.any([signal, changing.signal]);
    if (bot) await readWhileHeld(parts, bot, until);
    else await delay(TOKEN_WAIT_MS, undefined, { signal: until }).catch(() => undefined);
    clearInterval(asking);
  }
}

async function readWhileHeld(parts: ReadingParts, bot: Bot, signal: AbortSignal): Promise<void> {
  let pauseMs = PAUSE_MS;
  while (!signal.aborted) {
    try {
      await readUntilFault({ ...parts, bot }, signal, () => (pauseMs = PAUSE_MS));
    } catch (error) {
      if (signal.aborted) return;
      const fault = telegramFaultOf(error);
      parts.log.warn('Telegram cannot be read', { cause: fault.code, detail: fault.detail });
      const check = { checkedAtMs: parts.clock(), botId: null, errorCode: fault.code, errorDetail: fault.detail };
      await recordCheck(parts.db, check).catch(() => undefined);
      await delay(fault.waitMs ?? pauseMs, undefined, { signal }).catch(() => undefined);
      pauseMs = Math.min(pauseMs * 2, PAUSE_MS_MAX);
    }
  }
}

async function readUntilFault(
  parts: ReadingParts & { readonly bot: Bot },
  signal: AbortSignal,
  onRead: () => void,
): Promise<void> {
  const { bot, db, clock } = parts;
  const me = await bot.me();
  let nextId = await upsertBot(db, { ...me, seenAtMs: clock() });
  await recordCheck(db, { checkedAtMs: clock(), botId: me.id, errorCode: null, errorDetail: null });
  while (!signal.aborted) {
    for (const update of await bot.updates(nextId, WAIT_SECONDS, signal)) {
      nextId = BigInt(update.update_id) + 1n;
      const answer = await db.transaction(async (tx) => {
        await updateNextUpdate(tx, me.id, nextId);
        return takeUpdate(parts, tx, update);
      });
      // Courtesy only: the link itself is stored.
      if (answer) await bot.write(answer.chatId, answer.text).catch(() => undefined);
    }
    onRead();
  }
}

interface Answer {
  readonly chatId: bigint;
  readonly text: string;
}

async function takeUpdate(parts: ReadingParts, tx: Transaction, update: Update): Promise<Answer | null> {
  const member = update.my_chat_member;
  if (member?.chat.type === 'private') {
    await takeMembership(parts, tx, { chatId: BigInt(member.chat.id), status: member.new_chat_member.status });
    return null;
  }
  const message = update.message;
  if (message?.chat.type !== 'private' || message.text === undefined) return null;
  const chatId = BigInt(message.chat.id);
  return { chatId, text: await takeText(parts, tx, { chatId, text: message.text, username: message.chat.username }) };
}

async function takeText(
  { clock }: ReadingParts,
  tx: Transaction,
  message: { readonly chatId: bigint; readonly text: string; readonly username: string | undefined },
): Promise<string> {
  const { chatId } = message;
  const [command = '', argument = ''] = message.text.trim().split(/\s+/);
  if (command === '/stop') {
    for (const link of await findLinksOfChat(tx, chatId)) await deleteLink(tx, link.userId);
    return ANSWERS.stopped;
  }
  // The deep link sends `/start CODE`; somebody who copies the code sends it alone.
  const code = command === '/start' ? argument : command;
  if (!CODE.test(code)) return ANSWERS.help;
  const person = await takeCode(tx, codeHash(code), clock());
  if (!person) return ANSWERS.unknownCode;
  await upsertLink(tx, { ...person, chatId, username: message.username ?? null, linkedAtMs: clock() });
  return ANSWERS.linked;
}

async function takeMembership(
  { disableLink }: ReadingParts,
  tx: Transaction,
  news: { readonly chatId: bigint; readonly status: string },
): Promise<void> {
  if (news.status === 'member') return enableLinksOfChat(tx, news.chatId);
  if (news.status !== 'kicked') return;
  for (const link of await findLinksOfChat(tx, news.chatId)) await disableLink(tx, link, 'blocked');
}

/** What is stored of a code. */
export function codeHash(code: string): Buffer {
  return createHash('sha256').update(code).digest();
}
