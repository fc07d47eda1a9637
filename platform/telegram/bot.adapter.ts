/** The way to the Bot API (grammY): the four calls Cactus makes, each limited in time. */
import type { Api } from 'grammy';
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
  let opened: Promise<Api> | null = null;
  const api = (): Promise<Api> => (opened ??= openApi(settings));
  return {
    me: () =>
      told(async () => {
        const me = await (await api()).getMe();
        return { id: BigInt(me.id), username: me.username };
      }),
    write: (chatId, html) =>
      told(async () => {
        await (
          await api()
        ).sendMessage(Number(chatId), html, {
          parse_mode: 'HTML',
          link_preview_options: { is_disabled: true },
        });
      }),
    updates: (fromId, waitSeconds, signal) =>
      told(async () =>
        (await api()).getUpdates(
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

/** The library is loaded by the first call: an installation without a bot does not hold it in memory. */
async function openApi({ botToken, apiRoot }: { readonly botToken: string; readonly apiRoot: string }): Promise<Api> {
  const { Api: Library } = await import('grammy');
  return new Library(botToken, { apiRoot, timeoutSeconds: CALL_SECONDS_MAX });
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
