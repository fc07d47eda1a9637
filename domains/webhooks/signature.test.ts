/** Goal: a receiver that knows only the Standard Webhooks text accepts our signatures, and nothing else passes. */
import { createPublicKey, verify } from 'node:crypto';
import { expect, test } from 'vitest';
import { newKeyPair, newSecret, privateKey, signingKey, signMessage } from './signature.ts';
import { isSignedWith } from './test-receiver.ts';

const message = { id: '0192c0de-0000-7000-8000-000000000001', timestampSeconds: 1_763_700_000, body: '{"año":"ñ"}' };
const headersOf = (signature: string) => ({
  'webhook-id': message.id,
  'webhook-timestamp': String(message.timestampSeconds),
  'webhook-signature': signature,
});

test('the published vector of the standard is reproduced', () => {
  const signature = signMessage(
    { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestampSeconds: 1_614_265_330, body: '{"test": 2432232314}' },
    [signingKey('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')],
  );
  expect(signature).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});

test('during a rotation both the old and the new secret verify; another one does not', () => {
  const [current, previous, foreign] = [newSecret(), newSecret(), newSecret()];
  const headers = headersOf(signMessage(message, [signingKey(current), signingKey(previous)]));
  expect(isSignedWith(current, { headers, body: message.body })).toBe(true);
  expect(isSignedWith(previous, { headers, body: message.body })).toBe(true);
  expect(isSignedWith(foreign, { headers, body: message.body })).toBe(false);
});

test('a changed body, id or timestamp is rejected', () => {
  const secret = newSecret();
  const headers = headersOf(signMessage(message, [signingKey(secret)]));
  expect(isSignedWith(secret, { headers, body: `${message.body} ` })).toBe(false);
  expect(isSignedWith(secret, { headers: { ...headers, 'webhook-id': 'x' }, body: message.body })).toBe(false);
  expect(isSignedWith(secret, { headers: { ...headers, 'webhook-timestamp': '1' }, body: message.body })).toBe(false);
});

test('secrets are long, random and start with whsec_', () => {
  const secrets = new Set(Array.from({ length: 100 }, newSecret));
  expect(secrets.size).toBe(100);
  for (const secret of secrets) expect(signingKey(secret).length).toBe(32);
});

test('an Ed25519 signature stands beside the secret one and verifies with the public key alone', () => {
  const [secret, pair] = [newSecret(), newKeyPair()];
  const signature = signMessage(message, [signingKey(secret), privateKey(pair.privateKey)]);
  expect(isSignedWith(secret, { headers: headersOf(signature), body: message.body })).toBe(true);
  const [, second = ''] = signature.split(' ');
  expect(second).toMatch(/^v1a,[A-Za-z0-9+/]{86}==$/);
  expect(pair.publicKey).toMatch(/^whpk_[A-Za-z0-9+/]{43}=$/);
  // As a stranger would: the 32 bytes of the key behind the fixed head of an Ed25519 SubjectPublicKeyInfo (RFC 8410).
  const der = Buffer.concat([
    Buffer.from('302a300506032b6570032100', 'hex'),
    Buffer.from(pair.publicKey.slice(5), 'base64'),
  ]);
  const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
  const given = Buffer.from(second.slice(4), 'base64');
  const signed = (body: string) => Buffer.from(`${message.id}.${message.timestampSeconds}.${body}`);
  expect(verify(null, signed(message.body), key, given)).toBe(true);
  expect(verify(null, signed(`${message.body} `), key, given)).toBe(false);
});
