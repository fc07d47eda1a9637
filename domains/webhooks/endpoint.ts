/**
 * Endpoint: a receiver of one workspace, its filter and its signing secrets. Rules only; rows live in `endpoint.store.ts`.
 * At most two secrets are live: the newest signs first, the one before it keeps signing until its overlap ends.
 */
import { newSecret, signingKey } from './signature.ts';
import { compileFilters } from './filter.ts';
import type { EndpointName, SecretBox } from './secret.ts';

const HOUR_MS = 3_600_000;

export interface StoredSecret {
  readonly sealed: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number | null;
}

export type DisabledReason = 'gone' | 'secret_not_readable';

export interface Endpoint {
  readonly id: string;
  readonly workspaceId: string;
  readonly url: string;
  readonly description: string;
  readonly filters: readonly string[];
  readonly secrets: readonly StoredSecret[];
  readonly isEnabled: boolean;
  readonly disabledReason: DisabledReason | null;
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
  signingKeys(nowMs: number): readonly Buffer[];
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

/** Opens an endpoint for sending. Throws `secret_not_readable` when a secret was sealed with another key. */
export function openEndpoint(endpoint: Endpoint, box: SecretBox): LiveEndpoint {
  const keys = endpoint.secrets.map(({ sealed, expiresAtMs }) => ({
    key: signingKey(box.open(endpoint, sealed)),
    expiresAtMs,
  }));
  return {
    id: endpoint.id,
    workspaceId: endpoint.workspaceId,
    url: new URL(endpoint.url),
    accepts: compileFilters(endpoint.filters),
    signingKeys: (nowMs) =>
      keys.filter(({ expiresAtMs }) => expiresAtMs === null || expiresAtMs > nowMs).map(({ key }) => key),
  };
}
