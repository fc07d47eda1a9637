/** Goal: a receiver that knows only the Standard Webhooks text accepts our signatures, and nothing else passes. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { expect, test } from 'vitest';
import { newSecret, signingKey, signMessage } from './signature.ts';

/** Independent verification, written from the specification and not from our signer. */
function isSignatureValid(secret: string, headers: Record<string, string>, body: string): boolean {
  const key = Buffer.from(secret.split('_')[1] ?? '', 'base64');
  const signed = Buffer.concat([
    Buffer.from(`${headers['webhook-id']}.`),
    Buffer.from(`${headers['webhook-timestamp']}.`),
    Buffer.from(body),
  ]);
  const expected = createHmac('sha256', key).update(signed).digest();
  return (headers['webhook-signature'] ?? '').split(' ').some((entry) => {
    const [version, value = ''] = entry.split(',');
    const given = Buffer.from(value, 'base64');
    return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected);
  });
}

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
  expect(isSignatureValid(current, headers, message.body)).toBe(true);
  expect(isSignatureValid(previous, headers, message.body)).toBe(true);
  expect(isSignatureValid(foreign, headers, message.body)).toBe(false);
});

test('a changed body, id or timestamp is rejected', () => {
  const secret = newSecret();
  const headers = headersOf(signMessage(message, [signingKey(secret)]));
  expect(isSignatureValid(secret, headers, `${message.body} `)).toBe(false);
  expect(isSignatureValid(secret, { ...headers, 'webhook-id': 'x' }, message.body)).toBe(false);
  expect(isSignatureValid(secret, { ...headers, 'webhook-timestamp': '1' }, message.body)).toBe(false);
});

test('secrets are long, random and start with whsec_', () => {
  const secrets = new Set(Array.from({ length: 100 }, newSecret));
  expect(secrets.size).toBe(100);
  for (const secret of secrets) expect(signingKey(secret).length).toBe(32);
});
