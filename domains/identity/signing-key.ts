/**
 * The keys of access JWTs: ES256 (P-256, FIPS 186-5), a new one every thirty days. The old one verifies until the last JWT it
 * signed has ended. Private halves are sealed in the database and opened only in memory, as keys that cannot be exported.
 */
import { assert, DAY_MS } from '#kernel';
import type { Platform } from '#platform/domain';
import type { CryptoKey } from 'jose';
import { signingKeyScope } from './sealed-columns.ts';
import {
  deleteRetiredSigningKeys,
  listSigningKeys,
  lockSigningKeys,
  replaceSigningKey,
  type StoredSigningKey,
} from './signing-key.store.ts';

export const SIGNING_ALGORITHM = 'ES256';
export const ACCESS_JWT_MS = 10 * 60_000;
const SIGNS_MS = 30 * DAY_MS;
/** The last JWT's life, and a minute for clocks of two machines that differ. */
const VERIFIES_AFTER_MS = ACCESS_JWT_MS + 60_000;
const RELOAD_INTERVAL_MS = 5_000; // Unknown key ids and readers of the set cost one query in five seconds, however many come.

interface PublicJwk {
  readonly kid: string;
  readonly x: string;
  readonly y: string;
}

export interface VerifyingKey extends PublicJwk {
  readonly key: CryptoKey;
  readonly retiredAtMs: number | null;
}

interface SigningKey {
  readonly kid: string;
  readonly key: CryptoKey;
  readonly untilMs: number;
}

/** The keys as this process knows them. */
class KeyRing {
  readonly #platform: Platform;
  #known: readonly VerifyingKey[] = [];
  #signing: SigningKey | null = null;
  #loadedAtMs = Number.NEGATIVE_INFINITY;

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  /** The key to sign with now; makes the next one when thirty days are over. */
  async signing(): Promise<SigningKey> {
    const nowMs = this.#platform.clock();
    if (this.#signing && this.#signing.untilMs > nowMs) return this.#signing;
    const stored = await this.rotateIfDue();
    const opened = this.#platform.secrets.open(signingKeyScope(stored.id), stored.sealedPrivateJwk);
    const key = await importKey(opened);
    const { kid } = JSON.parse(stored.publicJwk) as PublicJwk;
    this.#signing = { kid, key, untilMs: stored.createdAtMs + SIGNS_MS };
    return this.#signing;
  }

  /** The key that signs; replaced first when it is thirty days old or there is none. */
  async rotateIfDue(): Promise<StoredSigningKey> {
    const platform = this.#platform;
    const nowMs = platform.clock();
    const isFresh = (key: StoredSigningKey | undefined): key is StoredSigningKey =>
      key !== undefined && key.createdAtMs + SIGNS_MS > nowMs;
    const current = (await listSigningKeys(platform.db, nowMs)).find(({ retiredAtMs }) => retiredAtMs === null);
    if (isFresh(current)) return current;
    const made = await makeKey(platform);
    return platform.db.transaction(async (tx) => {
      await lockSigningKeys(tx);
      const locked = (await listSigningKeys(tx, nowMs)).find(({ retiredAtMs }) => retiredAtMs === null);
      if (isFresh(locked)) return locked;
      await replaceSigningKey(tx, made);
      this.#loadedAtMs = Number.NEGATIVE_INFINITY;
      return made;
    });
  }

  /** Every key whose JWTs may still be alive, newest first. */
  async verifying(): Promise<readonly VerifyingKey[]> {
    if (this.#platform.clock() - this.#loadedAtMs >= RELOAD_INTERVAL_MS) await this.#load();
    return this.#alive();
  }

  /** The key of an id, or null; asks the database when it is unknown, at most once in a few seconds. */
  async find(kid: string): Promise<VerifyingKey | null> {
    const known = this.#alive().find((key) => key.kid === kid);
    if (known) return known;
    if (this.#platform.clock() - this.#loadedAtMs < RELOAD_INTERVAL_MS) return null;
    await this.#load();
    return this.#alive().find((key) => key.kid === kid) ?? null;
  }

  #alive(): readonly VerifyingKey[] {
    const retiredAfterMs = this.#platform.clock() - VERIFIES_AFTER_MS;
    return this.#known.filter(({ retiredAtMs }) => retiredAtMs === null || retiredAtMs > retiredAfterMs);
  }

  async #load(): Promise<void> {
    const nowMs = this.#platform.clock();
    const stored = await listSigningKeys(this.#platform.db, nowMs - VERIFIES_AFTER_MS);
    this.#known = await Promise.all(
      stored.map(async ({ publicJwk, retiredAtMs }) => {
        const { kid, x, y } = JSON.parse(publicJwk) as PublicJwk;
        return { kid, x, y, key: await importKey(publicJwk), retiredAtMs };
      }),
    );
    this.#loadedAtMs = nowMs;
  }
}

const rings = new WeakMap<Platform, KeyRing>();

/** The keys of this process. */
export function keyRingOf(platform: Platform): KeyRing {
  let ring = rings.get(platform);
  if (!ring) {
    ring = new KeyRing(platform);
    rings.set(platform, ring);
  }
  return ring;
}

/** Makes the month's key when it is time, and forgets the ones that verify nothing any more. */
export async function rotateSigningKeys(platform: Platform): Promise<void> {
  const keys = await listSigningKeys(platform.db, platform.clock());
  // An installation that never signed a JWT needs no key.
  if (keys.length > 0) await keyRingOf(platform).rotateIfDue();
  await deleteRetiredSigningKeys(platform.db, platform.clock() - DAY_MS);
}

async function makeKey(platform: Platform): Promise<StoredSigningKey> {
  const { calculateJwkThumbprint, exportJWK, generateKeyPair } = await import('jose'); // Not at every start.
  const id = platform.newId();
  const pair = await generateKeyPair(SIGNING_ALGORITHM, { extractable: true });
  const publicJwk = await exportJWK(pair.publicKey);
  const kid = await calculateJwkThumbprint(publicJwk);
  const privateJwk = JSON.stringify(await exportJWK(pair.privateKey));
  return {
    id,
    publicJwk: JSON.stringify({ ...publicJwk, kid }),
    sealedPrivateJwk: platform.secrets.seal(signingKeyScope(id), privateJwk),
    createdAtMs: platform.clock(),
    retiredAtMs: null,
  };
}

/** The text of a JWK as a key that cannot be read back. */
async function importKey(jwkText: string): Promise<CryptoKey> {
  const { importJWK } = await import('jose');
  const jwk = JSON.parse(jwkText) as Record<string, string>;
  const key = await importJWK({ ...jwk, kty: 'EC' }, SIGNING_ALGORITHM, { extractable: false });
  assert(!(key instanceof Uint8Array), 'signing key: an elliptic key is no shared secret');
  return key;
}
