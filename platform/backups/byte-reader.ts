/** Reads exact numbers of bytes from a stream of pieces; a stream that ends early is a truncated backup. */
import { Fault } from '#kernel';

export interface ByteReader {
  /** Throws `backup_truncated` when fewer are left. */
  read(count: number): Promise<Buffer>;
  isAtEnd(): Promise<boolean>;
}

/** Holds no more than one piece and what is asked for. */
export function byteReaderOf(source: AsyncIterable<Buffer>): ByteReader {
  const pieces = source[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);
  const more = async (): Promise<boolean> => {
    const next = await pieces.next();
    if (next.done === true) return false;
    held = held.length === 0 ? next.value : Buffer.concat([held, next.value]);
    return true;
  };
  return {
    async read(count) {
      while (held.length < count) if (!(await more())) throw truncated();
      const bytes = held.subarray(0, count);
      held = held.subarray(count);
      return bytes;
    },
    async isAtEnd() {
      while (held.length === 0) if (!(await more())) return true;
      return false;
    },
  };
}

function truncated(): Fault {
  return new Fault('backup_truncated', 'The backup ends too early: part of it is missing.', { retryable: false });
}
