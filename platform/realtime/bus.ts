/**
 * Bus: carries broadcasts to the other processes, newest per name. Over Redis when it answers and every process says that it
 * hears it; else over NOTIFY, in pieces below the 8,000 bytes that PostgreSQL allows. A message takes one carrier; when a
 * process lost Redis, what went there in the last seconds is repeated over NOTIFY, and whoever had it already drops it by its number.
 */
import type { DatabaseHandle } from '#platform/db';
import type { RedisHandle } from '#platform/redis';
import { sql } from 'kysely';
import { LRUCache } from 'lru-cache';
import { Peers, STATE_MS } from './peers.ts';
import type { Broadcast } from './types.ts';
import { nameOf, type Numbered, parseWord, piecesOf, stateText } from './wire.ts';

const CHANNEL = 'platform_realtime';
const REDIS_CHANNEL = 'realtime';
const NOTIFY_FLUSH_MS = 100;
const REDIS_FLUSH_MS = 25; // Redis costs no transaction.
const NOTIFY_BYTES_MAX = 7800; // PostgreSQL refuses 8,000; the envelope takes some.
const REDIS_BYTES_MAX = 262_144; // A quarter MiB: what a socket of a browser may have waiting.
const PIECES_MAX = 64; // Half a MiB a flush; more would fill the notification queue of a slow listener.
const WAITING_MAX = 10_000;
const RECENT_MS = 10_000; // A hanging Redis is noticed in five seconds; twice that has surely gone astray or arrived.
const HEARD_MAX = 50_000; // Names whose newest number is remembered; some MB.

export interface Bus {
  publish(message: Broadcast): void;
  close(): Promise<void>;
}

export interface BusOptions {
  readonly db: Pick<DatabaseHandle, 'listen' | 'tables'>;
  readonly redis: RedisHandle;
  /** Names this process; its own pieces come back and are ignored. */
  readonly origin: string;
  readonly onMessage: (message: Broadcast) => void;
  readonly onDropped: (reason: 'too_large' | 'too_many', count: number) => void;
  readonly onFault: (error: unknown) => void;
}

export async function openBus(options: BusOptions): Promise<Bus> {
  const bus = new TwoCarriers(options);
  await bus.open();
  return bus;
}

class TwoCarriers implements Bus {
  readonly #options: BusOptions;
  readonly #peers = new Peers();
  readonly #waiting = new Map<string, Numbered>();
  /** What went over Redis lately, newest per name, oldest first. */
  readonly #recent = new Map<string, Numbered & { readonly sentAtMs: number }>();
  /** The newest number heard of each process and name. */
  readonly #heard = new LRUCache<string, number>({ max: HEARD_MAX });
  #number = 0;
  #timer: NodeJS.Timeout | null = null;
  #stateTimer: NodeJS.Timeout | null = null;
  #flushing: Promise<void> = Promise.resolve();
  #saying: Promise<void> = Promise.resolve();
  #isHearing = false;
  #isOpen = true;

  constructor(options: BusOptions) {
    this.#options = options;
  }

  async open(): Promise<void> {
    const { db, redis } = this.#options;
    const onMessage = (text: string): void => this.#hear(text);
    await db.listen({
      channel: CHANNEL,
      onMessage,
      // The next broadcast of each name heals what was missed.
      onReconnect: () => void this.#say({ isNew: true }),
    });
    await this.#say({ isNew: true });
    redis.listen({
      channel: REDIS_CHANNEL,
      onMessage,
      onHearing: (isHearing) => {
        if (isHearing === this.#isHearing || !this.#isOpen) return;
        this.#isHearing = isHearing;
        void this.#say({ isNew: false });
      },
    });
    this.#stateTimer = setInterval(() => {
      if (redis.isConfigured || this.#peers.hasAny) void this.#say({ isNew: false });
    }, STATE_MS).unref();
  }

  publish(message: Broadcast): void {
    if (!this.#isOpen) return;
    const name = nameOf(message);
    if (this.#waiting.size >= WAITING_MAX && !this.#waiting.has(name)) return this.#options.onDropped('too_many', 1);
    this.#number += 1;
    this.#waiting.set(name, { number: this.#number, message });
    this.#schedule();
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    if (this.#timer) clearTimeout(this.#timer);
    if (this.#stateTimer) clearInterval(this.#stateTimer);
    await this.#flushing;
    await this.#saying;
  }

  #schedule(): void {
    const waitMs = this.#options.redis.isReady ? REDIS_FLUSH_MS : NOTIFY_FLUSH_MS;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      // One after the other: two carriers must not race with an older and a newer message of one name.
      this.#flushing = this.#flushing.then(() => this.#flush());
    }, waitMs).unref();
  }

  async #flush(): Promise<void> {
    const messages = [...this.#waiting.values()];
    this.#waiting.clear();
    if (messages.length === 0) return;
    if (await this.#sendByRedis(messages)) return;
    await this.#sendByNotify(messages);
  }

  /** False when it may not have reached everybody. */
  async #sendByRedis(messages: readonly Numbered[]): Promise<boolean> {
    const { redis, origin } = this.#options;
    if (!redis.isReady || !this.#peers.areHearing) return false;
    const { pieces, tooLargeCount } = piecesOf(messages, { origin, sizeBytesMax: REDIS_BYTES_MAX });
    const channel = redis.nameOf(REDIS_CHANNEL);
    // Remembered before it is sent: a peer may say that it lost Redis while we wait for the answer.
    this.#remember(pieces.flatMap((piece) => piece.messages));
    const isSent = await redis.attempt(
      async (client) => {
        await Promise.all(pieces.map(({ text }) => client.publish(channel, text)));
        return true;
      },
      () => false,
    );
    if (isSent && tooLargeCount > 0) this.#options.onDropped('too_large', tooLargeCount);
    return isSent;
  }

  async #sendByNotify(messages: readonly Numbered[]): Promise<void> {
    const { db, origin, onDropped, onFault } = this.#options;
    const { pieces, tooLargeCount } = piecesOf(messages, { origin, sizeBytesMax: NOTIFY_BYTES_MAX });
    if (tooLargeCount > 0) onDropped('too_large', tooLargeCount);
    for (const piece of pieces.slice(PIECES_MAX)) this.#putBack(piece.messages);
    const leaving = pieces.slice(0, PIECES_MAX);
    // What Redis had of these names is older now and need not be repeated.
    for (const { message } of leaving.flatMap((piece) => piece.messages)) this.#recent.delete(nameOf(message));
    const sent = leaving.map(({ text }) => text);
    if (sent.length === 0) return;
    await sql`select pg_notify(${CHANNEL}, piece) from unnest(${sent}::text[]) as pieces (piece)`
      .execute(db.tables())
      .catch(onFault);
  }

  /** Waits for the next flush, unless something newer of the name does already. */
  #putBack(messages: Iterable<Numbered>): void {
    for (const numbered of messages) {
      const name = nameOf(numbered.message);
      if (!this.#waiting.has(name)) this.#waiting.set(name, numbered);
    }
    if (this.#waiting.size > 0 && this.#isOpen) this.#schedule();
  }

  #remember(messages: readonly Numbered[]): void {
    const sentAtMs = performance.now();
    for (const numbered of messages) {
      const name = nameOf(numbered.message);
      this.#recent.delete(name);
      this.#recent.set(name, { ...numbered, sentAtMs });
    }
    for (const [name, old] of this.#recent) {
      if (this.#recent.size <= WAITING_MAX && old.sentAtMs > sentAtMs - RECENT_MS) break;
      this.#recent.delete(name);
    }
  }

  /** Says over PostgreSQL, which everybody hears, whether this process hears Redis. */
  #say({ isNew }: { readonly isNew: boolean }): Promise<void> {
    const { db, origin, onFault } = this.#options;
    // One after the other, each with the state of its moment: over two connections the older word could arrive last.
    this.#saying = this.#saying.then(async () => {
      const text = stateText(origin, { isHearing: this.#isHearing, isNew });
      await sql`select pg_notify(${CHANNEL}, ${text})`.execute(db.tables()).catch(onFault);
    });
    return this.#saying;
  }

  #hear(text: string): void {
    try {
      const word = parseWord(text);
      if (word.origin === this.#options.origin || !this.#isOpen) return;
      if ('messages' in word) return this.#deliver(word.origin, word.messages);
      const change = this.#peers.record(word.origin, word.isHearing);
      if (word.isNew || change === 'new') void this.#say({ isNew: false });
      if (change === 'lost') this.#putBack([...this.#recent.values()]);
    } catch (error) {
      this.#options.onFault(error);
    }
  }

  #deliver(origin: string, messages: readonly Numbered[]): void {
    for (const { number, message } of messages) {
      const name = `${origin}\n${nameOf(message)}`;
      if (number <= (this.#heard.get(name) ?? 0)) continue;
      this.#heard.set(name, number);
      this.#options.onMessage(message);
    }
  }
}
