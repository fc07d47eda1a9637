/** Goal: tokens are long, differ, and a setup token survives being typed by hand. */
import { expect, test } from 'vitest';
import { hashToken, isSameHash, newSessionToken, newSetupToken, readSetupToken } from './token.ts';

test('a session token holds 256 bits and never repeats', () => {
  const tokens = Array.from({ length: 1_000 }, newSessionToken);
  expect(new Set(tokens).size).toBe(1_000);
  expect(tokens.every((token) => Buffer.from(token, 'base64url').length === 32)).toBe(true);
});

test('a setup token is read back however it is typed', () => {
  const token = newSetupToken();
  expect(token).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){6}[0-9A-HJKMNP-TV-Z]{4}$/);
  const typed = token.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l');
  expect(readSetupToken(typed)).toBe(token);
});

test('hashes are compared whole', () => {
  expect(isSameHash(hashToken('a'), hashToken('a'))).toBe(true);
  expect(isSameHash(hashToken('a'), hashToken('b'))).toBe(false);
  expect(isSameHash(hashToken('a'), Buffer.alloc(0))).toBe(false);
});
