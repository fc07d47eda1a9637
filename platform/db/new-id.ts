/** Row identifiers: UUIDv7 with cryptographic randomness, ordered by time so that indexes append. */
import { randomFillSync } from 'node:crypto';
import { uuidV7 } from '#kernel';

const ID_BYTES = 10;
const POOL_BYTES = ID_BYTES * 512; // One call to the system's generator serves 512 ids.
const pool = new Uint8Array(POOL_BYTES);
let offset = POOL_BYTES;

/** A new random UUIDv7. */
export function newId(): string {
  if (offset >= POOL_BYTES) {
    randomFillSync(pool);
    offset = 0;
  }
  const id = uuidV7(Date.now(), pool.subarray(offset, offset + ID_BYTES));
  offset += ID_BYTES;
  return id;
}
