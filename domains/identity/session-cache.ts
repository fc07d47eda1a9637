/**
 * Who holds a token, remembered for a few seconds so that a page with twenty calls costs one query.
 * Every change of sessions or roles in this process empties it after its commit; another process hears of it by
 * event or, at the latest, when the memory runs out.
 */
import type { Clock, RowScope } from '#kernel';
import type { Transaction } from '#platform/db';
import type { Platform } from '#platform/domain';
import { LRUCache } from 'lru-cache';
import { SessionRevoked, UserAccessChanged, UserRoleChanged, WorkspaceRemoved } from './contract.ts';
import type { LiveSession } from './session.store.ts';

/** A session and whose rows its person reaches, read together. */
export type KnownSession = LiveSession & { readonly rows: RowScope };

const REMEMBERED_MS = 5_000;
const REMEMBERED_MAX = 5_000; // About 2 MB; more people than this at once are served by a query each.

export class SessionCache {
  readonly #clock: Clock;
  readonly #sessions = new LRUCache<string, { readonly session: KnownSession; readonly untilMs: number }>({
    max: REMEMBERED_MAX,
  });
  #generation = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Gives the remembered session, else asks `find` and remembers a found one. */
  async read(tokenHash: Buffer, find: () => Promise<KnownSession | null>): Promise<KnownSession | null> {
    const key = tokenHash.toString('base64');
    const known = this.#sessions.get(key);
    if (known && known.untilMs > this.#clock()) return known.session;
    const generation = this.#generation;
    const session = await find();
    // An answer read before a change that emptied the cache must not come back to life in it.
    if (session && generation === this.#generation) {
      this.#sessions.set(key, { session, untilMs: this.#clock() + REMEMBERED_MS });
    }
    return session;
  }

  clear(): void {
    this.#generation += 1;
    this.#sessions.clear();
  }
}

const caches = new WeakMap<Platform, SessionCache>();

/** The cache of this process. */
export function sessionCacheOf(platform: Platform): SessionCache {
  let cache = caches.get(platform);
  if (!cache) {
    cache = new SessionCache(platform.clock);
    caches.set(platform, cache);
  }
  return cache;
}

/** To be called by every transaction that changes a session, a role or a person's access. */
export function forgetSessionsAfterCommit(platform: Platform, tx: Transaction): void {
  const cache = sessionCacheOf(platform);
  cache.clear();
  tx.afterCommit(() => cache.clear());
}

/** Empties the memory when another process closed a session, changed a role or removed a workspace. */
export function clearWhenHeard(platform: Platform): void {
  const telling: ReadonlySet<string> = new Set(
    [SessionRevoked, UserAccessChanged, UserRoleChanged, WorkspaceRemoved].map(({ name }) => name),
  );
  platform.events.onPublished((events) => {
    if (events.some(({ name }) => telling.has(name))) sessionCacheOf(platform).clear();
  });
}
