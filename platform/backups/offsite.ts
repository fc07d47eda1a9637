/** The copy elsewhere: a folder or an S3-compatible store, with the same retention, and read back before it counts. */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Fault } from '#kernel';
import { type ObjectStore, openFolder, openS3WhenSet, type S3Settings } from '#platform/objects';
import { planPruning } from './retention.ts';

export interface OffsiteCopy {
  readonly fileName: string;
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

export interface OffsiteFile {
  readonly fileName: string;
  readonly createdAtMs: number;
  readonly sizeBytes: number;
}

export interface Offsite {
  readonly place: string;
  /** The copies there, newest first. */
  list(): Promise<readonly OffsiteFile[]>;
  /** Asks whether the copy is still there with its size; reads it through and compares its bytes too when `isFull`. */
  check(copy: Omit<OffsiteCopy, 'path'>, isFull: boolean): Promise<void>;
  /** Brings a copy here, whole or not at all. Throws `backup_not_found` and the store's faults. */
  fetch(fileName: string, toPath: string): Promise<void>;
  /** Copies, reads the copy back and compares, then prunes. Throws `offsite_differs` and the store's faults. */
  copy(backup: OffsiteCopy): Promise<void>;
}

/** The place of the settings: a folder first, else a store; null when neither is set. */
export function offsiteOf(settings: {
  readonly offsiteFolder: string | null;
  readonly offsiteS3: S3Settings;
}): Offsite | null {
  if (settings.offsiteFolder !== null) return offsiteIn(openFolder(settings.offsiteFolder));
  const s3 = openS3WhenSet(settings.offsiteS3);
  return s3 && offsiteIn(s3);
}

export function offsiteIn(store: ObjectStore): Offsite {
  return {
    place: store.place,
    async copy(backup) {
      await store.put(backup.fileName, backup);
      await requireSame(store, backup);
      await prune(store);
    },
    list: () => listCopies(store),
    async check(copy, isFull) {
      const found = await store.find(copy.fileName);
      if (found?.sizeBytes !== copy.sizeBytes) throw differs(store, copy.fileName, found ? 'another size' : 'gone');
      if (isFull) await requireSame(store, copy);
    },
    fetch: (fileName, toPath) => fetchCopy(store, fileName, toPath),
  };
}

async function requireSame(store: ObjectStore, copy: Pick<OffsiteCopy, 'fileName' | 'sha256'>): Promise<void> {
  const hash = createHash('sha256');
  for await (const piece of await store.get(copy.fileName)) hash.update(piece as Buffer);
  if (hash.digest('hex') !== copy.sha256) throw differs(store, copy.fileName, 'not the backup');
}

function differs({ place }: ObjectStore, fileName: string, how: string): Fault {
  return new Fault('offsite_differs', `The copy of ${fileName} in ${place} is ${how}.`, { retryable: true });
}

async function fetchCopy(store: ObjectStore, fileName: string, toPath: string): Promise<void> {
  if (timeOf(fileName) === null || !(await store.find(fileName))) {
    throw new Fault('backup_not_found', `${store.place} has no backup ${fileName}. See: cactus backup list --offsite`, {
      retryable: false,
    });
  }
  const part = `${toPath}.part`;
  await mkdir(dirname(toPath), { recursive: true, mode: 0o700 });
  try {
    await pipeline(await store.get(fileName), createWriteStream(part, { mode: 0o600, flush: true }));
    await rename(part, toPath);
  } finally {
    await rm(part, { force: true });
  }
}

async function listCopies(store: ObjectStore): Promise<readonly OffsiteFile[]> {
  const copies = (await store.list('cactus-')).flatMap(({ key, sizeBytes }) => {
    const createdAtMs = timeOf(key);
    return createdAtMs === null ? [] : [{ fileName: key, createdAtMs, sizeBytes }];
  });
  return copies.toSorted((left, right) => right.createdAtMs - left.createdAtMs);
}

async function prune(store: ObjectStore): Promise<void> {
  for (const { fileName } of planPruning(await listCopies(store))) await store.delete(fileName);
}

/** The time in a backup's name; null for anything else, which is never deleted. */
function timeOf(key: string): number | null {
  const found = /^cactus-(\d{4}-\d{2}-\d{2})T(\d{2})-(\d{2})-(\d{2})Z-[0-9a-f]{6}\.cactus-backup$/.exec(key);
  if (!found) return null;
  const [, day, hour, minute, second] = found;
  const atMs = Date.parse(`${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(atMs) ? null : atMs;
}
