/** The bot of this installation: links people's chats by a single-use code and writes to them. */
import { randomBytes } from 'node:crypto';
import type { Clock } from '#kernel';
import type { Config } from '#platform/config';
import type { Database, Queryable, Transaction } from '#platform/db';
import { job, type Jobs } from '#platform/jobs';
import { BOT_TOKEN, type Secrets } from '#platform/secrets';
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
  readonly secrets: Pick<Secrets, 'use' | 'find'>;
}

const CHECK_JOB = 'platform.telegram.check';
const CODE_LIFE_MS = 15 * 60_000; // Long enough to find the phone.
const CODE_BYTES = 24;

/** Opens the door; without a token it says so and does nothing. */
export function createTelegram({ db, jobs, config, clock, log, secrets }: TelegramOptions): TelegramDoor {
  const { botToken, apiRoot } = config.telegram;
  const current = botSource({ botToken, apiRoot, secrets });
  const isConfigured = async (queryable: Queryable = db): Promise<boolean> =>
    botToken !== null || (await secrets.find(BOT_TOKEN, queryable)) !== null;
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
      run: async () => fetchBot({ db, bot: await current(), clock }),
    }),
  ]);
  return {
    isConfigured,
    async tokenFact() {
      if (botToken !== null) return { source: 'settings', changedAtMs: null };
      const kept = await secrets.find(BOT_TOKEN);
      return kept ? { source: 'page', changedAtMs: kept.changedAtMs } : { source: 'none', changedAtMs: null };
    },
    findLink,
    disableLink,
    unlink: deleteLink,
    onDisabled: (listener) => void listeners.push(listener),
    async state(queryable) {
      const isSet = await isConfigured();
      const check = isSet ? await findCheck(queryable) : null;
      return {
        isConfigured: isSet,
        botUsername: check?.botUsername ?? null,
        checkedAtMs: check?.checkedAtMs ?? null,
        errorCode: isSet ? (check?.errorCode ?? null) : 'telegram_not_configured',
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
    write: async (chatId, html) => required(await current()).write(chatId, html),
    requestCheck: (tx) => tx.addJob(CHECK_JOB, {}, { key: CHECK_JOB }),
    startReading: () =>
      Promise.resolve(startReading({ current, db, clock, log: log.child({ part: 'telegram' }), disableLink })),
  };
}

/** The bot of the token that counts now: of the settings, or else the one that a keeper entered; the same one until it changes. */
function botSource({
  botToken,
  apiRoot,
  secrets,
}: Config['telegram'] & Pick<TelegramOptions, 'secrets'>): () => Promise<Bot | null> {
  let known: { readonly token: string; readonly bot: Bot } | null = null;
  return async () => {
    const token = botToken ?? (await secrets.use(BOT_TOKEN));
    if (token === null) known = null;
    else if (known?.token !== token) known = { token, bot: botOf({ botToken: token, apiRoot }) };
    return known?.bot ?? null;
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
