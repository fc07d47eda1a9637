/** Makes a backup: one snapshot of the database and every stored file, compressed, encrypted, whole or not at all. */
import { join } from 'node:path';
import { writeArchive } from './archive.ts';
import { backupFolderOf, fileNameOf, removeParts, writeBackupFile } from './backup-file.ts';
import { dumpDatabase } from './dump.ts';
import type { Manifest } from './manifest.ts';
import { asAdmin } from './scratch.ts';
import type { BackupHouse, Progress } from './types.ts';
import { assert } from '#kernel';

export interface CreatedBackup {
  readonly backupId: string;
  readonly createdAtMs: number;
  readonly fileName: string;
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly manifest: Manifest;
}

/** Writes one backup to the backups folder. Aborting leaves nothing behind; so does a crash, for the next run. */
export async function createBackup(house: BackupHouse, progress: Progress): Promise<CreatedBackup> {
  const facts = { backupId: house.newId(), createdAtMs: house.clock() };
  const folder = backupFolderOf(house.dataDir);
  const fileName = fileNameOf(facts);
  const path = join(folder, fileName);
  await removeParts(folder);
  let manifest: Manifest | null = null;
  const written = await asAdmin(house, (client) => {
    const entries = dumpDatabase({
      client,
      nowMs: facts.createdAtMs,
      readFile: (sha256) => house.files.readContent(sha256),
      onProgress: async (doneRatio, message) => {
        progress.signal.throwIfAborted();
        await progress.report(doneRatio, message);
      },
      onManifest: (complete) => {
        manifest = complete;
      },
    });
    return writeBackupFile(path, writeArchive(entries, { ...facts, keys: house.keys }), progress.signal);
  });
  assert(manifest !== null, 'backup: the manifest is the last entry, and every entry was written');
  return { ...facts, fileName, path, ...written, manifest };
}
