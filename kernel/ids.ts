/**
 * Identifiers: UUID version 7 (RFC 9562), ordered by time so that indexes append.
 * Pure: the instant and the random bytes are passed in; `#platform/db` offers `newId()`.
 */
import { assert } from './result.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const RANDOM_BYTES = 10;
const HEX = Array.from({ length: 256 }, (_unused, byte) => byte.toString(16).padStart(2, '0'));

/** Builds a UUIDv7 from an instant and ten random bytes. */
export function uuidV7(atMs: number, random: Uint8Array): string {
  assert(random.length >= RANDOM_BYTES, 'ids: ten random bytes are needed');
  const time = atMs.toString(16).padStart(12, '0');
  let hex = '';
  for (let index = 0; index < RANDOM_BYTES; index += 1) hex += HEX[random[index] ?? 0] ?? '';
  const variant = ((Number.parseInt(hex.slice(4, 5), 16) & 0x3) | 0x8).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex.slice(1, 4)}-${variant}${hex.slice(5, 8)}-${hex.slice(8, 20)}`;
}

/** True for any lower-case UUID text. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}
