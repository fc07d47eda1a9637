/**
 * Sheet: what a file reader hands over, whatever the file was: typed cells with their addresses. `row` and `column` are
 * one-based, as the spreadsheet program shows them; numbers stay decimal text; days are `YYYY-MM-DD` without any zone.
 */

/** text, number, day (or day and time), true/false, error such as `#N/A`. */
export type CellKind = 'text' | 'number' | 'date' | 'boolean' | 'error';

export interface Cell {
  readonly column: number;
  readonly kind: CellKind;
  /** Exact text: decimal text for numbers, `YYYY-MM-DD[THH:MM:SS]` for dates, `true`/`false`, `#N/A`. */
  readonly text: string;
  /** What the cell's number format says the figure is: `%` (the text holds the ratio, 0.214 for 21.4 %) or a currency code. */
  readonly unit?: string;
}

export interface SheetRow {
  readonly row: number;
  readonly cells: readonly Cell[];
}

/** A merged rectangle, inclusive on both ends. */
export interface MergedRange {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

export interface Sheet {
  readonly name: string;
  readonly isHidden: boolean;
  readonly rows: readonly SheetRow[];
  readonly merges: readonly MergedRange[];
}

export type FileFormat = 'xlsx' | 'csv';

export interface Workbook {
  readonly format: FileFormat;
  readonly sheets: readonly Sheet[];
}

/** Why a file cannot be read; each has a sentence in both languages (`import.refused.<code>`). */
export const READ_REFUSALS = [
  'file_empty',
  'file_too_large',
  'file_not_recognised',
  'file_is_old_excel',
  'file_is_encrypted',
  'file_is_html',
  'file_is_pdf',
  'file_format_not_supported',
  'file_damaged',
  'archive_too_large',
  'archive_lies_about_size',
  'archive_overlaps',
  'archive_has_too_many_entries',
  'archive_has_unsafe_name',
  'xml_has_doctype',
  'xml_malformed',
  'xml_too_deep',
  'xml_token_too_long',
  'cell_out_of_range',
  'too_many_columns',
  'too_many_rows',
  'too_many_cells',
  'too_many_sheets',
  'too_many_texts',
  'csv_malformed',
  'reading_took_too_long',
  'reading_took_too_much_memory',
] as const;
export type ReadRefusal = (typeof READ_REFUSALS)[number];

/**
 * Carries a refusal out of a streaming parser's callbacks, where a return value cannot travel. It never leaves
 * `readSheets`, which turns it into a `Result`.
 */
export class ReadStopped extends Error {
  readonly code: ReadRefusal;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ReadRefusal, details: Record<string, unknown> = {}) {
    super(code);
    this.name = 'ReadStopped';
    this.code = code;
    this.details = details;
  }
}

const LETTERS = 26;
const CODE_BEFORE_A = 64;

/** `1` → `A`, `28` → `AB`. */
export function columnLetters(column: number): string {
  let rest = column;
  let letters = '';
  while (rest > 0) {
    const digit = ((rest - 1) % LETTERS) + 1;
    letters = String.fromCharCode(CODE_BEFORE_A + digit) + letters;
    rest = (rest - digit) / LETTERS;
  }
  return letters;
}

/** `AB12` → `{ column: 28, row: 12 }`; null when the text is not a cell address. */
export function parseCellAddress(address: string): { readonly column: number; readonly row: number } | null {
  const match = /^\$?([A-Za-z]{1,7})\$?(\d{1,10})$/.exec(address);
  if (!match) return null;
  let column = 0;
  for (const letter of (match[1] ?? '').toUpperCase()) column = column * LETTERS + letter.charCodeAt(0) - CODE_BEFORE_A;
  return { column, row: Number(match[2]) };
}

export function cellAt(row: SheetRow, column: number): Cell | undefined {
  return row.cells.find((cell) => cell.column === column);
}
