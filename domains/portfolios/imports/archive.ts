/**
 * Archive: a ZIP file treated as hostile. Everything the central directory declares is checked before a byte is
 * inflated; then real inflated bytes are counted, because headers lie. Method: yauzl reads the central directory only
 * (never scans for local headers) and stops a stream that grows past its declared size.
 * Overlap check: D. Fifield, "A better zip bomb" (USENIX WOOT 2019): quoted-overlap bombs need shared byte ranges.
 */
import type { Readable } from 'node:stream';
import yauzl from 'yauzl';
import {
  ARCHIVE_ENTRIES_MAX,
  INFLATE_RATIO_FREE_BYTES,
  INFLATE_RATIO_MAX,
  INFLATED_PART_BYTES_MAX,
  INFLATED_TOTAL_BYTES_MAX,
} from './reading-limits.ts';
import { ReadStopped } from './sheet.ts';

const LOCAL_HEADER_BYTES = 30;

export interface Archive {
  readonly names: readonly string[];
  has(name: string): boolean;
  /** Streams one part, inflated; stops at the size limits. Part names compare without case, as Excel does. */
  stream(name: string): AsyncIterable<Buffer>;
  close(): void;
}

/** Opens and checks an archive; throws `ReadStopped` before inflating anything. */
export async function openArchive(path: string): Promise<Archive> {
  const zip = await translated(() => yauzl.openPromise(path, { autoClose: false, lazyEntries: true }));
  try {
    const entries = await translated(() => readDirectory(zip));
    requireHonestDirectory([...entries.values()], zip.fileSize);
    const budget = { inflatedBytes: 0 };
    return {
      names: [...entries.values()].map((entry) => entry.fileName),
      has: (name) => entries.has(name.toLowerCase()),
      stream: (name) => inflate(zip, entries.get(name.toLowerCase()), budget),
      close: () => zip.close(),
    };
  } catch (error) {
    zip.close();
    throw error;
  }
}

async function readDirectory(zip: yauzl.ZipFile): Promise<Map<string, yauzl.Entry>> {
  if (zip.entryCount > ARCHIVE_ENTRIES_MAX) {
    throw new ReadStopped('archive_has_too_many_entries', { entries: zip.entryCount, max: ARCHIVE_ENTRIES_MAX });
  }
  const entries = new Map<string, yauzl.Entry>();
  for await (const entry of zip.eachEntry()) {
    const key = entry.fileName.toLowerCase();
    // Two parts of one name: readers disagree on which one counts, so a checker and a reader could see different files.
    if (entries.has(key)) throw new ReadStopped('archive_overlaps', { entry: entry.fileName });
    entries.set(key, entry);
  }
  return entries;
}

function requireHonestDirectory(entries: readonly yauzl.Entry[], fileSizeBytes: number): void {
  const declaredBytes = entries.reduce((total, entry) => total + entry.uncompressedSize, 0);
  if (declaredBytes > INFLATED_TOTAL_BYTES_MAX) {
    throw new ReadStopped('archive_too_large', { declaredBytes, maxBytes: INFLATED_TOTAL_BYTES_MAX });
  }
  const ordered = entries.toSorted((a, b) => a.relativeOffsetOfLocalHeader - b.relativeOffsetOfLocalHeader);
  let freeFromByte = 0;
  for (const entry of ordered) {
    if (entry.isEncrypted()) throw new ReadStopped('file_is_encrypted');
    requireModestRatio(entry);
    if (entry.relativeOffsetOfLocalHeader < freeFromByte) {
      throw new ReadStopped('archive_overlaps', { entry: entry.fileName.slice(0, 200) });
    }
    freeFromByte = entry.relativeOffsetOfLocalHeader + LOCAL_HEADER_BYTES + entry.compressedSize;
    if (freeFromByte > fileSizeBytes) throw new ReadStopped('file_damaged', { entry: entry.fileName.slice(0, 200) });
  }
}

function requireModestRatio(entry: yauzl.Entry): void {
  if (entry.uncompressedSize <= INFLATE_RATIO_FREE_BYTES) return;
  if (entry.uncompressedSize <= Math.max(1, entry.compressedSize) * INFLATE_RATIO_MAX) return;
  throw new ReadStopped('archive_too_large', {
    entry: entry.fileName.slice(0, 200),
    declaredBytes: entry.uncompressedSize,
    maxRatio: INFLATE_RATIO_MAX,
  });
}

async function* inflate(
  zip: yauzl.ZipFile,
  entry: yauzl.Entry | undefined,
  budget: { inflatedBytes: number },
): AsyncGenerator<Buffer> {
  if (!entry) throw new ReadStopped('file_damaged', { missing: true });
  const stream: Readable = await translated(() => zip.openReadStreamPromise(entry));
  let partBytes = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      partBytes += chunk.length;
      budget.inflatedBytes += chunk.length;
      if (partBytes > INFLATED_PART_BYTES_MAX || budget.inflatedBytes > 2 * INFLATED_PART_BYTES_MAX) {
        throw new ReadStopped('archive_too_large', { entry: entry.fileName, maxBytes: INFLATED_PART_BYTES_MAX });
      }
      yield chunk;
    }
  } catch (error) {
    throw asReadStopped(error);
  } finally {
    stream.destroy();
  }
}

async function translated<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    throw asReadStopped(error);
  }
}

/** yauzl and zlib report by message; unknown ones mean a broken file, never a fault of ours. */
function asReadStopped(error: unknown): ReadStopped {
  if (error instanceof ReadStopped) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (/relative path|absolute path|invalid characters in filename|invalid file ?name/i.test(message)) {
    return new ReadStopped('archive_has_unsafe_name');
  }
  if (/too many bytes/i.test(message)) return new ReadStopped('archive_lies_about_size');
  if (/encrypted/i.test(message)) return new ReadStopped('file_is_encrypted');
  return new ReadStopped('file_damaged', { cause: message.slice(0, 200) });
}
