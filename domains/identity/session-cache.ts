/**
 * Who holds a token, remembered for a few seconds so that a page with twenty calls costs one query.
 * Every change of sessions or roles in this process empties it after its commit; another process hears of it by
 * event or, at the latest, when the memory runs out.
 */
import type { Clock, RowScope } from '#kernel';
import type { Transaction } from '#platform/db';
import type { Platform } from '#platform/domain';
import { LRUCache } from 'lru-cache';
import { ApiTokenRevoked } from './api-token-contract.ts';
import type { LiveApiToken } from './api-token.store.ts';
import { SessionRevoked, UserAccessChanged, UserRoleChanged, WorkspaceRemoved } from './contract.ts';
import type { LiveSession } from './session.store.ts';
import { ReachChanged } from './team-contract.ts';

/** A session and whose rows its person reaches, read together. */
export type KnownSession = LiveSession & { readonly rows: RowScope };

/** An API token and whose rows its owner reaches. */
export type KnownApiToken = LiveApiToken & { readonly rows: RowScope };

const REMEMBERED_MS = 5_000;
const REMEMBERED_MAX = 5_000; // About 2 MB; more people than this at once are served by a query each.

export class SessionCache<Held extends object = KnownSession> {
  readonly #clock: Clock;
  readonly #sessions = new LRUCache<string, { readonly held: Held; readonly untilMs: number }>({
    max: REMEMBERED_MAX,
  });
  readonly #onClear: (() => void)[] = [];
  #generation = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Gives the remembered session, else asks `find` and remembers a found one. */
  async read(tokenHash: Buffer, find: () => Promise<Held | null>): Promise<Held | null> {
    const key = tokenHash.toString('base64');
    const known = this.#sessions.get(key);
    if (known && known.untilMs > this.#clock()) return known.held;
    const generation = this.#generation;
    const held = await find();
    // An answer read before a change that emptied the cache must not come back to life in it.
    if (held && generation === this.#generation) {
      this.#sessions.set(key, { held, untilMs: this.#clock() + REMEMBERED_MS });
    }
    return held;
  }

  clear(): void {
    this.#generation += 1;
    this.#sessions.clear();
    for (const run of this.#onClear) run();
  }

  /** For what else must be forgotten at the same moment. */
  onClear(run: () => void): void {
    this.#onClear.push(run);
  }
}

interface Memory {
  readonly sessions: SessionCache;
  readonly tokens: SessionCache<KnownApiToken>;
}

const memories = new WeakMap<Platform, Memory>();

function memoryOf(platform: Platform): Memory {
  let memory = memories.get(platform);
  if (!memory) {
    memory = { sessions: new SessionCache(platform.clock), tokens: new SessionCache<KnownApiToken>(platform.clock) };
    memories.set(platform, memory);
  }
  return memory;
}

/** The sessions that this process remembers. */
export function sessionCacheOf(platform: Platform): SessionCache {
  return memoryOf(platform).sessions;
}

/** The API tokens that this process remembers; forgotten together with the sessions. */
export function tokenCacheOf(platform: Platform): SessionCache<KnownApiToken> {
  return memoryOf(platform).tokens;
}

function forgetAll(platform: Platform): void {
  const { sessions, tokens } = memoryOf(platform);
  sessions.clear();
  tokens.clear();
}

/** To be called by every transaction that changes a session, an API token, a role, a team or a person's access. */
export function forgetSessionsAfterCommit(platform: Platform, tx: Transaction): void {
  forgetAll(platform);
  tx.afterCommit(() => forgetAll(platform));
}

/** Empties the memory when another process closed a session, changed a role or a team, or removed a workspace. */
export function clearWhenHeard(platform: Platform): void {
  const telling: ReadonlySet<string> = new Set(
    [SessionRevoked, ApiTokenRevoked, UserAccessChanged, UserRoleChanged, WorkspaceRemoved, ReachChanged].map(
      ({ name }) => name,
    ),
  );
  platform.events.onPublished((events) => {
    if (events.some(({ name }) => telling.has(name))) forgetAll(platform);
  });
}
