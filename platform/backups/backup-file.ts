/** The folder of backups: a file appears there whole and synced, or not at all; leftovers of a crash are not listed. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '#kernel';
import { type BackupHeader, readHeader } from './archive.ts';

const EXTENSION = '.cactus-backup';
const PART = '.part';
const PRIVATE_FOLDER = 0o700;
const PRIVATE_FILE = 0o600;
const HEADER_READ_BYTES = 8_192;

export interface BackupFile {
  readonly fileName: string;
  readonly path: string;
  readonly sizeBytes: number;
  /** Null when the file is not a backup: `problem` says why. */
  readonly header: BackupHeader | null;
  readonly problem: string | null;
}

export function backupFolderOf(dataDir: string): string {
  return join(dataDir, 'backups');
}

/** `cactus-2026-11-21T03-10-00Z-1a2b3c.cactus-backup`: sorts by time. */
export function fileNameOf({ backupId, createdAtMs }: Pick<BackupHeader, 'backupId' | 'createdAtMs'>): string {
  const at = new Date(createdAtMs).toISOString().slice(0, 19).replaceAll(':', '-');
  return `cactus-${at}Z-${backupId.slice(-6)}${EXTENSION}`;
}

/** Streams to a temporary name, syncs, renames, syncs the folder. Nothing stays when it fails. */
export async function writeBackupFile(
  path: string,
  source: AsyncIterable<Buffer>,
  signal: AbortSignal,
): Promise<{ readonly sizeBytes: number; readonly sha256: string }> {
  const folder = join(path, '..');
  await mkdir(folder, { recursive: true, mode: PRIVATE_FOLDER });
  const temporary = `${path}${PART}`;
  const hash = createHash('sha256');
  let sizeBytes = 0;
  try {
    const file = await open(temporary, 'w', PRIVATE_FILE);
    try {
      for await (const piece of source) {
        signal.throwIfAborted();
        hash.update(piece);
        sizeBytes += piece.length;
        await file.writeFile(piece);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    signal.throwIfAborted();
    await rename(temporary, path);
    await syncFolder(folder);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw asDiskFault(cause);
  }
  return { sizeBytes, sha256: hash.digest('hex') };
}

/** Backups of a folder, newest first; a file that is none is listed with what is wrong with it. */
export async function listBackupFiles(folder: string): Promise<readonly BackupFile[]> {
  const names = await readdir(folder).catch(() => []);
  const files = await Promise.all(
    names.filter((name) => name.endsWith(EXTENSION)).map((name) => readBackupFile(join(folder, name))),
  );
  return files.toSorted((left, right) => (left.fileName < right.fileName ? 1 : -1));
}

/** One file of any place. */
export async function readBackupFile(path: string): Promise<BackupFile> {
  const facts = { fileName: path.split(/[\\/]/).at(-1) ?? path, path };
  try {
    const { size: sizeBytes } = await stat(path);
    try {
      const header = await readHeader(createReadStream(path, { end: HEADER_READ_BYTES }));
      return { ...facts, sizeBytes, header, problem: null };
    } catch (error) {
      return { ...facts, sizeBytes, header: null, problem: error instanceof Error ? error.message : String(error) };
    }
  } catch (cause) {
    throw new Fault('backup_not_found', `There is no backup at ${path}. See them all: cactus backup list`, {
      retryable: false,
      cause,
    });
  }
}

/** Removes what an interrupted run left behind; call it only while nobody else makes a backup. */
export async function removeParts(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (name.endsWith(`${EXTENSION}${PART}`)) await rm(join(folder, name), { force: true });
  }
}

/** Makes a rename survive a power cut; Windows does so by itself. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function asDiskFault(cause: unknown): unknown {
  const code = cause instanceof Error && 'code' in cause ? cause.code : null;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return cause;
  return new Fault(
    'disk_full',
    'The disk that holds the backups is full; nothing of this backup was kept. Free space or move old backups away.',
    { retryable: true, cause },
  );
}
