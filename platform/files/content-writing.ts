/** Bytes on their way in and out: written durably while they are hashed, read while they are compared with their address. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { Fault } from '#kernel';

const PRIVATE_FILE = 0o600;
const CHUNK_BYTES_MAX = 1_048_576; // A larger chunk is written in parts, so that a slow disk holds little memory.

/** The stream held more bytes than allowed; nothing was kept. */
export class FileTooLarge extends Fault {
  constructor(sizeBytesMax: number) {
    super('file_too_large', `The file is larger than ${sizeBytesMax} bytes.`, { retryable: false });
  }
}

/** Bytes are not those of their address: they were changed on the way or at rest. */
export class FileDiffers extends Fault {
  constructor(sha256: string) {
    super('file_content_differs', `The stored content ${sha256} is damaged: restore it from a backup.`, {
      retryable: false,
    });
  }
}

/** Streams to a new private file, hashing on the way, and syncs it. Stops at the first byte too many. */
export async function writeDurably(
  bytes: Readable,
  path: string,
  sizeBytesMax: number,
): Promise<{ readonly sha256: string; readonly sizeBytes: number }> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const file = await open(path, 'wx', PRIVATE_FILE);
  try {
    for await (const piece of bytes) {
      const chunk = Buffer.isBuffer(piece) ? piece : Buffer.from(piece as Uint8Array | string);
      sizeBytes += chunk.length;
      if (sizeBytes > sizeBytesMax) throw new FileTooLarge(sizeBytesMax);
      hash.update(chunk);
      for (let offset = 0; offset < chunk.length; offset += CHUNK_BYTES_MAX) {
        await file.writeFile(chunk.subarray(offset, offset + CHUNK_BYTES_MAX));
      }
    }
    await file.sync();
  } catch (cause) {
    throw asDiskFault(cause);
  } finally {
    await file.close();
  }
  return { sha256: hash.digest('hex'), sizeBytes };
}

/** The same bytes; ends with `file_content_differs` instead of an end when they are not those of `sha256`. */
export function compared(bytes: Readable, sha256: string): Readable {
  async function* pieces(): AsyncGenerator<Buffer> {
    const hash = createHash('sha256');
    for await (const piece of bytes) {
      const chunk = Buffer.from(piece as Uint8Array);
      hash.update(chunk);
      yield chunk;
    }
    if (hash.digest('hex') !== sha256) throw new FileDiffers(sha256);
  }
  return Readable.from(pieces(), { objectMode: false });
}

/** Reads a file through and throws `file_content_differs` when it is not what its address says. */
export async function requireContent(path: string, sha256: string): Promise<void> {
  for await (const _chunk of compared(createReadStream(path), sha256));
}

/** A full disk is a fault with a name; everything else (a cut upload, our own limit) passes as it is. */
function asDiskFault(cause: unknown): unknown {
  const code = cause instanceof Error && 'code' in cause ? cause.code : null;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new Fault('disk_full', 'The disk that holds the data folder is full; the file was not kept.', {
      retryable: true,
      cause,
    });
  }
  return cause;
}
