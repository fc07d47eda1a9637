/** A table as a workbook. Loaded on the first export: the writer is larger than the table. */
import writeXlsxFile, { type Cell } from 'write-excel-file/browser';
import { type Column, headOf, isFigure } from './table-columns.ts';

const DIGITS_MAX = 15; // What a spreadsheet keeps of a number; a longer figure would be changed without a word.
const WIDTH_MIN = 8;
const WIDTH_MAX = 60;
const SHEET_NAME_MAX = 31;

/** Hands the rows to the person as an .xlsx file. */
export async function saveXlsx<Row>(
  name: string,
  rows: readonly Row[],
  columns: readonly Column<Row>[],
): Promise<void> {
  const shown = columns.filter((column) => column.value);
  await writeXlsxFile(xlsxRows(rows, shown), {
    sheet: sheetName(name),
    columns: shown.map((column) => ({ width: widthOf(column, rows) })),
    stickyRowsCount: 1,
  }).toFile(`${name}.xlsx`);
}

/** Head and cells. Every text is a text cell, which no spreadsheet runs: a formula would be a cell of another kind. */
export function xlsxRows<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): Cell[][] {
  const head = columns.map((column): Cell => ({ value: xlsxHead(column), type: String, fontWeight: 'bold' }));
  return [head, ...rows.map((row) => columns.map((column) => xlsxCell(column, row)))];
}

/** A date in a spreadsheet has no zone of its own. */
function xlsxHead<Row>(column: Column<Row>): string {
  return column.kind === 'instant' ? `${column.head} (UTC)` : headOf(column);
}

function xlsxCell<Row>(column: Column<Row>, row: Row): Cell {
  const value = column.value?.(row);
  if (value === null || value === undefined || value === '') return null;
  if (column.kind === 'instant') return { value: new Date(Number(value)), type: Date, format: 'yyyy-mm-dd hh:mm' };
  const text = String(value);
  if (isFigure(column) && isExactNumber(text)) return { value: Number(text), type: Number };
  return { value: text, type: String };
}

/** True when a spreadsheet can hold this decimal text as a number without changing a digit of it. */
function isExactNumber(text: string): boolean {
  const [, digits = ''] = /^-?0*(\d+(?:\.\d+)?)$/.exec(text) ?? [];
  const significant = digits.replace('.', '').replace(/^0+/, '');
  return digits !== '' && significant.length <= DIGITS_MAX;
}

function widthOf<Row>(column: Column<Row>, rows: readonly Row[]): number {
  const longest = rows.slice(0, 200).map((row) => String(column.value?.(row) ?? '').length);
  const date = column.kind === 'instant' ? 16 : 0;
  return Math.min(WIDTH_MAX, Math.max(WIDTH_MIN, headOf(column).length, date || Math.max(0, ...longest)) + 2);
}

/** A spreadsheet refuses these signs and longer names. */
function sheetName(name: string): string {
  return (
    name
      .replaceAll(/[\\/?*:[\]]/g, ' ')
      .slice(0, SHEET_NAME_MAX)
      .trim() || 'Cactus'
  );
}
