/**
 * Who asks with `Authorization: Bearer …`, an API token or the JWT made from one. Good tokens are remembered for seconds like sessions are; bad ones for a minute, so
 * that a program with a revoked token costs nothing, and an address that shows many different bad ones has to wait.
 */
import type { Clock } from '#kernel';
import type { Platform } from '#platform/domain';
import { type Actor, RequestProblem, type RequestFacts } from '#platform/http';
import { LRUCache } from 'lru-cache';
import { isJwtText, verifyAccessJwt } from './access-jwt.ts';
import { isApiTokenText } from './api-token-format.ts';
import { actorOfToken } from './api-token.ts';
import { findLiveApiToken, findLiveApiTokenById, type LiveApiToken, touchApiToken } from './api-token.store.ts';
import { addressGroup } from './attempt.ts';
import { rowScopeOf } from './row-scope.ts';
import { type KnownApiToken, tokenCacheOf } from './session-cache.ts';
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

/** The actor of a bearer token or an access JWT, or null. Throws 429 when its address has shown too many bad ones. */
export async function authenticateBearer(
  platform: Platform,
  token: string,
  request: RequestFacts,
): Promise<Actor | null> {
  if (token.length > BEARER_LENGTH_MAX) return null;
  const live = isJwtText(token)
    ? await unlessBad(platform, { token, ip: request.ip }, (check) => readJwt(platform, token, check))
    : await readApiToken(platform, token, request.ip);
  if (!live) return null;
  noteUse(platform, live, request.ip);
  return actorOfToken(platform.domains, live);
}

/** The living API token of a text, or null. Throws 429 when its address has shown too many bad ones. */
export function readApiToken(platform: Platform, token: string, ip: string): Promise<KnownApiToken | null> {
  return unlessBad(platform, { token, ip }, (requireOpen) =>
    tokenCacheOf(platform).read(hashToken(token), async () => {
      requireOpen();
      if (!isApiTokenText(token)) return null;
      return withRows(platform, await findLiveApiToken(platform.db, hashToken(token), platform.clock()));
    }),
  );
}

/** The token behind a JWT, found by its id, with no more than the scopes the JWT names. */
async function readJwt(platform: Platform, jwt: string, requireOpen: () => void): Promise<KnownApiToken | null> {
  const claims = await verifyAccessJwt(platform, jwt);
  if (!claims) {
    // After the check, which asks no database: a good JWT does not wait for its neighbours' bad ones.
    requireOpen();
    return null;
  }
  const { apiTokenId } = claims;
  const live = await tokenCacheOf(platform).read(hashToken(`id ${apiTokenId}`), async () =>
    withRows(platform, await findLiveApiTokenById(platform.db, apiTokenId, platform.clock())),
  );
  if (live?.userId !== claims.userId || live.workspaceId !== claims.workspaceId) return null;
  const narrowed = new Set(claims.scopes);
  return { ...live, scopes: live.scopes.filter((scope) => narrowed.has(scope)) };
}

/** Runs `read` unless the text is known to be bad; counts it for its address when it turns out to be. */
async function unlessBad(
  platform: Platform,
  shown: { readonly token: string; readonly ip: string },
  read: (requireOpen: () => void) => Promise<KnownApiToken | null>,
): Promise<KnownApiToken | null> {
  const { token, ip } = shown;
  const failures = failuresOf(platform);
  const key = hashToken(token).toString('base64');
  if (failures.isKnownBad(key)) return null;
  const address = addressGroup(ip);
  const live = await read(() => {
    const waitMs = failures.waitMs(address);
    if (waitMs > 0) throw new RequestProblem('too_many_requests', { retryAfterSeconds: Math.ceil(waitMs / 1000) });
  });
  if (live && live.expiresAtMs > platform.clock()) return live;
  failures.record(key, address);
  return null;
}

async function withRows(platform: Platform, token: LiveApiToken | null): Promise<KnownApiToken | null> {
  return token && { ...token, rows: await rowScopeOf(platform, token) };
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
