/**
 * Signatures of outgoing webhooks, as Standard Webhooks v1 asks (https://www.standardwebhooks.com):
 * `v1,` + base64(HMAC-SHA256(key, "<webhook-id>.<webhook-timestamp>.<body>")), one per live secret, separated by a space.
 * The key is the base64 part of a `whsec_…` secret; the body is signed as the very bytes that travel.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { assert } from '#kernel';

const SECRET_PREFIX = 'whsec_';
const KEY_SIZE_BYTES = 32; // The standard allows 24 to 64; 32 fills one SHA-256 block's strength.

export interface SignedMessage {
  readonly id: string;
  readonly timestampSeconds: number;
  readonly body: string;
}

/** A new random secret in its shareable text form. */
export function newSecret(): string {
  return SECRET_PREFIX + randomBytes(KEY_SIZE_BYTES).toString('base64');
}

/** The signing key inside a `whsec_…` secret that we made ourselves. */
export function signingKey(secret: string): Buffer {
  assert(secret.startsWith(SECRET_PREFIX), 'signature: not a webhook secret');
  return Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64');
}

/** Value of `webhook-signature`: one signature per key, the newest first. */
export function signMessage(message: SignedMessage, keys: readonly Buffer[]): string {
  const content = `${message.id}.${message.timestampSeconds}.${message.body}`;
  return keys.map((key) => `v1,${createHmac('sha256', key).update(content).digest('base64')}`).join(' ');
}
