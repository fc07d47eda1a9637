/** What one durable write costs on this disk: the floor under every acknowledged commit. */
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { newDataDir, removeDataDir } from '../test/e2e/product.ts';

const ROUNDS = 200;
const PAGE_BYTES = 8192; // What PostgreSQL writes at least.

/** Milliseconds of each of some hundred flushes, where the benched product keeps its data. */
export function diskFlushMs(): readonly number[] {
  const folder = newDataDir();
  const file = openSync(join(folder, 'flush'), 'w');
  const page = Buffer.alloc(PAGE_BYTES, 1);
  try {
    return Array.from({ length: ROUNDS }, (_, index) => {
      writeSync(file, page, 0, PAGE_BYTES, (index % 100) * PAGE_BYTES);
      const startedMs = performance.now();
      fdatasyncSync(file);
      return performance.now() - startedMs;
    });
  } finally {
    closeSync(file);
    removeDataDir(folder);
  }
}
