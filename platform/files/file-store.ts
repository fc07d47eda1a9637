/**
 * The file store: bytes live once under their sha256, on disk or in an S3-compatible store, and never change.
 * Order of a put: temporary file, fsync, then in one transaction (under a lock on the content) place and row. A crash
 * leaves a temporary file or bytes without a row, never a row without bytes; `sweep` removes both.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { type Clock, Fault } from '#kernel';
import type { Database } from '#platform/db';
import type { ObjectStore } from '#platform/objects';
import { compared, FileDiffers, requireContent, writeDurably } from './content-writing.ts';
import { openDisk, PRIVATE_FOLDER } from './disk.adapter.ts';
import {
  deleteFile,
  deleteFilesOfWorkspace,
  findFile,
  insertFile,
  isContentReferenced,
  lockContent,
} from './file.store.ts';
import { openObjects } from './objects.adapter.ts';
import type { ContentPlace, FileStore, StoredFile } from './types.ts';

/** Removes the bytes that a workspace left behind, right after it went. */
export const FORGET_JOB = 'platform.files.forget';
const FORGOTTEN_AT_ONCE = 500; // Per job, so that one that fails repeats little.
const LEFTOVER_MS = 60 * 60_000; // No upload lasts an hour: what is older belongs to nobody.

export interface FileStoreOptions {
  readonly dataDir: string;
  readonly db: Database;
  readonly clock: Clock;
  readonly newId: () => string;
  /** The store that all machines share; null keeps the bytes under the data folder. */
  readonly objects: ObjectStore | null;
}

interface Store {
  readonly db: Database;
  readonly contents: ContentPlace;
  /** Contents from before a shared store was set; null without one. */
  readonly earlier: ContentPlace | null;
  readonly temporary: string;
  readonly olderThanMs: () => number;
}

/** Opens the store; its folder under the data folder is created when missing, also for what is on its way. */
export async function openFileStore(options: FileStoreOptions): Promise<FileStore> {
  const { db, clock, newId, objects } = options;
  const root = join(options.dataDir, 'files');
  const temporary = join(root, 'tmp');
  await mkdir(temporary, { recursive: true, mode: PRIVATE_FOLDER });
  const disk = openDisk(root);
  const contents = objects ? openObjects(objects) : disk;
  const olderThanMs = (): number => clock() - LEFTOVER_MS;
  const store: Store = { db, contents, earlier: objects && disk, temporary, olderThanMs };

  return {
    put: ({ workspaceId, userId, name, bytes, sizeBytesMax }) =>
      inTemporary(store, async (path) => {
        const { sha256, sizeBytes } = await writeDurably(bytes, path, sizeBytesMax);
        const file: StoredFile = { id: newId(), workspaceId, sha256, name, sizeBytes };
        await contents.prepare({ path, sha256, sizeBytes });
        await db.transaction(async (tx) => {
          await lockContent(tx, sha256);
          await contents.place({ path, sha256, sizeBytes });
          await insertFile(tx, { ...file, userId, createdAtMs: clock() });
        });
        return file;
      }),
    find: findFile,
    withLocalCopy: (file, work) => withLocalCopy(store, file, work),
    readContent: async (sha256) => compared(await read(store, sha256), sha256),
    placeContent: (sha256, bytes) =>
      inTemporary(store, async (path) => {
        const written = await writeDurably(bytes, path, Number.MAX_SAFE_INTEGER);
        if (written.sha256 !== sha256) throw new FileDiffers(sha256);
        await contents.place({ path, ...written });
      }),
    remove: async (tx, scope) => {
      const left = await deleteFile(tx, scope);
      if (left.length > 0) await tx.addJob(FORGET_JOB, { contents: left });
    },
    removeWorkspace: async (tx, workspaceId) => {
      const contentsOfIt = await deleteFilesOfWorkspace(tx, workspaceId);
      for (let from = 0; from < contentsOfIt.length; from += FORGOTTEN_AT_ONCE) {
        await tx.addJob(FORGET_JOB, { contents: contentsOfIt.slice(from, from + FORGOTTEN_AT_ONCE) });
      }
    },
    forget: (sha256s) => forget(store, sha256s),
    sweep: () => sweep(store),
  };
}

async function inTemporary<Value>({ temporary }: Store, work: (path: string) => Promise<Value>): Promise<Value> {
  const path = join(temporary, randomUUID());
  try {
    return await work(path);
  } finally {
    await rm(path, { force: true });
  }
}

async function withLocalCopy<Value>(
  store: Store,
  { sha256, sizeBytes }: StoredFile,
  work: (path: string) => Promise<Value>,
): Promise<Value> {
  const local = await store.contents.localPath(sha256);
  if (local !== null) {
    await requireContent(local, sha256);
    return work(local);
  }
  return inTemporary(store, async (path) => {
    await writeDurably(compared(await read(store, sha256), sha256), path, sizeBytes).catch((error: unknown) => {
      throw error instanceof Fault && error.code === 'file_too_large' ? new FileDiffers(sha256) : error;
    });
    return work(path);
  });
}

/** What was uploaded before a shared store was set is still read from this machine's disk. */
async function read({ contents, earlier }: Store, sha256: string): Promise<Readable> {
  try {
    return await contents.read(sha256);
  } catch (error) {
    const isMissing = error instanceof Fault && error.code === 'object_not_found';
    if (!isMissing || earlier === null || (await earlier.localPath(sha256)) === null) throw error;
    return earlier.read(sha256);
  }
}

/** Removes temporary files and bytes without a row that are older than an hour; gives how many. */
async function sweep(store: Store): Promise<number> {
  const { temporary, earlier, contents } = store;
  let count = 0;
  for (const name of await readdir(temporary)) {
    const path = join(temporary, name);
    const facts = await stat(path).catch(() => null);
    if (!facts || facts.mtimeMs >= store.olderThanMs()) continue;
    await rm(path, { force: true });
    count += 1;
  }
  if (earlier) {
    for await (const { sha256, changedAtMs } of earlier.list()) {
      if (changedAtMs < store.olderThanMs()) await carryOver(store, earlier, sha256);
    }
  }
  return count + (await sweepPlace(store, contents));
}

async function sweepPlace({ db, olderThanMs }: Store, place: ContentPlace): Promise<number> {
  let count = 0;
  for await (const { sha256, changedAtMs } of place.list()) {
    if (changedAtMs >= olderThanMs() || (await isContentReferenced(db, sha256))) continue;
    if (await deleteUnnamed(db, place, sha256)) count += 1;
  }
  return count;
}

/** Deletes a content that no row names; false when one does. */
async function deleteUnnamed(db: Database, place: ContentPlace, sha256: string): Promise<boolean> {
  return db.transaction(async (tx) => {
    await lockContent(tx, sha256);
    // Asked under the lock: an upload of the same content may have come in between.
    if (await isContentReferenced(tx, sha256)) return false;
    await place.delete(sha256);
    return true;
  });
}

async function forget({ db, contents, earlier }: Store, sha256s: readonly string[]): Promise<void> {
  for (const sha256 of sha256s) {
    await deleteUnnamed(db, contents, sha256);
    if (earlier) await deleteUnnamed(db, earlier, sha256);
  }
}

/** Moves what is on this disk to the shared store; damaged bytes stay where they are, for a person to look at. */
async function carryOver({ contents, db }: Store, earlier: ContentPlace, sha256: string): Promise<void> {
  const path = await earlier.localPath(sha256);
  if (path === null) return;
  if (await isContentReferenced(db, sha256)) {
    try {
      await requireContent(path, sha256);
    } catch {
      return;
    }
    await contents.place({ path, sha256, sizeBytes: (await stat(path)).size });
  }
  await earlier.delete(sha256);
}
