/** Reads a file as the importer does, in place: for the tests of exports and presets. Nothing here is used by the product. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert, localDate } from '#kernel';
import { proposeMapping } from '../imports/mapping.ts';
import { planRows } from '../imports/plan.ts';
import type { PlannedRow } from '../imports/planned-row.ts';
import { readSheets } from '../imports/reading.ts';

/** Every row of a file with what importing it would record. */
export async function plannedFrom(bytes: Buffer): Promise<PlannedRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'cactus-read-back-'));
  try {
    const path = join(folder, 'file');
    await writeFile(path, bytes);
    const read = await readSheets(path);
    assert(read.ok, 'the file is one that the importer reads');
    const { mapping } = proposeMapping(read.value);
    const defaults = { today: localDate('2026-12-31'), currency: 'EUR', accountName: 'Principal' };
    return [...planRows(read.value, mapping, defaults)];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
