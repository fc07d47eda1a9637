/**
 * The file store: bytes live once, under `<dataDir>/files/aa/bb/<sha256>`, mode 0600, and never change.
 * Order of a put: temporary file, fsync, then in one transaction (under a lock on the content) rename, fsync of the
 * folder, row. A crash leaves a temporary file or bytes without a row, never a row without bytes; `sweep` removes both.
 */
import { createHash, randomUUID } from 'node:crypto';
import { chmod, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { type Clock, Fault } from '#kernel';
import type { Database } from '#platform/db';
import { deleteFilesOfWorkspace, findFile, insertFile, isContentReferenced, lockContent } from './file.store.ts';
import type { FileStore, StoredFile } from './types.ts';

const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;
const LEFTOVER_MS = 60 * 60_000; // No upload lasts an hour: what is older belongs to nobody.
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

export interface FileStoreOptions {
  readonly dataDir: string;
  readonly db: Database;
  readonly clock: Clock;
  readonly newId: () => string;
}

/** Opens (and creates when missing) the store under the data folder. */
export async function openFileStore(options: FileStoreOptions): Promise<FileStore> {
  const { db, clock, newId } = options;
  const root = join(options.dataDir, 'files');
  const temporary = join(root, 'tmp');
  await mkdir(temporary, { recursive: true, mode: PRIVATE_FOLDER });
  const pathOfContent = (sha256: string): string => join(root, sha256.slice(0, 2), sha256.slice(2, 4), sha256);

  return {
    async put({ workspaceId, userId, name, bytes, sizeBytesMax }) {
      const temporaryPath = join(temporary, randomUUID());
      try {
        const { sha256, sizeBytes } = await writeDurably(bytes, temporaryPath, sizeBytesMax);
        const file: StoredFile = { id: newId(), workspaceId, sha256, name, sizeBytes };
        await db.transaction(async (tx) => {
          await lockContent(tx, sha256);
          await place(temporaryPath, pathOfContent(sha256), sizeBytes);
          await insertFile(tx, { ...file, userId, createdAtMs: clock() });
        });
        return file;
      } finally {
        await rm(temporaryPath, { force: true });
      }
    },
    find: findFile,
    pathOf: (file) => pathOfContent(file.sha256),
    readContent: async (sha256) => (await open(pathOfContent(sha256), 'r')).createReadStream(),
    placeContent: async (sha256, bytes) => {
      const temporaryPath = join(temporary, randomUUID());
      try {
        const written = await writeDurably(bytes, temporaryPath, Number.MAX_SAFE_INTEGER);
        if (written.sha256 !== sha256) throw new FileDiffers(sha256);
        await place(temporaryPath, pathOfContent(sha256), written.sizeBytes);
      } finally {
        await rm(temporaryPath, { force: true });
      }
    },
    removeWorkspace: deleteFilesOfWorkspace,
    sweep: () => sweep({ db, root, temporary, olderThanMs: clock() - LEFTOVER_MS }),
  };
}

/** Streams to a new private file, hashing on the way, and syncs it. Stops at the first byte too many. */
async function writeDurably(
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

/** Moves the bytes to their address, unless the same content (whole) is there already. */
async function place(temporaryPath: string, path: string, sizeBytes: number): Promise<void> {
  const present = await stat(path).catch(() => null);
  if (present?.isFile() && present.size === sizeBytes) return;
  const folder = join(path, '..');
  await mkdir(folder, { recursive: true, mode: PRIVATE_FOLDER });
  await rename(temporaryPath, path);
  await chmod(path, PRIVATE_FILE);
  for (const level of [folder, join(folder, '..'), join(folder, '../..')]) await syncFolder(level);
}

/** Makes a rename survive a power cut. Windows has no handle on folders and does this by itself. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

interface Sweep {
  readonly db: Database;
  readonly root: string;
  readonly temporary: string;
  readonly olderThanMs: number;
}

/** Removes temporary files and bytes without a row that are older than an hour; gives how many. */
async function sweep({ db, root, temporary, olderThanMs }: Sweep): Promise<number> {
  let count = 0;
  for (const name of await readdir(temporary)) {
    const path = join(temporary, name);
    if (!(await isOlder(path, olderThanMs))) continue;
    await rm(path, { force: true });
    count += 1;
  }
  for await (const { sha256, path } of contents(root)) {
    if (!(await isOlder(path, olderThanMs)) || (await isContentReferenced(db, sha256))) continue;
    const isRemoved = await db.transaction(async (tx) => {
      await lockContent(tx, sha256);
      // Asked again under the lock: an upload of the same content may have come in between.
      if (await isContentReferenced(tx, sha256)) return false;
      await rm(path, { force: true });
      return true;
    });
    if (isRemoved) count += 1;
  }
  return count;
}

async function* contents(root: string): AsyncGenerator<{ readonly sha256: string; readonly path: string }> {
  for (const first of await hexFolders(root)) {
    for (const second of await hexFolders(join(root, first))) {
      const folder = join(root, first, second);
      for (const sha256 of await readdir(folder)) {
        if (/^[0-9a-f]{64}$/.test(sha256)) yield { sha256, path: join(folder, sha256) };
      }
    }
  }
}

async function hexFolders(path: string): Promise<string[]> {
  return (await readdir(path)).filter((name) => /^[0-9a-f]{2}$/.test(name));
}

async function isOlder(path: string, atMs: number): Promise<boolean> {
  const facts = await stat(path).catch(() => null);
  return facts !== null && facts.mtimeMs < atMs;
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
