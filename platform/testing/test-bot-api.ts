/**
 * A Bot API server on loopback for tests, with the JSON shapes of https://core.telegram.org/bots/api: getMe, getUpdates
 * (long polling, offsets that confirm), sendMessage. People write to the bot, block it and come back by `say` and `member`.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const TEST_BOT_TOKEN = '123456789:AAtestTESTtestTESTtestTESTtestTEST';
export const TEST_BOT = { id: 123_456_789, is_bot: true, first_name: 'Cactus', username: 'cactus_test_bot' } as const;

export interface SentMessage {
  readonly chatId: number;
  readonly text: string;
  readonly parseMode: string | undefined;
}

export interface TestBotApi {
  readonly url: string;
  readonly sent: SentMessage[];
  /** A person writes in a chat. */
  say(chatId: number, text: string, chat?: { readonly type?: 'private' | 'group'; readonly username?: string }): void;
  /** She blocks the bot (`kicked`) or takes it back (`member`). */
  member(chatId: number, status: 'kicked' | 'member'): void;
  /** The next message is answered with this error. */
  answerNext(error: { readonly code: number; readonly description: string; readonly retryAfterSeconds?: number }): void;
  close(): Promise<void>;
}

interface Update {
  readonly update_id: number;
}
type Payload = Readonly<Record<string, unknown>>;
type Answer = { readonly ok: boolean } & Payload;

/** Listens on a free port; any other token is refused as Telegram does. */
export async function startTestBotApi(): Promise<TestBotApi> {
  const bot = new FakeBot();
  const server = createServer((request, reply) => void answer(bot, request, reply));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    sent: bot.sent,
    say: (chatId, text, chat = {}) => bot.say(chatId, text, chat),
    member: (chatId, status) => bot.member(chatId, status),
    answerNext: ({ code, description, retryAfterSeconds }) =>
      void bot.errors.push({
        ok: false,
        error_code: code,
        description,
        ...(retryAfterSeconds === undefined ? {} : { parameters: { retry_after: retryAfterSeconds } }),
      }),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

class FakeBot {
  readonly sent: SentMessage[] = [];
  readonly errors: Answer[] = [];
  #updates: Update[] = [];
  #lastId = 100;
  #wakers: (() => void)[] = [];

  say(
    chatId: number,
    text: string,
    { type = 'private', username = 'ana' }: { type?: string; username?: string },
  ): void {
    const from = { id: chatId, is_bot: false, first_name: 'Ana', username };
    const chat = { id: chatId, type, first_name: 'Ana', username };
    this.#add({ message: { message_id: this.#lastId, date: 1_795_000_000, chat, from, text } });
  }

  member(chatId: number, status: 'kicked' | 'member'): void {
    const from = { id: chatId, is_bot: false, first_name: 'Ana' };
    const old = { status: status === 'kicked' ? 'member' : 'kicked', user: TEST_BOT, until_date: 0 };
    this.#add({
      my_chat_member: {
        chat: { id: chatId, type: 'private', first_name: 'Ana' },
        from,
        date: 1_795_000_000,
        old_chat_member: old,
        new_chat_member: { status, user: TEST_BOT, until_date: 0 },
      },
    });
  }

  async call(method: string, payload: Payload): Promise<Answer> {
    if (method === 'getMe') return { ok: true, result: { ...TEST_BOT, can_join_groups: true } };
    if (method === 'getUpdates') return { ok: true, result: await this.#take(payload) };
    if (method !== 'sendMessage') return { ok: false, error_code: 404, description: 'Not Found: method not found' };
    const error = this.errors.shift();
    if (error) return error;
    const chatId = Number(payload['chat_id']);
    const text = String(payload['text']);
    this.sent.push({ chatId, text, parseMode: payload['parse_mode'] as string | undefined });
    const chat = { id: chatId, type: 'private', first_name: 'Ana' };
    return { ok: true, result: { message_id: this.sent.length, date: 1_795_000_000, chat, from: TEST_BOT, text } };
  }

  /** An offset confirms everything below it; with nothing new the call waits. */
  async #take({ offset = 0, timeout = 0 }: Payload): Promise<Update[]> {
    this.#updates = this.#updates.filter(({ update_id: id }) => id >= Number(offset));
    if (this.#updates.length === 0 && Number(timeout) > 0) {
      await new Promise<void>((resolve) => {
        this.#wakers.push(resolve);
        setTimeout(resolve, Number(timeout) * 1_000).unref();
      });
    }
    return this.#updates;
  }

  #add(update: object): void {
    this.#lastId += 1;
    this.#updates.push({ update_id: this.#lastId, ...update });
    for (const wake of this.#wakers.splice(0)) wake();
  }
}

async function answer(bot: FakeBot, request: IncomingMessage, reply: ServerResponse): Promise<void> {
  const [, token, method = ''] = /^\/bot([^/]+)\/(\w+)/.exec(request.url ?? '') ?? [];
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  const payload = text === '' ? {} : (JSON.parse(text) as Payload);
  const refused: Answer = { ok: false, error_code: 401, description: 'Unauthorized' };
  const result = token === TEST_BOT_TOKEN ? await bot.call(method, payload) : refused;
  reply.writeHead(result.ok ? 200 : Number(result['error_code']), { 'content-type': 'application/json' });
  reply.end(JSON.stringify(result));
}
