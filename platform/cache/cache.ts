/**
 * Two layers: the memory of this process, bounded, and Redis where it is set. An answer carries the instant until which it is
 * fresh, so both layers agree on its age. Among processes a short lock lets one of them load while the others wait for its answer.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '#kernel';
import type { RedisHandle } from '#platform/redis';
import type { Counter, Telemetry } from '#platform/telemetry';
import { LRUCache } from 'lru-cache';
import { openAllowances } from './allowances.ts';
import type { Cache, CachePolicy, Caches, CacheShape } from './types.ts';

const SHARED_MS_MAX = 86_400_000; // Redis forgets by itself what nobody asked for in a day.
const LOCK_MS = 5_000; // A process that dies while it loads holds the others up no longer than this.
const WAIT_MS_MAX = 2_000; // After this a caller loads by itself: waiting longer costs more than asking twice.
const LOOK_MS = 50;

interface Kept<Value> {
  readonly value: Value;
  readonly freshUntilMs: number;
}

/** Opens the caches of a process. */
export function createCaches(input: {
  readonly redis: RedisHandle;
  readonly clock: Clock;
  readonly telemetry: Pick<Telemetry, 'counter'>;
}): Caches {
  const asked = input.telemetry.counter('cactus_cache_requests_total', 'Answers asked of a cache.', ['cache', 'from']);
  return { open: (shape) => new TwoLayers({ ...input, shape, asked }), allowances: openAllowances(input.redis) };
}

interface Parts<Value> {
  readonly redis: RedisHandle;
  readonly clock: Clock;
  readonly shape: CacheShape<Value>;
  readonly asked: Counter;
}

class TwoLayers<Value> implements Cache<Value> {
  readonly #parts: Parts<Value>;
  readonly #memory: LRUCache<string, Kept<Value>>;
  readonly #flights = new Map<string, Promise<Value>>();

  constructor(parts: Parts<Value>) {
    const { entriesMax: max, weight } = parts.shape;
    this.#parts = parts;
    this.#memory = new LRUCache(
      weight === undefined
        ? { max }
        : { max, maxSize: weight.max, sizeCalculation: ({ value }) => Math.max(1, Math.ceil(weight.of(value))) },
    );
  }

  async get(key: string, policy: CachePolicy, load: () => Promise<Value>): Promise<Value> {
    const nowMs = this.#parts.clock();
    const kept = this.#memory.get(key);
    if (kept && nowMs < kept.freshUntilMs) return this.#from('memory', kept.value);
    const flight = this.#fetchOnce(key, policy, load);
    if (!kept || nowMs >= kept.freshUntilMs + policy.staleMs) return flight;
    flight.catch(() => undefined); // Nobody waits for it; the older answer is given until it is too old.
    return this.#from('stale', kept.value);
  }

  #fetchOnce(key: string, policy: CachePolicy, load: () => Promise<Value>): Promise<Value> {
    const running = this.#flights.get(key);
    if (running) return running;
    const flight = this.#fetch(key, policy, load).finally(() => this.#flights.delete(key));
    this.#flights.set(key, flight);
    return flight;
  }

  async #fetch(key: string, policy: CachePolicy, load: () => Promise<Value>): Promise<Value> {
    if (!this.#parts.shape.codec || !this.#parts.redis.isReady) return this.#load(key, policy, load);
    const shared = await this.#shared(key);
    if (shared) return this.#from('redis', shared.value);
    const hasLock = await this.#lock(key);
    if (!hasLock) {
      const brought = await this.#awaitOther(key);
      if (brought) return this.#from('redis', brought.value);
    }
    try {
      return await this.#load(key, policy, load);
    } finally {
      if (hasLock) await this.#command((client, name) => client.del(`${name}:lock`), key);
    }
  }

  async #load(key: string, policy: CachePolicy, load: () => Promise<Value>): Promise<Value> {
    const { clock, shape } = this.#parts;
    const value = await load();
    const ttlMs = shape.negativeTtlMs?.(value) ?? policy.ttlMs;
    const kept = { value, freshUntilMs: clock() + ttlMs };
    this.#memory.set(key, kept);
    await this.#share(key, kept, ttlMs);
    return this.#from('load', value);
  }

  /** The answer of another process while it is fresh; also kept here from now on. */
  async #shared(key: string): Promise<Kept<Value> | null> {
    const text = await this.#command((client, name) => client.get(name), key);
    const kept = text === null ? null : this.#decode(text);
    if (!kept || this.#parts.clock() >= kept.freshUntilMs) return null;
    this.#memory.set(key, kept);
    return kept;
  }

  async #share(key: string, { value, freshUntilMs }: Kept<Value>, ttlMs: number): Promise<void> {
    const { codec } = this.#parts.shape;
    const leftMs = Math.min(Math.round(ttlMs), SHARED_MS_MAX);
    if (!codec || leftMs < 1) return;
    const text = JSON.stringify({ freshUntilMs, value: codec.encode(value) });
    await this.#command((client, name) => client.set(name, text, 'PX', leftMs), key);
  }

  /** True when this process shall load; also when Redis cannot say. */
  async #lock(key: string): Promise<boolean> {
    const { redis } = this.#parts;
    return redis.attempt(
      async (client) => (await client.set(`${this.#nameOf(key)}:lock`, '1', 'PX', LOCK_MS, 'NX')) === 'OK',
      () => true,
    );
  }

  async #awaitOther(key: string): Promise<Kept<Value> | null> {
    for (let waitedMs = 0; waitedMs < WAIT_MS_MAX && this.#parts.redis.isReady; waitedMs += LOOK_MS) {
      await delay(LOOK_MS);
      const brought = await this.#shared(key);
      if (brought) return brought;
    }
    return null;
  }

  #command<Answer>(
    work: (client: Parameters<Parameters<RedisHandle['attempt']>[0]>[0], name: string) => Promise<Answer>,
    key: string,
  ): Promise<Answer | null> {
    return this.#parts.redis.attempt<Answer | null>(
      (client) => work(client, this.#nameOf(key)),
      () => null,
    );
  }

  #nameOf(key: string): string {
    return this.#parts.redis.nameOf(`cache:${this.#parts.shape.name}:${key}`);
  }

  /** Null for text of another release: it is loaded anew. */
  #decode(text: string): Kept<Value> | null {
    try {
      const { freshUntilMs, value } = JSON.parse(text) as { readonly freshUntilMs: number; readonly value: string };
      const decoded = this.#parts.shape.codec?.decode(value);
      return decoded === undefined ? null : { value: decoded, freshUntilMs };
    } catch {
      return null;
    }
  }

  #from(from: 'memory' | 'stale' | 'redis' | 'load', value: Value): Value {
    this.#parts.asked.add(1, { cache: this.#parts.shape.name, from });
    return value;
  }
}
