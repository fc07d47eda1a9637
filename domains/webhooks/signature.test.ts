/** Goal: a receiver that knows only the Standard Webhooks text accepts our signatures, and nothing else passes. */
import { expect, test } from 'vitest';
import { newSecret, signingKey, signMessage } from './signature.ts';
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
