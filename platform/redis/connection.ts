/**
 * One connection that comes back by itself: growing pauses, no queue while it is away (a late command helps nobody), and a
 * question every other second, so that a server that hangs or a line that was cut is noticed without traffic.
 */
import type { Redis, RedisOptions } from 'ioredis';

const CONNECT_MS_MAX = 3_000; // TLS to another continent takes half a second.
const ANSWER_MS_MAX = 3_000; // With the question below: five seconds until a silent server counts as lost.
const ASK_MS = 2_000;
const PAUSE_FIRST_MS = 100;
const PAUSE_MS_MAX = 3_000; // A restarted server is used again within three seconds.

export interface ConnectionEvents {
  readonly onReady: () => void;
  readonly onLost: () => void;
  readonly onError: (error: Error) => void;
}

export interface Connection {
  readonly client: Redis;
  close(): void;
}

/** Opens it without waiting for an answer. The library is loaded here, by those who use it. */
export async function openConnection(
  url: string,
  options: ConnectionEvents & { readonly name: string; readonly commandMs?: number },
): Promise<Connection> {
  const { Redis: Library } = await import('ioredis');
  const client = new Library(url, { ...settingsOf(options.name, options.commandMs), lazyConnect: true });
  client.on('ready', options.onReady);
  client.on('close', options.onLost);
  client.on('error', options.onError);
  client.connect().catch(() => undefined); // Told by `error`; the next attempt is on its way.
  const timer = setInterval(() => {
    if (client.status === 'ready') client.ping().catch(() => undefined); // No answer ends the socket, which is told.
  }, ASK_MS).unref();
  return {
    client,
    close: () => {
      clearInterval(timer);
      client.disconnect();
    },
  };
}

function settingsOf(name: string, commandMs: number | undefined) {
  return {
    connectionName: name,
    connectTimeout: CONNECT_MS_MAX,
    socketTimeout: ANSWER_MS_MAX,
    ...(commandMs === undefined ? {} : { commandTimeout: commandMs }),
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false, // The listener subscribes itself and knows when it hears again.
    maxRetriesPerRequest: 0,
    retryStrategy: (attempts) => Math.min(PAUSE_FIRST_MS * 2 ** Math.min(attempts - 1, 10), PAUSE_MS_MAX),
  } satisfies RedisOptions;
}
