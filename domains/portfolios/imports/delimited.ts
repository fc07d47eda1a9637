/**
 * Delimited text (CSV): finds the encoding (UTF-8, UTF-16 by its mark, else Windows-1252, what Spanish Excel writes) and
 * the separator (`;` `,` tab `|`), then reads records with quoted separators and line breaks. Every cell is text.
 * `row` counts records, as a spreadsheet program shows them.
 */
import { readFile } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { CsvError, type Options, parse } from 'csv-parse';
import { parse as parseSync } from 'csv-parse/sync';
import { requireMemory } from './memory-watch.ts';
import { CELL_CHARS_MAX, CELLS_MAX, COLUMNS_MAX, ROWS_MAX, XML_TOKEN_CHARS_MAX } from './reading-limits.ts';
import { type Cell, ReadStopped, type SheetRow } from './sheet.ts';

const SEPARATORS = [';', '\t', ',', '|'] as const;
const SAMPLE_CHARS = 32 * 1024;
const SAMPLE_RECORDS = 40;
const SLICE_CHARS = 64 * 1024;
const RECORDS_PER_SAMPLE = 1_000;

/** Reads a delimited file; throws `ReadStopped` when it is not text or breaks a limit. */
export async function readDelimited(path: string): Promise<SheetRow[]> {
  const text = decodeText(await readFile(path));
  const declared = /^sep=(.)\r?\n/i.exec(text);
  const separator = declared?.[1] ?? detectSeparator(text.slice(0, SAMPLE_CHARS));
  const rows: SheetRow[] = [];
  let record = 0;
  let cellsTotal = 0;
  try {
    const parser = parse({ ...csvOptions(separator) });
    // Fed in slices: one big write would hold every record at once. The parser reports its own errors below.
    pipeline(Readable.from(slicesOf(text)), parser, () => {});
    for await (const fields of parser as AsyncIterable<string[]>) {
      record += 1;
      if (record === 1 && declared) continue;
      if (record % RECORDS_PER_SAMPLE === 0) requireMemory();
      const cells = textCells(fields);
      if (cells.length === 0) continue;
      cellsTotal += cells.length;
      if (rows.length >= ROWS_MAX) throw new ReadStopped('too_many_rows', { max: ROWS_MAX });
      if (cellsTotal > CELLS_MAX) throw new ReadStopped('too_many_cells', { max: CELLS_MAX });
      rows.push({ row: record, cells });
    }
  } catch (error) {
    if (error instanceof CsvError) throw new ReadStopped('csv_malformed', { row: record + 1, cause: error.code });
    throw error;
  }
  return rows;
}

function* slicesOf(text: string): Generator<string> {
  for (let start = 0; start < text.length; start += SLICE_CHARS) yield text.slice(start, start + SLICE_CHARS);
}

function csvOptions(separator: string): Options {
  return {
    delimiter: separator,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: false,
    max_record_size: XML_TOKEN_CHARS_MAX,
  };
}

function textCells(fields: readonly string[]): Cell[] {
  const cells: Cell[] = [];
  for (const [index, field] of fields.entries()) {
    if (field.trim() === '') continue;
    if (index >= COLUMNS_MAX) throw new ReadStopped('too_many_columns', { max: COLUMNS_MAX });
    cells.push({ column: index + 1, kind: 'text', text: field.slice(0, CELL_CHARS_MAX) });
  }
  return cells;
}

/** Text of a file, without its byte order mark; refuses binary content. */
export function decodeText(bytes: Buffer): string {
  const text = decodeBytes(bytes);
  // Control characters other than tab, line feed, carriage return and form feed never appear in a list a person made.
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u0008\u000B\u000E-\u001A\u001C-\u001F]/.test(text)) throw new ReadStopped('file_not_recognised');
  return text;
}

function decodeBytes(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/** The separator that cuts the first records into the most regular table. */
export function detectSeparator(sample: string): string {
  let best: { separator: string; score: number } = { separator: ';', score: 0 };
  for (const separator of SEPARATORS) {
    const score = regularity(sample, separator);
    if (score > best.score) best = { separator, score };
  }
  return best.separator;
}

/** Share of records with the commonest number of fields, weighted by that number; one field counts nothing. */
function regularity(sample: string, separator: string): number {
  let records: string[][];
  try {
    records = parseSync(sample, { ...csvOptions(separator), to: SAMPLE_RECORDS, skip_empty_lines: true });
  } catch {
    return 0;
  }
  const counts = new Map<number, number>();
  for (const record of records) counts.set(record.length, (counts.get(record.length) ?? 0) + 1);
  let score = 0;
  for (const [fields, times] of counts) {
    if (fields > 1) score = Math.max(score, (times / records.length) ** 2 * Math.log2(fields));
  }
  return score;
}
