/** Columns over shared memory: a worker thread is handed the memory itself, never a copy. Written once, then only read. */

/** A column of 32-bit whole numbers: of a length, all zero, or of given numbers. */
export function sharedInts(content: number | readonly number[]): Int32Array {
  const length = typeof content === 'number' ? content : content.length;
  const column = new Int32Array(new SharedArrayBuffer(length * Int32Array.BYTES_PER_ELEMENT));
  if (typeof content !== 'number') column.set(content);
  return column;
}

/** A column of floats, all zero. */
export function sharedFloats(length: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(length * Float64Array.BYTES_PER_ELEMENT));
}
