/**
 * Endpoint: a receiver of one workspace, its filter and its signing secrets. Rules only; rows live in `endpoint.store.ts`.
 * At most two secrets are live: the newest signs first, the one before it keeps signing until its overlap ends.
 */
import { type Condition, meetsConditions } from './condition.ts';
import { compileFilters } from './filter.ts';
import type { EndpointName, SecretBox } from './secret.ts';
import { newKeyPair, newSecret, privateKey, type SigningKey, signingKey } from './signature.ts';

const HOUR_MS = 3_600_000;
const SECOND_MS = 1000;

export interface StoredSecret {
  readonly sealed: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number | null;
}

export interface StoredKeyPair extends StoredSecret {
  readonly publicKey: string;
}

/** `gone`: answered 410; `failing`: no attempt succeeded for days; `secret_not_readable`: sealed with another key. */
export type DisabledReason = 'gone' | 'secret_not_readable' | 'failing';

/** Whether rows wait for each other: never, all of an endpoint, or those about the same subject. */
export type Ordering = 'none' | 'endpoint' | 'subject';

export interface Endpoint {
  readonly id: string;
  readonly workspaceId: string;
  readonly url: string;
  readonly description: string;
  readonly filters: readonly string[];
  readonly secrets: readonly StoredSecret[];
  readonly isEnabled: boolean;
  readonly disabledReason: DisabledReason | null;
  readonly conditions: readonly Condition[];
  readonly retryDelaysSeconds: readonly number[] | null;
  readonly rateLimitPerSecond: number | null;
  readonly ordering: Ordering;
  /** Empty unless it also signs with a public key. */
  readonly keyPairs: readonly StoredKeyPair[];
  readonly failingSinceMs: number | null;
  readonly version: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** An enabled endpoint ready to send: filters compiled, secrets open. Lives in memory only; never logged. */
export interface LiveEndpoint {
  readonly id: string;
  readonly workspaceId: string;
  readonly url: URL;
  accepts(eventName: string): boolean;
  /** Null when it has no conditions: then there is nothing to ask. */
  readonly meets: ((payload: unknown) => boolean) | null;
  readonly ordering: Ordering;
  readonly rateLimitPerSecond: number | null;
  /** Null follows the schedule of the house. */
  readonly retryDelaysMs: readonly number[] | null;
  readonly failingSinceMs: number | null;
  signingKeys(nowMs: number): readonly SigningKey[];
}

/** Makes the first secret of an endpoint. */
export function firstSecret(
  endpoint: EndpointName,
  { box, nowMs }: { readonly box: SecretBox; readonly nowMs: number },
): { readonly text: string; readonly stored: StoredSecret } {
  const text = newSecret();
  return { text, stored: { sealed: box.seal(endpoint, text), createdAtMs: nowMs, expiresAtMs: null } };
}

/** Puts a new secret before the current one, which lives on for the overlap; an older one ends now. */
export function rotateSecrets(
  endpoint: Endpoint,
  rotation: { readonly box: SecretBox; readonly nowMs: number; readonly overlapHours: number },
): { readonly text: string; readonly secrets: readonly StoredSecret[] } {
  const { text, stored } = firstSecret(endpoint, rotation);
  const current = endpoint.secrets[0];
  if (!current || rotation.overlapHours === 0) return { text, secrets: [stored] };
  const expiresAtMs = rotation.nowMs + rotation.overlapHours * HOUR_MS;
  return { text, secrets: [stored, { ...current, expiresAtMs }] };
}

/** The same for the public-key pairs; none stay none. */
export function rotateKeyPairs(
  endpoint: Endpoint,
  rotation: { readonly box: SecretBox; readonly nowMs: number; readonly overlapHours: number },
): readonly StoredKeyPair[] {
  const current = endpoint.keyPairs[0];
  if (!current) return [];
  const next = firstKeyPair(endpoint, rotation);
  if (rotation.overlapHours === 0) return [next];
  return [next, { ...current, expiresAtMs: rotation.nowMs + rotation.overlapHours * HOUR_MS }];
}

/** Makes an Ed25519 pair of an endpoint; the private half is sealed like a secret and never leaves. */
export function firstKeyPair(
  endpoint: EndpointName,
  { box, nowMs }: { readonly box: SecretBox; readonly nowMs: number },
): StoredKeyPair {
  const pair = newKeyPair();
  const sealed = box.seal(endpoint, pair.privateKey);
  return { sealed, publicKey: pair.publicKey, createdAtMs: nowMs, expiresAtMs: null };
}

/** Opens an endpoint for sending. Throws `secret_not_readable` when a secret was sealed with another key. */
export function openEndpoint(endpoint: Endpoint, box: SecretBox): LiveEndpoint {
  const open = (stored: readonly StoredSecret[], read: (text: string) => SigningKey) =>
    stored.map(({ sealed, expiresAtMs }) => ({ key: read(box.open(endpoint, sealed)), expiresAtMs }));
  const keys = [...open(endpoint.secrets, signingKey), ...open(endpoint.keyPairs, privateKey)];
  const { conditions, retryDelaysSeconds } = endpoint;
  return {
    id: endpoint.id,
    workspaceId: endpoint.workspaceId,
    url: new URL(endpoint.url),
    accepts: compileFilters(endpoint.filters),
    meets: conditions.length === 0 ? null : (payload) => meetsConditions(payload, conditions),
    ordering: endpoint.ordering,
    rateLimitPerSecond: endpoint.rateLimitPerSecond,
    retryDelaysMs: retryDelaysSeconds && [0, ...retryDelaysSeconds.map((delay) => delay * SECOND_MS)],
    failingSinceMs: endpoint.failingSinceMs,
    signingKeys: (nowMs) =>
      keys.filter(({ expiresAtMs }) => expiresAtMs === null || expiresAtMs > nowMs).map(({ key }) => key),
  };
}
