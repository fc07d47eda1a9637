/** The way to the Bot API (grammY): the four calls Cactus makes, each limited in time. */
import { Api } from 'grammy';
import type { Update } from 'grammy/types';
import { telegramFaultOf } from './telegram-fault.ts';

export interface Bot {
  me(): Promise<{ readonly id: bigint; readonly username: string }>;
  write(chatId: bigint, html: string): Promise<void>;
  /** Waits up to `waitSeconds` for something new. */
  updates(fromId: bigint, waitSeconds: number, signal: AbortSignal): Promise<Update[]>;
}

const CALL_SECONDS_MAX = 60;
const UPDATES_MAX = 100; // The most the Bot API gives at once.

/** A bot by its token; nothing is sent until the first call. */
export function botOf(settings: { readonly botToken: string; readonly apiRoot: string }): Bot {
  const api = new Api(settings.botToken, { apiRoot: settings.apiRoot, timeoutSeconds: CALL_SECONDS_MAX });
  return {
    me: () =>
      told(async () => {
        const me = await api.getMe();
        return { id: BigInt(me.id), username: me.username };
      }),
    write: (chatId, html) =>
      told(async () => {
        await api.sendMessage(Number(chatId), html, {
          parse_mode: 'HTML',
          link_preview_options: { is_disabled: true },
        });
      }),
    updates: (fromId, waitSeconds, signal) =>
      told(() =>
        api.getUpdates(
          {
            offset: Number(fromId),
            limit: UPDATES_MAX,
            timeout: waitSeconds,
            allowed_updates: ['message', 'my_chat_member'],
          },
          signal as never, // grammY names the signal of its own polyfill; the platform's is the same object.
        ),
      ),
  };
}

/** Text inside the HTML that Telegram reads. */
export function escapeTelegram(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

async function told<Value>(call: () => Promise<Value>): Promise<Value> {
  try {
    return await call();
  } catch (error) {
    throw telegramFaultOf(error);
  }
}
