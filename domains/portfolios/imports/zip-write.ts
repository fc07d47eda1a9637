/**
 * Zip writer: the few bytes of the ZIP format (APPNOTE 4.3) that a workbook needs. Deterministic: no clock, entries in
 * the given order, dated 1980-01-01. Every field can be forged by tests of the reader.
 */
import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipEntry {
  readonly name: string;
  readonly bytes: Buffer;
  /** Tests only: what the headers claim instead of the truth. */
  readonly forged?: { readonly sizeBytes?: number; readonly flags?: number; readonly compressed?: Buffer };
}

const LOCAL_MAGIC = 0x04034b50;
const CENTRAL_MAGIC = 0x02014b50;
const END_MAGIC = 0x06054b50;
const VERSION = 20;
const UTF8_FLAG = 0x0800;
const DEFLATE = 8;
const DATE_1980 = 0x21;

/** Packs entries into one archive. */
export function writeZip(entries: readonly ZipEntry[]): Buffer {
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const packed = entry.forged?.compressed ?? deflateRawSync(entry.bytes, { level: 6 });
    const facts = headerFacts(entry, packed.length);
    const name = Buffer.from(entry.name, 'utf8');
    const local = Buffer.concat([
      uint(LOCAL_MAGIC, 4),
      uint(VERSION, 2),
      facts,
      uint(name.length, 2),
      uint(0, 2),
      name,
    ]);
    centrals.push(
      Buffer.concat([
        uint(CENTRAL_MAGIC, 4),
        uint(VERSION, 2),
        uint(VERSION, 2),
        facts,
        uint(name.length, 2),
        Buffer.alloc(12),
        uint(offset, 4),
        name,
      ]),
    );
    locals.push(local, packed);
    offset += local.length + packed.length;
  }
  const directory = Buffer.concat(centrals);
  const end = [uint(END_MAGIC, 4), uint(0, 4), uint(entries.length, 2), uint(entries.length, 2)];
  return Buffer.concat([...locals, directory, ...end, uint(directory.length, 4), uint(offset, 4), uint(0, 2)]);
}

/** Flags, method, time, date, crc and both sizes: the same bytes in the local and the central header. */
function headerFacts(entry: ZipEntry, packedBytes: number): Buffer {
  return Buffer.concat([
    uint(entry.forged?.flags ?? UTF8_FLAG, 2),
    uint(DEFLATE, 2),
    uint(0, 2),
    uint(DATE_1980, 2),
    uint(crc32(entry.bytes), 4),
    uint(packedBytes, 4),
    uint(entry.forged?.sizeBytes ?? entry.bytes.length, 4),
  ]);
}

function uint(value: number, sizeBytes: 2 | 4): Buffer {
  const buffer = Buffer.alloc(sizeBytes);
  if (sizeBytes === 2) buffer.writeUInt16LE(value);
  else buffer.writeUInt32LE(value);
  return buffer;
}
