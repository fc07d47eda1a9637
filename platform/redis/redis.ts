/**
 * The process's Redis: commands over one connection, a channel over another. Whatever goes wrong ends in the caller's
 * fallback, and is said once in the log and all the time in the health. Neither ever holds the address with its password.
 */
import type { HealthPart, Log } from '#platform/telemetry';
import type { Redis } from 'ioredis';
import { type Connection, openConnection } from './connection.ts';
import type { RedisHandle, RedisListener } from './types.ts';

const COMMAND_MS_MAX = 500; // A request waits for it: a slow Redis must cost less than it saves.
const REST_MS = 1_000; // After a command without an answer nobody waits for the next one.
const CLOSE_CODES = new Set([
  'Connection is closed.',
  "Stream isn't writeable and enableOfflineQueue options is false",
]);

export interface RedisInput {
  /** `redis://` or `rediss://` (TLS); null gives a handle whose every attempt takes its fallback. */
  readonly url: string | null;
  /** Names this installation in every key and channel. */
  readonly installation: string;
  readonly log: Log;
}

/** Opens it without waiting: a Redis that is away at the start is joined when it comes. */
export async function openRedis({ url, installation, log }: RedisInput): Promise<RedisHandle> {
  if (url === null) return absentRedis;
  const redis = new ConnectedRedis(url, installation, log.child({ part: 'redis' }));
  await redis.open();
  return redis;
}

/** Without Redis: what every process does by itself. */
export const absentRedis: RedisHandle = {
  isConfigured: false,
  isReady: false,
  nameOf: (part) => part,
  attempt: async (_work, fallback) => fallback(),
  listen: () => undefined,
  health: async () => [],
  close: async () => undefined,
};

class ConnectedRedis implements RedisHandle {
  readonly isConfigured = true;
  readonly #url: string;
  readonly #prefix: string;
  readonly #log: Log;
  #commands: Connection | null = null;
  #hearing: Connection | null = null;
  #isLost = true;
  #isClosed = false;
  #restUntilMs = 0;
  #lastFailure = 'not connected yet';

  constructor(url: string, installation: string, log: Log) {
    this.#url = url;
    this.#prefix = `cactus:${installation}:`;
    this.#log = log;
  }

  async open(): Promise<void> {
    this.#commands = await openConnection(this.#url, {
      name: 'cactus',
      commandMs: COMMAND_MS_MAX,
      onReady: () => this.#found(),
      onLost: () => this.#lose(),
      onError: (error) => this.#failed(error),
    });
  }

  get isReady(): boolean {
    return this.#commands?.client.status === 'ready' && performance.now() >= this.#restUntilMs;
  }

  nameOf(part: string): string {
    return this.#prefix + part;
  }

  async attempt<Value>(
    work: (client: Redis) => Promise<Value>,
    fallback: () => Value | Promise<Value>,
  ): Promise<Value> {
    if (!this.#commands || !this.isReady) return fallback();
    try {
      return await work(this.#commands.client);
    } catch (error) {
      this.#restUntilMs = performance.now() + REST_MS;
      this.#failed(error);
      return fallback();
    }
  }

  listen({ channel, onMessage, onHearing }: RedisListener): void {
    const name = this.nameOf(channel);
    const open = async (): Promise<void> => {
      const connection = await openConnection(this.#url, {
        name: 'cactus-hears',
        onReady: () => {
          const { client } = connection;
          client.subscribe(name).then(
            () => onHearing(true),
            (error: unknown) => {
              this.#failed(error);
              if (client.status === 'ready') client.disconnect(true); // Ask again from the beginning, after a pause.
            },
          );
        },
        onLost: () => onHearing(false),
        onError: (error) => this.#failed(error),
      });
      connection.client.on('message', (_channel: string, message: string) => onMessage(message));
      this.#hearing = connection;
      if (this.#isClosed) connection.close();
    };
    open().catch((error: unknown) => this.#failed(error));
  }

  async health(): Promise<readonly HealthPart[]> {
    const askedAtMs = performance.now();
    const isAnswered = await this.attempt(
      async (client) => (await client.ping()) === 'PONG',
      () => false,
    );
    const figure = (performance.now() - askedAtMs).toFixed(1);
    if (isAnswered) {
      const detailEs = `Responde en ${figure.replace('.', ',')} ms.`;
      return [{ name: 'redis', state: 'ok', detail: `Answers in ${figure} ms.`, detailEs }];
    }
    const { host } = new URL(this.#url);
    return [
      {
        name: 'redis',
        state: 'degraded',
        detail: `No answer from ${host} (${this.#lastFailure}). Nothing is lost: figures travel by PostgreSQL, limits and cache count per process. Start it again or check REDIS_URL.`,
        detailEs: `${host} no responde (${this.#lastFailure}). No se pierde nada: las cifras viajan por PostgreSQL, los límites y la caché cuentan por proceso. Arráncalo de nuevo o revisa REDIS_URL.`,
      },
    ];
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#hearing?.close();
    this.#commands?.close();
  }

  #found(): void {
    this.#restUntilMs = 0;
    if (this.#isLost) this.#log.info('Redis answers', { host: new URL(this.#url).host });
    this.#isLost = false;
  }

  #lose(): void {
    if (this.#isLost || this.#isClosed) return;
    this.#isLost = true;
    this.#lastFailure = 'the connection ended';
    this.#log.warn('Redis is lost; every process goes on by itself', { host: new URL(this.#url).host });
  }

  #failed(error: unknown): void {
    const failure = failureOf(error);
    // "The connection is closed" follows the reason; the reason is worth more.
    if (CLOSE_CODES.has(failure) || this.#isClosed) return;
    if (failure !== this.#lastFailure) this.#log.warn('Redis failed', { failure });
    this.#lastFailure = failure;
  }
}

/** The code of a broken line, or what the server said; the library puts no address or password into either. */
function failureOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.message : String(error);
}
