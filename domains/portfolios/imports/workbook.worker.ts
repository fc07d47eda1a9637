/**
 * The limited reading process (see `limited-reading.ts`): reads the one file it is given, says what it is (`outline`),
 * is told how to read it, then sends every row with what will happen to it, in small replies, waiting for each to be
 * taken. Started by `fork`, never imported.
 */
import { assert } from '#kernel';
import type { WorkerMessage } from './limited-reading.ts';
import { type ImportMapping, fitsWorkbook, proposeMapping } from './mapping.ts';
import { samplePeakRssBytes } from './memory-watch.ts';
import { type Outline, outlineOf } from './outline.ts';
import { type PlanDefaults, planRows } from './plan.ts';
import type { PlannedRow } from './planned-row.ts';
import { readSheets } from './reading.ts';
import type { SheetRow, Workbook } from './sheet.ts';

export interface PlanRequest {
  readonly defaults: PlanDefaults;
  /** A person's mapping of this very file; null asks for a proposal. */
  readonly mapping: ImportMapping | null;
}

/** Asks for the cells themselves, for files whose columns are a contract. */
export interface CellsRequest {
  readonly kind: 'cells';
}

export interface CellsReply {
  /** Place of the sheet among the visible ones. */
  readonly sheet: number;
  readonly rows: readonly SheetRow[];
}

export type PlanReply =
  /** The answer may be a remembered mapping for files of this shape. */
  | { readonly kind: 'recognised'; readonly fingerprint: string }
  | { readonly kind: 'outline'; readonly outline: Outline; readonly rowCount: number }
  /** Drafts carry decimals as text: this is what a row looks like as JSON. */
  | { readonly kind: 'rows'; readonly rowsJson: string; readonly rowsDone: number };

const ROWS_PER_REPLY = 250;

interface Start {
  readonly kind: 'start';
  readonly path: string;
  readonly request: PlanRequest | CellsRequest;
}

process.once('message', (message: Start) => {
  work(message).catch((error: unknown) => {
    // An unforeseen exception is reported with its message only: stacks hold paths of this machine.
    const cause = error instanceof Error ? error.message.slice(0, 200) : 'unknown';
    return send({ kind: 'refused', code: 'file_damaged', details: { cause } });
  });
});

async function work({ path, request }: Start): Promise<void> {
  const read = await readSheets(path);
  if (!read.ok) {
    return send({ kind: 'refused', code: read.code, details: { ...read.details, peakRssBytes: samplePeakRssBytes() } });
  }
  const workbook = read.value;
  if ('kind' in request) return sendCells(workbook);
  const proposal = proposeMapping(workbook);
  const { fingerprint, readings } = proposal;
  const remembered = (await reply({ kind: 'recognised', fingerprint })) as ImportMapping | null;
  const wanted = request.mapping ?? remembered;
  const mapping = wanted && fitsWorkbook(wanted, workbook) ? wanted : proposal.mapping;
  const rowCount = workbook.sheets.reduce((total, sheet) => total + sheet.rows.length, 0);
  const outline = outlineOf(workbook, { mapping, readings, fingerprint, defaults: request.defaults });
  await reply({ kind: 'outline', outline, rowCount });
  let batch: PlannedRow[] = [];
  let rowsDone = 0;
  for (const row of planRows(workbook, mapping, request.defaults)) {
    batch.push(row);
    if (batch.length < ROWS_PER_REPLY) continue;
    rowsDone += batch.length;
    await reply({ kind: 'rows', rowsJson: JSON.stringify(batch), rowsDone });
    batch = [];
  }
  if (batch.length > 0)
    await reply({ kind: 'rows', rowsJson: JSON.stringify(batch), rowsDone: rowsDone + batch.length });
  await send({ kind: 'done', peakRssBytes: samplePeakRssBytes() });
  process.disconnect?.();
}

async function sendCells({ sheets }: Workbook): Promise<void> {
  const shown = sheets.filter(({ isHidden }) => !isHidden);
  for (const [index, { rows }] of shown.entries()) {
    for (let start = 0; start < rows.length; start += ROWS_PER_REPLY) {
      await reply({ sheet: index, rows: rows.slice(start, start + ROWS_PER_REPLY) });
    }
  }
  await send({ kind: 'done', peakRssBytes: samplePeakRssBytes() });
  process.disconnect?.();
}

async function reply(content: PlanReply | CellsReply): Promise<unknown> {
  const taken = new Promise<unknown>((resolve) => {
    process.once('message', (next: { readonly answer: unknown }) => resolve(next.answer));
  });
  await send({ kind: 'reply', reply: content });
  return taken;
}

async function send(message: WorkerMessage): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const settled = (error: Error | null): void => (error ? reject(error) : resolve());
    assert(process.connected, 'the reader runs as a child process only');
    process.send?.(message, settled);
  });
}
