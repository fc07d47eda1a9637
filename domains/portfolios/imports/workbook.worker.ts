/**
 * The limited reading process (see `limited-reading.ts`): reads the one file it is given, sends what it found in small
 * replies and waits for each to be taken. Started by `fork`, never imported.
 */
import { assert } from '#kernel';
import type { WorkerMessage } from './limited-reading.ts';
import { samplePeakRssBytes } from './memory-watch.ts';
import { readSheets } from './reading.ts';

interface Start {
  readonly kind: 'start';
  readonly path: string;
  readonly request: unknown;
}

process.once('message', (message: Start) => {
  work(message).catch((error: unknown) => {
    // An unforeseen exception is reported with its message only: stacks hold paths of this machine.
    const cause = error instanceof Error ? error.message.slice(0, 200) : 'unknown';
    return send({ kind: 'refused', code: 'file_damaged', details: { cause } });
  });
});

async function work(start: Start): Promise<void> {
  const read = await readSheets(start.path);
  if (!read.ok)
    return send({ kind: 'refused', code: read.code, details: { ...read.details, peakRssBytes: samplePeakRssBytes() } });
  await reply({ sheets: read.value.sheets.map((sheet) => ({ name: sheet.name, rows: sheet.rows.length })) });
  await send({ kind: 'done', peakRssBytes: samplePeakRssBytes() });
  process.disconnect?.();
}

async function reply(content: unknown): Promise<void> {
  const taken = new Promise<void>((resolve) => {
    process.once('message', () => resolve());
  });
  await send({ kind: 'reply', reply: content });
  await taken;
}

async function send(message: WorkerMessage): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const settled = (error: Error | null): void => (error ? reject(error) : resolve());
    assert(process.connected, 'the reader runs as a child process only');
    process.send?.(message, settled);
  });
}
