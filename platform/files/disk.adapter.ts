/** Contents on the disk of this machine: `<root>/aa/bb/<sha256>`, mode 0600, never changed. */
import { chmod, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContentPlace, PlacedContent, WrittenContent } from './types.ts';

const PRIVATE_FILE = 0o600;
export const PRIVATE_FOLDER = 0o700;

export function openDisk(root: string): ContentPlace {
  const pathOf = (sha256: string): string => join(root, sha256.slice(0, 2), sha256.slice(2, 4), sha256);
  return {
    prepare: () => Promise.resolve(),
    place: (content) => place(content, pathOf(content.sha256)),
    read: async (sha256) => (await open(pathOf(sha256), 'r')).createReadStream(),
    localPath: async (sha256) => ((await sizeOf(pathOf(sha256))) === null ? null : pathOf(sha256)),
    list: () => contents(root),
    delete: (sha256) => rm(pathOf(sha256), { force: true }),
  };
}

/** Moves the bytes to their address, unless the same content (whole) is there already. */
async function place({ path: from, sizeBytes }: WrittenContent, path: string): Promise<void> {
  if ((await sizeOf(path)) === sizeBytes) return;
  const folder = join(path, '..');
  await mkdir(folder, { recursive: true, mode: PRIVATE_FOLDER });
  await rename(from, path);
  await chmod(path, PRIVATE_FILE);
  for (const level of [folder, join(folder, '..'), join(folder, '../..')]) await syncFolder(level);
}

async function sizeOf(path: string): Promise<number | null> {
  const facts = await stat(path).catch(() => null);
  return facts?.isFile() ? facts.size : null;
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

async function* contents(root: string): AsyncGenerator<PlacedContent> {
  for (const first of await hexFolders(root)) {
    for (const second of await hexFolders(join(root, first))) {
      const folder = join(root, first, second);
      for (const sha256 of await readdir(folder)) {
        if (!/^[0-9a-f]{64}$/.test(sha256)) continue;
        const facts = await stat(join(folder, sha256)).catch(() => null);
        if (facts) yield { sha256, changedAtMs: facts.mtimeMs };
      }
    }
  }
}

async function hexFolders(path: string): Promise<string[]> {
  return (await readdir(path)).filter((name) => /^[0-9a-f]{2}$/.test(name));
}
