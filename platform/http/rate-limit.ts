/**
 * Rate limits: counts per address in windows that start with their first request. With Redis the count is that of all
 * processes; each also counts for itself, so that a Redis that is lost, or comes back empty, gives nobody a fresh start.
 */
import rateLimit from '@fastify/rate-limit';
import type { Config } from '#platform/config';
import type { RedisHandle } from '#platform/redis';
import type { FastifyInstance } from 'fastify';
import ipaddr from 'ipaddr.js';
import { LRUCache } from 'lru-cache';
import { RequestProblem } from './problem.ts';

const MINUTE_MS = 60_000;
const KEYS_MAX = 60_000; // Addresses and classes remembered by this process; about 6 MB, the oldest are forgotten first.
const NETWORK_BITS = 64; // One home has this many IPv6 addresses of its own: they are one caller.
// One step inside Redis: counted and dated together, or a crash between the two would limit somebody for ever.
const COUNT = `
  local count = redis.call('INCRBY', KEYS[1], ARGV[1])
  local leftMs = redis.call('PTTL', KEYS[1])
  if leftMs < 0 then
    redis.call('PEXPIRE', KEYS[1], ARGV[2])
    leftMs = tonumber(ARGV[2])
  end
  return {count, leftMs}`;

export interface WindowCount {
  readonly count: number;
  /** Until the window ends and the count begins again. */
  readonly leftMs: number;
}

/** Counts by key, over all processes that share a Redis. */
export class Windows {
  readonly #redis: RedisHandle;
  readonly #own = new LRUCache<string, { count: number; readonly endsAtMs: number }>({ max: KEYS_MAX });

  constructor(redis: RedisHandle) {
    this.#redis = redis;
  }

  /** Adds to a key's count and gives it; adding 0 only looks. */
  async add(key: string, { by, windowMs }: { readonly by: 0 | 1; readonly windowMs: number }): Promise<WindowCount> {
    const own = this.#addOwn(key, by, windowMs);
    const shared = await this.#redis.attempt(
      async (client) => {
        const name = this.#redis.nameOf(`rate:${key}`);
        const [count, leftMs] = (await client.eval(COUNT, 1, name, by, windowMs)) as [number, number];
        return { count, leftMs };
      },
      () => own,
    );
    return shared.count >= own.count ? shared : own;
  }

  #addOwn(key: string, by: number, windowMs: number): WindowCount {
    const nowMs = performance.now();
    let window = this.#own.get(key);
    if (!window || window.endsAtMs <= nowMs) window = { count: 0, endsAtMs: nowMs + windowMs };
    window.count += by;
    if (by > 0) this.#own.set(key, window);
    return { count: window.count, leftMs: window.endsAtMs - nowMs };
  }
}

/** Three classes per address: sign-in like writes (strict: guessing), other writes, reads. 0 in the configuration turns one off. */
export async function addRateLimit(app: FastifyInstance, config: Config, windows: Windows): Promise<void> {
  await app.register(rateLimit, { global: false, store: storeOf(windows) });
  const check = (max: number, rateClass: string) =>
    max === 0
      ? null
      : app.createRateLimit({
          max,
          timeWindow: MINUTE_MS,
          keyGenerator: (request) => `${rateClass}:${callerOf(request.facts.ip)}`,
        });
  const limits = {
    publicWrite: check(config.rateLimits.publicWritesPerMinute, 'public-write'),
    write: check(config.rateLimits.writesPerMinute, 'write'),
    read: check(config.rateLimits.readsPerMinute, 'read'),
  };
  app.addHook('onRequest', async (request, reply) => {
    const endpoint = request.routeOptions.config.endpoint;
    if (!endpoint) return;
    const isRead = endpoint.method === 'GET';
    const writeClass = endpoint.permission === 'public' ? 'publicWrite' : 'write';
    const verdict = await limits[isRead ? 'read' : writeClass]?.(request);
    if (!verdict || verdict.isAllowed || !verdict.isExceeded) return;
    void reply.header('retry-after', Math.max(1, verdict.ttlInSeconds));
    throw new RequestProblem('too_many_requests');
  });
}

/** Sockets that were refused, per address: an upgrade costs a look at the session, and guessing must not be free. */
export class UpgradeLimit {
  readonly #windows: Windows;
  readonly #max: number;

  constructor(windows: Windows, config: Config) {
    this.#windows = windows;
    this.#max = config.rateLimits.refusedUpgradesPerMinute;
  }

  async isReached(ip: string): Promise<boolean> {
    return this.#max > 0 && (await this.#add(ip, 0)) >= this.#max;
  }

  async recordRefusal(ip: string): Promise<void> {
    if (this.#max > 0) await this.#add(ip, 1);
  }

  async #add(ip: string, by: 0 | 1): Promise<number> {
    return (await this.#windows.add(`upgrade:${callerOf(ip)}`, { by, windowMs: MINUTE_MS })).count;
  }
}

/** One caller: an IPv4 address, or the network of an IPv6 one. */
export function callerOf(ip: string): string {
  if (!ipaddr.isValid(ip)) return ip;
  const address = ipaddr.process(ip);
  if (address.kind() === 'ipv4') return address.toString();
  const bytes = address.toByteArray().map((byte, index) => (index < NETWORK_BITS / 8 ? byte : 0));
  return `${ipaddr.fromByteArray(bytes).toString()}/${NETWORK_BITS}`;
}

type Answer = (error: Error | null, result?: { current: number; ttl: number }) => void;

/** The windows in the shape the library asks for; every limit shares them, for keys name their class. */
function storeOf(windows: Windows) {
  return class WindowStore {
    incr(key: string, answer: Answer, windowMs: number): void {
      windows.add(key, { by: 1, windowMs }).then(
        ({ count, leftMs }) => answer(null, { current: count, ttl: leftMs }),
        (error: unknown) => answer(error instanceof Error ? error : new Error(String(error))),
      );
    }

    child(): WindowStore {
      return this;
    }
  };
}
