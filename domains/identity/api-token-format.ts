/**
 * How an API token reads: `cact_` + 30 random base62 characters (178 bits) + 6 of CRC-32 over everything before them, so that
 * `cact_[0-9A-Za-z]{36}` finds one in a repository or a log and the checksum tells a real one from a look-alike offline.
 * A mistyped or invented token is refused before the database is asked.
 */
import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

export const API_TOKEN_PREFIX = 'cact_';
const SECRET_CHARACTERS = 30;
const CHECKSUM_CHARACTERS = 6; // 62^6 is just above 2^32.
const HINT_CHARACTERS = 4;
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const FAIR_BYTE_MAX = 247; // 248 is the largest multiple of 62 in a byte: above it some characters would come more often.
const SHAPE = /^cact_[0-9A-Za-z]{36}$/;

/** A new token of the system's random source. */
export function newApiToken(): string {
  let secret = '';
  while (secret.length < SECRET_CHARACTERS) {
    for (const byte of randomBytes(SECRET_CHARACTERS)) {
      if (byte <= FAIR_BYTE_MAX && secret.length < SECRET_CHARACTERS) secret += BASE62.charAt(byte % BASE62.length);
    }
  }
  const body = `${API_TOKEN_PREFIX}${secret}`;
  return `${body}${checksumOf(body)}`;
}

/** True for text of the right shape whose checksum fits; says nothing about whether it was ever issued. */
export function isApiTokenText(text: string): boolean {
  return SHAPE.test(text) && checksumOf(text.slice(0, -CHECKSUM_CHARACTERS)) === text.slice(-CHECKSUM_CHARACTERS);
}

/** The end of the secret part, enough to recognise one's own token and far too little to use it. */
export function hintOf(token: string): string {
  return token.slice(-CHECKSUM_CHARACTERS - HINT_CHARACTERS, -CHECKSUM_CHARACTERS);
}

function checksumOf(body: string): string {
  let rest = crc32(body);
  let text = '';
  for (let index = 0; index < CHECKSUM_CHARACTERS; index += 1) {
    text = BASE62.charAt(rest % BASE62.length) + text;
    rest = Math.floor(rest / BASE62.length);
  }
  return text;
}
