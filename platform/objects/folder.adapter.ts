/** Objects as files of a folder, for example a mounted disk of another machine. */
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { assert, Fault } from '#kernel';
import type { ObjectFact, ObjectStore } from './types.ts';

const PART = '.part';

/** The folder must exist: a disk that is not mounted must not be filled on the wrong side. */
export function openFolder(folder: string): ObjectStore {
  const pathOf = (key: string): string => {
    assert(!key.split('/').includes('..'), 'objects: a key never climbs out of its folder');
    return join(folder, key);
  };
  const find = async (key: string): Promise<ObjectFact | null> => {
    const facts = await stat(pathOf(key)).catch(() => null);
    return facts?.isFile() ? { key, sizeBytes: facts.size, changedAtMs: facts.mtimeMs } : null;
  };
  return {
    place: folder,
    async put(key, { path }) {
      await requireFolder(folder);
      const target = pathOf(key);
      await mkdir(dirname(target), { recursive: true, mode: 0o700 });
      const temporary = `${target}${PART}`;
      try {
        await copyFile(path, temporary);
        const file = await open(temporary, 'r+');
        try {
          await file.chmod(0o600);
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(temporary, target);
      } finally {
        await rm(temporary, { force: true });
      }
    },
    async get(key) {
      if (!(await find(key))) throw notFound(key, folder);
      return createReadStream(pathOf(key));
    },
    find,
    async list(prefix) {
      await requireFolder(folder);
      const names = await readdir(folder, { recursive: true, withFileTypes: true });
      const keys = names
        .filter((entry) => entry.isFile() && !entry.name.endsWith(PART))
        .map((entry) =>
          join(entry.parentPath, entry.name)
            .slice(folder.length + 1)
            .replaceAll('\\', '/'),
        )
        .filter((key) => key.startsWith(prefix))
        .toSorted();
      const facts = await Promise.all(keys.map(find));
      return facts.filter((fact) => fact !== null);
    },
    delete: (key) => rm(pathOf(key), { force: true }),
  };
}

/** The fault of a key that holds nothing. */
export function notFound(key: string, place: string): Fault {
  return new Fault('object_not_found', `${place} has no ${key}.`, { retryable: false });
}

async function requireFolder(folder: string): Promise<void> {
  const facts = await stat(folder).catch(() => null);
  if (facts?.isDirectory()) return;
  throw new Fault('store_unreachable', `The folder ${folder} is not there. Is its disk mounted?`, { retryable: true });
}
