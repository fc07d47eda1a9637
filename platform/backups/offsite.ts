/** The copy elsewhere: a folder or an S3-compatible store, with the same retention, and read back before it counts. */
import { createHash } from 'node:crypto';
import { Fault } from '#kernel';
import { type ObjectStore, openFolder, openS3WhenSet, type S3Settings } from '#platform/objects';
import { planPruning } from './retention.ts';

export interface OffsiteCopy {
  readonly fileName: string;
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

export interface Offsite {
  readonly place: string;
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
      const hash = createHash('sha256');
      for await (const piece of await store.get(backup.fileName)) hash.update(piece as Buffer);
      if (hash.digest('hex') !== backup.sha256) {
        throw new Fault('offsite_differs', `The copy of ${backup.fileName} in ${store.place} is not the backup.`, {
          retryable: true,
        });
      }
      await prune(store);
    },
  };
}

async function prune(store: ObjectStore): Promise<void> {
  const copies = (await store.list('cactus-')).flatMap(({ key }) => {
    const createdAtMs = timeOf(key);
    return createdAtMs === null ? [] : [{ fileName: key, createdAtMs }];
  });
  for (const { fileName } of planPruning(copies)) await store.delete(fileName);
}

/** The time in a backup's name; null for anything else, which is never deleted. */
function timeOf(key: string): number | null {
  const found = /^cactus-(\d{4}-\d{2}-\d{2})T(\d{2})-(\d{2})-(\d{2})Z-[0-9a-f]{6}\.cactus-backup$/.exec(key);
  if (!found) return null;
  const [, day, hour, minute, second] = found;
  const atMs = Date.parse(`${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(atMs) ? null : atMs;
}
