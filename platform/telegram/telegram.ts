/** The bot of this installation: links people's chats by a single-use code and writes to them. */
import { randomBytes } from 'node:crypto';
import type { Clock } from '#kernel';
import type { Config } from '#platform/config';
import type { Database, Transaction } from '#platform/db';
import { job, type Jobs } from '#platform/jobs';
import type { Log } from '#platform/telemetry';
import { type Bot, botOf } from './bot.adapter.ts';
import { deleteLink, findCheck, findLink, recordCheck, updateDisabled, upsertBot, upsertCode } from './link.store.ts';
import { codeHash, startReading } from './reading.ts';
import { TelegramFault, telegramFaultOf } from './telegram-fault.ts';
import type { TelegramDoor, TelegramLink } from './types.ts';

export interface TelegramOptions {
  readonly db: Database;
  readonly jobs: Pick<Jobs, 'define'>;
  readonly config: Pick<Config, 'telegram'>;
  readonly clock: Clock;
  readonly log: Log;
}

const CHECK_JOB = 'platform.telegram.check';
const CODE_LIFE_MS = 15 * 60_000; // Long enough to find the phone.
const CODE_BYTES = 24;

/** Opens the door; without a token it says so and does nothing. */
export function createTelegram({ db, jobs, config, clock, log }: TelegramOptions): TelegramDoor {
  const { botToken, apiRoot } = config.telegram;
  const bot = botToken === null ? null : botOf({ botToken, apiRoot });
  const listeners: ((tx: Transaction, link: TelegramLink) => Promise<void>)[] = [];
  const disableLink: TelegramDoor['disableLink'] = async (tx, link, reason) => {
    if (!(await updateDisabled(tx, link.userId, reason))) return;
    for (const listener of listeners) await listener(tx, { ...link, disabledReason: reason });
  };
  jobs.define([
    job({
      name: CHECK_JOB,
      attemptsMax: 1,
      parse: () => undefined as never,
      run: () => fetchBot({ db, bot, clock }),
    }),
  ]);
  return {
    isConfigured: bot !== null,
    findLink,
    disableLink,
    unlink: deleteLink,
    onDisabled: (listener) => void listeners.push(listener),
    async state(queryable) {
      const check = bot === null ? null : await findCheck(queryable);
      return {
        isConfigured: bot !== null,
        botUsername: check?.botUsername ?? null,
        checkedAtMs: check?.checkedAtMs ?? null,
        errorCode: bot === null ? 'telegram_not_configured' : (check?.errorCode ?? null),
        errorDetail: check?.errorDetail ?? null,
      };
    },
    async offerLink(tx, person) {
      const code = randomBytes(CODE_BYTES).toString('base64url');
      const expiresAtMs = clock() + CODE_LIFE_MS;
      await upsertCode(tx, { ...person, sha256: codeHash(code), expiresAtMs });
      const username = (await findCheck(tx))?.botUsername ?? null;
      const url = username === null ? null : `https://t.me/${username}?start=${code}`;
      return { url, code, expiresAtMs };
    },
    write: async (chatId, html) => required(bot).write(chatId, html),
    requestCheck: (tx) => tx.addJob(CHECK_JOB, {}, { key: CHECK_JOB }),
    startReading: () =>
      Promise.resolve(
        bot === null
          ? () => Promise.resolve()
          : startReading({ bot, db, clock, log: log.child({ part: 'telegram' }), disableLink }),
      ),
  };
}

async function fetchBot(parts: {
  readonly db: Database;
  readonly bot: Bot | null;
  readonly clock: Clock;
}): Promise<void> {
  const { db, clock } = parts;
  try {
    const me = await required(parts.bot).me();
    await upsertBot(db, { ...me, seenAtMs: clock() });
    await recordCheck(db, { checkedAtMs: clock(), botId: me.id, errorCode: null, errorDetail: null });
  } catch (error) {
    const { code, detail } = telegramFaultOf(error);
    await recordCheck(db, { checkedAtMs: clock(), botId: null, errorCode: code, errorDetail: detail });
  }
}

function required(bot: Bot | null): Bot {
  if (bot) return bot;
  throw new TelegramFault('telegram_not_configured', 'No bot token is set.', { retryable: true });
}
