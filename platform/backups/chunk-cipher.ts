/**
 * The stream under encryption: AES-256-GCM in chunks, so that a backup of any size needs the memory of one. Each chunk
 * authenticates the header, its number and whether it is the last, so nothing can be changed, moved, cut or joined
 * unseen (the STREAM construction, Hoang et al. 2015). A data key serves one backup, so the chunk number is the nonce.
 * A frame is a 32-bit length (top bit: last chunk), the ciphertext and a 16-byte tag.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { Fault } from '#kernel';
import type { ByteReader } from './byte-reader.ts';

const ALGORITHM = 'aes-256-gcm';
const TAG_BYTES = 16;
const NONCE_BYTES = 12;
const CHUNK_BYTES = 262_144; // Large enough that tags cost nothing, small enough that many run at once.
const LAST_BIT = 0x8000_0000;

export interface ChunkKey {
  readonly key: Buffer;
  /** Hash of the header: chunks of one backup do not fit under the header of another. */
  readonly headerHash: Buffer;
}

/** Encrypts what comes; always ends with a last chunk, also of nothing. */
export async function* encryptChunks(source: AsyncIterable<Buffer>, chunkKey: ChunkKey): AsyncGenerator<Buffer> {
  let pieces: Buffer[] = [];
  let heldBytes = 0;
  let index = 0;
  for await (const piece of source) {
    pieces.push(piece);
    heldBytes += piece.length;
    if (heldBytes <= CHUNK_BYTES) continue;
    // One chunk's worth stays behind: only the end of the source tells which chunk is the last.
    const held = Buffer.concat(pieces);
    let offset = 0;
    for (; held.length - offset > CHUNK_BYTES; offset += CHUNK_BYTES) {
      yield encryptOne(held.subarray(offset, offset + CHUNK_BYTES), { ...chunkKey, index, isLast: false });
      index += 1;
    }
    pieces = [held.subarray(offset)];
    heldBytes = held.length - offset;
  }
  yield encryptOne(Buffer.concat(pieces), { ...chunkKey, index, isLast: true });
}

/** Gives back the plain bytes. Throws `backup_corrupt` or `backup_truncated` before a changed byte is handed on. */
export async function* decryptChunks(reader: ByteReader, chunkKey: ChunkKey): AsyncGenerator<Buffer> {
  for (let index = 0; ; index += 1) {
    const head = (await reader.read(4)).readUInt32BE();
    const isLast = head >= LAST_BIT;
    const sizeBytes = isLast ? head - LAST_BIT : head;
    if (sizeBytes < TAG_BYTES || sizeBytes > CHUNK_BYTES + TAG_BYTES)
      throw corrupt(`chunk ${index} has a wrong length`);
    const plain = decryptOne(await reader.read(sizeBytes), { ...chunkKey, index, isLast });
    if (plain.length > 0) yield plain;
    if (!isLast) continue;
    if (!(await reader.isAtEnd())) throw corrupt('something follows its end');
    return;
  }
}

/** The fault of a backup that is not what was written. */
export function corrupt(what: string, cause?: unknown): Fault {
  return new Fault('backup_corrupt', `The backup is damaged: ${what}.`, { retryable: false, cause });
}

interface ChunkPlace extends ChunkKey {
  readonly index: number;
  readonly isLast: boolean;
}

function encryptOne(plain: Buffer, place: ChunkPlace): Buffer {
  const cipher = createCipheriv(ALGORITHM, place.key, nonceOf(place.index), { authTagLength: TAG_BYTES });
  cipher.setAAD(factsOf(place));
  const bytes = Buffer.concat([cipher.update(plain), cipher.final()]);
  const head = Buffer.alloc(4);
  head.writeUInt32BE(bytes.length + TAG_BYTES + (place.isLast ? LAST_BIT : 0));
  return Buffer.concat([head, bytes, cipher.getAuthTag()]);
}

function decryptOne(sealed: Buffer, place: ChunkPlace): Buffer {
  const decipher = createDecipheriv(ALGORITHM, place.key, nonceOf(place.index), { authTagLength: TAG_BYTES });
  decipher.setAAD(factsOf(place)).setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES)), decipher.final()]);
  } catch (cause) {
    throw corrupt(`chunk ${place.index} does not match its seal`, cause);
  }
}

function nonceOf(index: number): Buffer {
  const nonce = Buffer.alloc(NONCE_BYTES);
  nonce.writeBigUInt64BE(BigInt(index), NONCE_BYTES - 8);
  return nonce;
}

function factsOf({ headerHash, index, isLast }: ChunkPlace): Buffer {
  return Buffer.concat([headerHash, nonceOf(index), Buffer.from([isLast ? 1 : 0])]);
}
