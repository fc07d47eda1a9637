/**
 * The file of a backup: magic, header in the clear (id, time, wrapped data key), then encrypted and compressed entries:
 * the plan, one per table, one per stored file, and the manifest last. Reading it walks every byte and checks it.
 */
import { createHash, randomBytes } from 'node:crypto';
import { pipeline, Readable } from 'node:stream';
import { createZstdCompress, createZstdDecompress } from 'node:zlib';
import { Fault } from '#kernel';
import { type MasterKey, unwrapKey, wrapKey } from '#platform/secrets';
import { z } from 'zod';
import { type ByteReader, byteReaderOf } from './byte-reader.ts';
import { corrupt, decryptChunks, encryptChunks } from './chunk-cipher.ts';

const MAGIC = Buffer.from('CACTUSBK\u0001', 'latin1');
const HEADER_BYTES_MAX = 4_096;
const ENTRY_HEAD_BYTES_MAX = 16 * 1_048_576; // Plan and manifest name every table and column; nothing else is large.
const BLOCK_BYTES_MAX = 64 * 1_048_576; // PostgreSQL hands on a row in one piece.
const DATA_KEY_BYTES = 32;

const Header = z.object({ backupId: z.uuid(), createdAtMs: z.int(), wrappedKey: z.string() });
export type BackupHeader = z.infer<typeof Header>;

export interface Entry {
  /** JSON: `kind` says what the bytes are. */
  readonly head: object;
  readonly bytes?: AsyncIterable<Buffer>;
}

export interface ReadEntry {
  readonly head: unknown;
  /** Read to the end before the next entry is asked for. */
  readonly bytes: AsyncGenerator<Buffer>;
}

/** The bytes of a new backup, to be written to a file. */
export async function* writeArchive(
  entries: AsyncIterable<Entry>,
  facts: { readonly backupId: string; readonly createdAtMs: number; readonly keys: readonly MasterKey[] },
): AsyncGenerator<Buffer> {
  const { backupId, createdAtMs, keys } = facts;
  const key = randomBytes(DATA_KEY_BYTES);
  const header: BackupHeader = { backupId, createdAtMs, wrappedKey: wrapKey(keys, scopeOf(backupId), key) };
  const headerBytes = Buffer.concat([MAGIC, framed(Buffer.from(JSON.stringify(header)))]);
  yield headerBytes;
  const compressed = pipeline(Readable.from(framesOf(entries)), createZstdCompress(), () => undefined);
  yield* encryptChunks(compressed, { key, headerHash: hashOf(headerBytes) });
}

/** Header of a backup, without a key. Throws `backup_empty`, `backup_truncated`, `backup_corrupt`. */
export async function readHeader(source: AsyncIterable<Buffer>): Promise<BackupHeader> {
  return (await openHeader(byteReaderOf(source))).header;
}

/** Every entry in order; the end is checked too. Throws what `readHeader` throws and `secret_not_readable`. */
export async function* readArchive(
  source: AsyncIterable<Buffer>,
  keys: readonly MasterKey[],
): AsyncGenerator<ReadEntry> {
  const reader = byteReaderOf(source);
  const { header, headerHash } = await openHeader(reader);
  const chunkKey = { key: requireKey(keys, header), headerHash };
  const plain = pipeline(Readable.from(decryptChunks(reader, chunkKey)), createZstdDecompress(), () => undefined);
  const entries = byteReaderOf(asDamage(plain));
  while (!(await entries.isAtEnd())) {
    const head = parsed(await entries.read(await lengthOf(entries, ENTRY_HEAD_BYTES_MAX)));
    const bytes = blocksOf(entries);
    yield { head, bytes };
    for await (const _rest of bytes);
  }
}

async function openHeader(reader: ByteReader): Promise<{ readonly header: BackupHeader; readonly headerHash: Buffer }> {
  if (await reader.isAtEnd()) throw new Fault('backup_empty', 'The backup is an empty file.', { retryable: false });
  const magic = await reader.read(MAGIC.length);
  if (!magic.equals(MAGIC)) throw corrupt('it does not begin like a Cactus backup');
  const text = await reader.read(await lengthOf(reader, HEADER_BYTES_MAX));
  const header = Header.safeParse(parsed(text));
  if (!header.success) throw corrupt('its header is not one');
  return { header: header.data, headerHash: hashOf(Buffer.concat([magic, framed(text)])) };
}

function requireKey(keys: readonly MasterKey[], { backupId, wrappedKey }: BackupHeader): Buffer {
  const [keyId] = wrappedKey.split('.');
  if (keys.some(({ id }) => id === keyId)) return unwrapKey(keys, scopeOf(backupId), wrappedKey);
  throw new Fault(
    'backup_key_missing',
    `The backup was made with master key ${keyId}, which is not here. Give the key file of that installation with --key-file.`,
    { retryable: false },
  );
}

async function* framesOf(entries: AsyncIterable<Entry>): AsyncGenerator<Buffer> {
  for await (const { head, bytes } of entries) {
    yield framed(Buffer.from(JSON.stringify(head)));
    if (bytes) for await (const block of bytes) if (block.length > 0) yield framed(block);
    yield framed(Buffer.alloc(0));
  }
}

async function* blocksOf(reader: ByteReader): AsyncGenerator<Buffer> {
  for (;;) {
    const count = await lengthOf(reader, BLOCK_BYTES_MAX);
    if (count === 0) return;
    yield await reader.read(count);
  }
}

/** What the decompressor says of nonsense is damage too; faults of our own pass. */
async function* asDamage(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* source;
  } catch (cause) {
    throw cause instanceof Fault ? cause : corrupt('it cannot be decompressed', cause);
  }
}

async function lengthOf(reader: ByteReader, max: number): Promise<number> {
  const count = (await reader.read(4)).readUInt32BE();
  if (count > max) throw corrupt('a length in it is impossible');
  return count;
}

function parsed(text: Buffer): unknown {
  try {
    return JSON.parse(text.toString('utf8')) as unknown;
  } catch (cause) {
    throw corrupt('a description in it is not readable', cause);
  }
}

function framed(bytes: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(bytes.length);
  return Buffer.concat([head, bytes]);
}

function hashOf(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function scopeOf(backupId: string): { readonly workspaceId: string; readonly name: string } {
  return { workspaceId: 'installation', name: `backup:${backupId}` };
}
