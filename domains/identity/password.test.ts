/** Goal: passwords are hashed as promised, weak ones are refused, and a flood of hashes is bounded. */
import { expect, test } from 'vitest';
import { hashPassword, isHashOutdated, isPasswordRight, requireStrongPassword, TooBusy } from './password.ts';

const REAL = { config: { hasLightPasswords: false } };
const ana = { email: 'ana.ferreyra@example.com', name: 'Ana Ferreyra' };

test('a hash names its parameters, is salted, and only the right password opens it', async () => {
  const [first, second] = await Promise.all([
    hashPassword(REAL, 'río y montaña 7'),
    hashPassword(REAL, 'río y montaña 7'),
  ]);
  expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  expect(first).not.toBe(second);
  expect(await isPasswordRight(REAL, 'río y montaña 7', first)).toBe(true);
  expect(await isPasswordRight(REAL, 'rio y montaña 7', first)).toBe(false);
});

test('the same letters typed on another keyboard are the same password', async () => {
  const stored = await hashPassword(REAL, 'montaña azul clara'.normalize('NFC'));
  expect(await isPasswordRight(REAL, 'montaña azul clara'.normalize('NFD'), stored)).toBe(true);
});

test('a hash made by the reference implementation is understood', async () => {
  // Made with the reference implementation: echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1 -l 32
  const stored = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
  expect(await isPasswordRight(REAL, 'password', stored)).toBe(true);
  expect(isHashOutdated(REAL, stored)).toBe(true);
});

test('an unknown person costs a hash and is never let in', async () => {
  expect(await isPasswordRight(REAL, '', null)).toBe(false);
  expect(await isPasswordRight(REAL, 'anything at all', null)).toBe(false);
  expect(await isPasswordRight(REAL, 'anything at all', 'not a hash')).toBe(false);
});

test.each([
  ['corta', 'too_short'],
  ['aaaaaaaaaaaa', 'too_repetitive'],
  ['abababababab', 'too_repetitive'],
  ['password1234', 'too_common'],
  ['Contraseña 2026', 'too_common'],
  ['1234567890', 'too_common'],
  ['abcdefghijkl', 'too_common'],
  ['ana.ferreyra@example.com', 'contains_you'],
  ['Ana Ferreyra 1', 'contains_you'],
])('%s is refused as %s', (password, reason) => {
  expect(requireStrongPassword(password, ana)).toMatchObject({
    ok: false,
    code: 'password_too_weak',
    details: { reason },
  });
});

test.each(['tres gatos y un pez', 'x7!kQ2@pLm', 'ana tiene tres gatos'])('%s is accepted', (password) => {
  expect(requireStrongPassword(password, ana).ok).toBe(true);
});

test('hashing leaves the event loop free and a flood is refused instead of queued without end', async () => {
  let tickCount = 0;
  const ticking = setInterval(() => (tickCount += 1), 5);
  const results = await Promise.allSettled(Array.from({ length: 80 }, () => isPasswordRight(REAL, 'x', null)));
  clearInterval(ticking);
  const refused = results.filter((result) => result.status === 'rejected');
  expect(refused).toHaveLength(80 - 2 - 64);
  expect(refused.every((result) => result.reason instanceof TooBusy)).toBe(true);
  expect(tickCount).toBeGreaterThan(20);
  // The gate opens again.
  expect(await isPasswordRight(REAL, 'x', null)).toBe(false);
});
