/**
 * Signatures of outgoing webhooks, as Standard Webhooks v1 asks (https://www.standardwebhooks.com):
 * `v1,` + base64(HMAC-SHA256(key, "<webhook-id>.<webhook-timestamp>.<body>")), one per live secret, separated by a space.
 * The key is the base64 part of a `whsec_…` secret; the body is signed as the very bytes that travel.
 * Beside it, for endpoints that ask: `v1a,` + base64(Ed25519 of the same text), verified with the public key `whpk_…`.
 */
import { createHmac, createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { assert } from '#kernel';

const SECRET_PREFIX = 'whsec_';
const PUBLIC_PREFIX = 'whpk_';
const PUBLIC_KEY_SIZE_BYTES = 32;
const KEY_SIZE_BYTES = 32; // The standard allows 24 to 64; 32 fills one SHA-256 block's strength.

/** Bytes sign as HMAC (`v1`), a private key as Ed25519 (`v1a`). */
export type SigningKey = Buffer | KeyObject;

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

/** A new Ed25519 pair: the private half as PKCS 8 in base64, the public half as the standard writes it. */
export function newKeyPair(): { readonly privateKey: string; readonly publicKey: string } {
  const pair = generateKeyPairSync('ed25519');
  const raw = pair.publicKey.export({ type: 'spki', format: 'der' }).subarray(-PUBLIC_KEY_SIZE_BYTES);
  return {
    privateKey: pair.privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
    publicKey: PUBLIC_PREFIX + raw.toString('base64'),
  };
}

/** The private key of a pair that we made ourselves. */
export function privateKey(text: string): KeyObject {
  return createPrivateKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'pkcs8' });
}

/** Value of `webhook-signature`: one signature per key, the newest secret first. */
export function signMessage(message: SignedMessage, keys: readonly SigningKey[]): string {
  const content = `${message.id}.${message.timestampSeconds}.${message.body}`;
  return keys.map((key) => signatureOf(content, key)).join(' ');
}

function signatureOf(content: string, key: SigningKey): string {
  if (Buffer.isBuffer(key)) return `v1,${createHmac('sha256', key).update(content).digest('base64')}`;
  return `v1a,${sign(null, Buffer.from(content), key).toString('base64')}`;
}
