/**
 * One connection per process that hears NOTIFY. It also tells other Cactus processes that we use the embedded server.
 * When it breaks it comes back by itself (starting the embedded server again if that died), and says so, because
 * messages sent meanwhile are lost.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '#platform/telemetry';
import type pg from 'pg';

export interface Subscription {
  readonly channel: string;
  onMessage(payload: string): void;
  /** The connection was lost and is back: read what you may have missed. */
  onReconnect(): void;
}

export interface Listener {
  subscribe(subscription: Subscription): Promise<void>;
  /** Holds a session's advisory lock for as long as this process lives, again after each reconnection. */
  holdLock(name: string): Promise<void>;
  dropLock(name: string): Promise<void>;
  close(): Promise<void>;
}

const RETRY_MS_FIRST = 100;
const RETRY_MS_MAX = 5_000;
const KEEPALIVE_MS = 30_000; // A silently dropped TCP peer is noticed by the next statement.
// Names are unique to a process, so a lock that does not come at once can only be our own dying connection's.
const HOLD_LOCK = 'select pg_try_advisory_lock(hashtextextended($1, 0))';
const DROP_LOCK = 'select pg_advisory_unlock(hashtextextended($1, 0))';
const CHANNEL = /^[a-z_]{1,60}$/;

/** Connects (throws when it cannot) and keeps the connection until closed. */
export async function openListener(input: {
  readonly connect: () => Promise<pg.Client>;
  readonly log: Log;
}): Promise<Listener> {
  const listener = new ReconnectingListener(input.connect, input.log);
  await listener.start();
  return listener;
}

class ReconnectingListener implements Listener {
  readonly #connect: () => Promise<pg.Client>;
  readonly #log: Log;
  readonly #subscriptions: Subscription[] = [];
  readonly #locks = new Set<string>();
  readonly #closing = new AbortController();
  #client: pg.Client | null = null;
  #keepalive: NodeJS.Timeout | undefined;
  #reconnecting: Promise<void> | null = null;

  constructor(connect: () => Promise<pg.Client>, log: Log) {
    this.#connect = connect;
    this.#log = log;
  }

  async start(): Promise<void> {
    await this.#open();
    this.#keepalive = setInterval(() => void this.#client?.query('select 1').catch(() => undefined), KEEPALIVE_MS);
    this.#keepalive.unref();
  }

  async subscribe(subscription: Subscription): Promise<void> {
    if (!CHANNEL.test(subscription.channel)) throw new Error(`db: not a channel name: ${subscription.channel}`);
    this.#subscriptions.push(subscription);
    await this.#client?.query(`listen ${subscription.channel}`);
  }

  async holdLock(name: string): Promise<void> {
    this.#locks.add(name);
    await this.#client?.query(HOLD_LOCK, [name]);
  }

  async dropLock(name: string): Promise<void> {
    if (this.#locks.delete(name)) await this.#client?.query(DROP_LOCK, [name]);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    clearInterval(this.#keepalive);
    await this.#reconnecting;
    const client = this.#client;
    this.#client = null;
    await client?.end().catch(() => undefined);
  }

  async #open(): Promise<void> {
    const client = await this.#connect();
    client.on('error', () => this.#lost(client));
    client.on('end', () => this.#lost(client));
    client.on('notification', ({ channel, payload }) => {
      for (const subscription of this.#subscriptions) {
        if (subscription.channel === channel) subscription.onMessage(payload ?? '');
      }
    });
    for (const channel of new Set(this.#subscriptions.map((subscription) => subscription.channel))) {
      await client.query(`listen ${channel}`);
    }
    for (const name of this.#locks) await client.query(HOLD_LOCK, [name]);
    this.#client = client;
  }

  #lost(client: pg.Client): void {
    if (this.#client !== client || this.#closing.signal.aborted) return;
    this.#client = null;
    this.#log.warn('The database connection was lost; connecting again');
    this.#reconnecting ??= this.#reconnect().finally(() => (this.#reconnecting = null));
  }

  async #reconnect(): Promise<void> {
    let retryMs = RETRY_MS_FIRST;
    while (!this.#closing.signal.aborted) {
      try {
        await this.#open();
        for (const subscription of this.#subscriptions) subscription.onReconnect();
        this.#log.info('The database connection is back');
        return;
      } catch (error) {
        this.#log.warn('The database does not answer yet', { error: String(error), retryMs });
        await delay(retryMs, undefined, { signal: this.#closing.signal }).catch(() => undefined);
        retryMs = Math.min(retryMs * 2, RETRY_MS_MAX);
      }
    }
  }
}
