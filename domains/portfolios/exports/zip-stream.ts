/**
 * Zip stream: an archive written while its contents are still being made (APPNOTE 4.3: sizes follow each entry in a data
 * descriptor, the directory comes last), so neither an entry nor the whole is ever held. Deterministic: no clock, entries
 * dated 1980-01-01. Sizes are 32 bits: past 4 GiB it stops rather than lie.
 */
import { pipeline, Readable } from 'node:stream';
import { crc32, createDeflateRaw } from 'node:zlib';
import { assert } from '#kernel';

export interface StreamedEntry {
  readonly name: string;
  readonly chunks: () => AsyncIterable<string | Buffer> | Iterable<string | Buffer>;
}

const LOCAL_MAGIC = 0x04034b50;
const DESCRIPTOR_MAGIC = 0x08074b50;
const CENTRAL_MAGIC = 0x02014b50;
const END_MAGIC = 0x06054b50;
const VERSION = 20;
/** UTF-8 names; crc and sizes follow the bytes. */
const FLAGS = 0x0808;
const DEFLATE = 8;
const DATE_1980 = 0x21;
const SIZE_BYTES_MAX = 0xff_ff_ff_ff;
const ENTRIES_MAX = 65_535; // What the plain end record can count.

interface Written {
  readonly name: Buffer;
  readonly offset: number;
  readonly crc: number;
  readonly packedBytes: number;
  readonly plainBytes: number;
}

/** Packs entries in the order given, as they come. */
export async function* zipStream(
  entries: AsyncIterable<StreamedEntry> | Iterable<StreamedEntry>,
): AsyncGenerator<Buffer> {
  const written: Written[] = [];
  let offset = 0;
  const counted = (bytes: Buffer): Buffer => {
    offset += bytes.length;
    assert(offset <= SIZE_BYTES_MAX, 'zip: an archive above 4 GiB does not fit its format');
    return bytes;
  };
  for await (const entry of entries) {
    const name = Buffer.from(entry.name, 'utf8');
    const start = offset;
    const sums = { crc: 0, plainBytes: 0, packedBytes: 0 };
    yield counted(
      Buffer.concat([uint(LOCAL_MAGIC, 4), uint(VERSION, 2), facts(sums), uint(name.length, 2), uint(0, 2), name]),
    );
    for await (const bytes of deflated(entry.chunks(), sums)) yield counted(bytes);
    const { crc, packedBytes, plainBytes } = sums;
    yield counted(Buffer.concat([uint(DESCRIPTOR_MAGIC, 4), uint(crc, 4), uint(packedBytes, 4), uint(plainBytes, 4)]));
    written.push({ name, offset: start, ...sums });
    assert(written.length <= ENTRIES_MAX, 'zip: too many entries for its format');
  }
  const directory = Buffer.concat(written.map(centralHeader));
  const count = uint(written.length, 2);
  const end = [uint(END_MAGIC, 4), uint(0, 4), count, count, uint(directory.length, 4), uint(offset, 4), uint(0, 2)];
  yield Buffer.concat([directory, ...end]);
}

async function* deflated(
  chunks: AsyncIterable<string | Buffer> | Iterable<string | Buffer>,
  sums: { crc: number; plainBytes: number; packedBytes: number },
): AsyncGenerator<Buffer> {
  async function* measured(): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk, 'utf8') : chunk;
      sums.crc = crc32(bytes, sums.crc);
      sums.plainBytes += bytes.length;
      yield bytes;
    }
  }
  // The source's own error destroys the deflater with it, so the reader below throws it.
  const packer = createDeflateRaw({ level: 6 });
  pipeline(Readable.from(measured(), { objectMode: false }), packer, () => undefined);
  try {
    for await (const bytes of packer as AsyncIterable<Buffer>) {
      sums.packedBytes += bytes.length;
      yield bytes;
    }
  } finally {
    packer.destroy();
  }
}

function centralHeader({ name, offset, ...sums }: Written): Buffer {
  const head = [uint(CENTRAL_MAGIC, 4), uint(VERSION, 2), uint(VERSION, 2), facts(sums), uint(name.length, 2)];
  return Buffer.concat([...head, Buffer.alloc(12), uint(offset, 4), name]);
}

/** Flags, method, time, date, crc and both sizes: the same fields in the local and the central header. */
function facts({ crc, packedBytes, plainBytes }: Pick<Written, 'crc' | 'packedBytes' | 'plainBytes'>): Buffer {
  const head = [uint(FLAGS, 2), uint(DEFLATE, 2), uint(0, 2), uint(DATE_1980, 2)];
  return Buffer.concat([...head, uint(crc, 4), uint(packedBytes, 4), uint(plainBytes, 4)]);
}

function uint(value: number, sizeBytes: 2 | 4): Buffer {
  const buffer = Buffer.alloc(sizeBytes);
  if (sizeBytes === 2) buffer.writeUInt16LE(value);
  else buffer.writeUInt32LE(value);
  return buffer;
}
