/** Secret tokens: made from the system's random source, kept only as sha256, compared in constant time. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const SESSION_TOKEN_BYTES = 32;
const SETUP_TOKEN_CHARACTERS = 28; // 5 bits each: 140 bits, and still short enough to read from a screen.
const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'; // Without I, L, O, U: nothing to confuse when typed.

/** 256 random bits as base64url, for a cookie. */
export function newSessionToken(): string {
  return randomBytes(SESSION_TOKEN_BYTES).toString('base64url');
}

/** Groups of four, to be read from a terminal: `4F7K-92QD-…`. */
export function newSetupToken(): string {
  return newReadableToken(SETUP_TOKEN_CHARACTERS);
}

/** Groups of four, 5 random bits per character. */
export function newReadableToken(characterCount: number): string {
  const characters = Array.from(randomBytes(characterCount), (byte) => CROCKFORD.charAt(byte & 31));
  return characters.join('').replace(/(.{4})(?=.)/g, '$1-');
}

/** What a person typed or pasted, as it was made: upper case, the confusable letters read as their digits. */
export function readSetupToken(text: string): string {
  const plain = text.toUpperCase().replace(/[^0-9A-Z]/g, '');
  const digits = plain.replaceAll('O', '0').replace(/[IL]/g, '1');
  return digits.replace(/(.{4})(?=.)/g, '$1-');
}

export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** Compares two hashes without telling where they differ. */
export function isSameHash(left: Buffer, right: Buffer): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}
