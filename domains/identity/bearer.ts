/**
 * Who asks with `Authorization: Bearer …`. Good tokens are remembered for seconds like sessions are; bad ones for a minute, so
 * that a program with a revoked token costs nothing, and an address that shows many different bad ones has to wait.
 */
import type { Clock } from '#kernel';
import type { Platform } from '#platform/domain';
import { type Actor, RequestProblem, type RequestFacts } from '#platform/http';
import { LRUCache } from 'lru-cache';
import { isApiTokenText } from './api-token-format.ts';
import { actorOfToken } from './api-token.ts';
import { findLiveApiToken, type LiveApiToken, touchApiToken } from './api-token.store.ts';
import { addressGroup } from './attempt.ts';
import { rowScopeOf } from './row-scope.ts';
import { tokenCacheOf } from './session-cache.ts';
import { hashToken } from './token.ts';

const BEARER_LENGTH_MAX = 4_096; // A JWT with every scope of the catalogue has about half of it.
const LAST_USED_INTERVAL_MS = 60_000;
const MINUTE_MS = 60_000;
const BAD_TOKENS_PER_MINUTE = 20; // Different ones from one address: more is somebody who tries.
const REMEMBERED_MAX = 10_000; // Hashes and addresses, about 2 MB; the oldest are forgotten first.

/** Bad tokens and the addresses that showed them, of this process. */
export class BearerFailures {
  readonly #clock: Clock;
  readonly #bad = new LRUCache<string, number>({ max: REMEMBERED_MAX });
  readonly #addresses = new LRUCache<string, { readonly count: number; readonly untilMs: number }>({
    max: REMEMBERED_MAX,
  });

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  isKnownBad(key: string): boolean {
    return (this.#bad.get(key) ?? 0) > this.#clock();
  }

  /** How long this address must wait before another unknown token is looked at. */
  waitMs(address: string): number {
    const seen = this.#addresses.get(address);
    if (!seen || seen.count < BAD_TOKENS_PER_MINUTE) return 0;
    return Math.max(0, seen.untilMs - this.#clock());
  }

  /** The same bad token again counts once: it is a forgotten program, not a guess. */
  record(key: string, address: string): void {
    const nowMs = this.#clock();
    if (this.isKnownBad(key)) return;
    this.#bad.set(key, nowMs + MINUTE_MS);
    const seen = this.#addresses.get(address);
    const isOpen = seen !== undefined && seen.untilMs > nowMs;
    this.#addresses.set(
      address,
      isOpen ? { ...seen, count: seen.count + 1 } : { count: 1, untilMs: nowMs + MINUTE_MS },
    );
  }

  /** A person let in again makes her tokens good. */
  forgetBad(): void {
    this.#bad.clear();
  }
}

const failuresOfPlatform = new WeakMap<Platform, BearerFailures>();

function failuresOf(platform: Platform): BearerFailures {
  let failures = failuresOfPlatform.get(platform);
  if (!failures) {
    failures = new BearerFailures(platform.clock);
    const made = failures;
    tokenCacheOf(platform).onClear(() => made.forgetBad());
    failuresOfPlatform.set(platform, failures);
  }
  return failures;
}

/** The token's text, or null when the header is of another scheme. */
export function bearerOf(authorization: string | undefined): string | null {
  const match = /^bearer +(?<token>\S+) *$/i.exec(authorization ?? '');
  return match?.groups?.['token'] ?? null;
}

/** The actor of a bearer token, or null. Throws 429 when its address has shown too many bad ones. */
export async function authenticateBearer(
  platform: Platform,
  token: string,
  request: RequestFacts,
): Promise<Actor | null> {
  if (token.length > BEARER_LENGTH_MAX) return null;
  const failures = failuresOf(platform);
  const tokenHash = hashToken(token);
  const key = tokenHash.toString('base64');
  if (failures.isKnownBad(key)) return null;
  const address = addressGroup(request.ip);
  const live = await tokenCacheOf(platform).read(tokenHash, async () => {
    const waitMs = failures.waitMs(address);
    if (waitMs > 0) throw new RequestProblem('too_many_requests', { retryAfterSeconds: Math.ceil(waitMs / 1000) });
    if (!isApiTokenText(token)) return null;
    const found = await findLiveApiToken(platform.db, tokenHash, platform.clock());
    return found && { ...found, rows: await rowScopeOf(platform, found) };
  });
  if (!live || live.expiresAtMs <= platform.clock()) {
    failures.record(key, address);
    return null;
  }
  noteUse(platform, live, request.ip);
  return actorOfToken(platform.domains, live);
}

const notedAtMs = new LRUCache<string, number>({ max: REMEMBERED_MAX });

/** The request does not wait for the note; one a minute per token is enough to see whether it is in use. */
function noteUse(platform: Platform, token: LiveApiToken, ip: string): void {
  const atMs = platform.clock();
  const lastMs = Math.max(token.lastUsedAtMs ?? 0, notedAtMs.get(token.id) ?? 0);
  if (atMs - lastMs < LAST_USED_INTERVAL_MS) return;
  notedAtMs.set(token.id, atMs);
  const use = { apiTokenId: token.id, ip, atMs, intervalMs: LAST_USED_INTERVAL_MS };
  touchApiToken(platform.db, use).catch((cause: unknown) => {
    notedAtMs.delete(token.id);
    platform.telemetry.log.warn('api token: last use was not written', { apiTokenId: token.id, cause: String(cause) });
  });
}
