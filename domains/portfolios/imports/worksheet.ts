/**
 * Worksheet: one sheet's XML to typed cells. Formulas give their cached value; empty styled cells are dropped; a value
 * outside Excel's own grid is a forged address and stops the reading.
 */
import { Decimal } from '#kernel';
import type { Archive } from './archive.ts';
import { dateOfSerial, type NumberMeaning, typedFigure } from './number-format.ts';
import { CELLS_MAX, COLUMNS_MAX, EXCEL_COLUMNS_MAX, EXCEL_ROWS_MAX, ROWS_MAX } from './reading-limits.ts';
import { type Cell, type MergedRange, parseCellAddress, ReadStopped, type SheetRow } from './sheet.ts';
import { createTextCollector } from './workbook-parts.ts';
import { scanXml, type XmlAttributes } from './xml-scan.ts';

export interface SheetContext {
  readonly sharedTexts: readonly string[];
  readonly styles: readonly NumberMeaning[];
  readonly dateSystem: 1900 | 1904;
  /** Counts over the whole workbook. */
  readonly usage: { rows: number; cells: number };
}

interface OpenCell {
  readonly row: number;
  readonly column: number;
  readonly type: string;
  readonly style: number;
  stored: string;
  inline: string | null;
}

/** Reads one sheet part; throws `ReadStopped` past a limit. */
export async function readWorksheet(
  archive: Archive,
  partName: string,
  context: SheetContext,
): Promise<{ rows: SheetRow[]; merges: MergedRange[] }> {
  const reader = createSheetReader(context);
  await scanXml(archive.stream(partName), reader);
  return { rows: reader.rows, merges: reader.merges };
}

function createSheetReader(context: SheetContext) {
  const rows: SheetRow[] = [];
  const merges: MergedRange[] = [];
  const collector = createTextCollector();
  let rowNumber = 0;
  let nextColumn = 1;
  let cells: Cell[] = [];
  let cell: OpenCell | null = null;
  let isInValue = false;
  return {
    rows,
    merges,
    open(name: string, attributes: XmlAttributes): void {
      if (name === 'c') {
        cell = openCell(attributes, { row: rowNumber, column: nextColumn });
        nextColumn = cell.column + 1;
        collector.start();
      } else if (name === 'v') isInValue = true;
      else if (name === 'row') {
        rowNumber = nextRowNumber(attributes['r'], rowNumber);
        nextColumn = 1;
        cells = [];
      } else if (name === 'mergeCell') addMerge(merges, attributes['ref'] ?? '');
      else collector.open(name);
    },
    close(name: string): void {
      if (name === 'v') isInValue = false;
      else if (name === 'is' && cell) cell.inline = collector.finish();
      else if (name === 'c' && cell) {
        const typed = typedCell(cell, context);
        if (typed) cells.push(countedCell(typed, cell, context));
        cell = null;
      } else if (name === 'row' && cells.length > 0) {
        context.usage.rows += 1;
        if (context.usage.rows > ROWS_MAX) throw new ReadStopped('too_many_rows', { max: ROWS_MAX });
        rows.push({ row: rowNumber, cells });
        cells = [];
      } else collector.close(name);
    },
    text(text: string): void {
      if (isInValue && cell) cell.stored += text;
      else collector.text(text);
    },
  };
}

function nextRowNumber(declared: string | undefined, previous: number): number {
  const row = declared === undefined ? previous + 1 : Number(declared);
  if (!Number.isInteger(row) || row < 1 || row > EXCEL_ROWS_MAX) {
    throw new ReadStopped('cell_out_of_range', { row: String(declared).slice(0, 20) });
  }
  return row;
}

function openCell(attributes: XmlAttributes, position: { row: number; column: number }): OpenCell {
  const declared = attributes['r'];
  const address = declared === undefined ? position : parseCellAddress(declared);
  if (!address || address.column > EXCEL_COLUMNS_MAX || address.row > EXCEL_ROWS_MAX) {
    throw new ReadStopped('cell_out_of_range', { cell: (declared ?? '').slice(0, 20) });
  }
  return {
    row: position.row,
    column: address.column,
    type: attributes['t'] ?? 'n',
    style: Number(attributes['s'] ?? '0'),
    stored: '',
    inline: null,
  };
}

function countedCell(typed: Cell, cell: OpenCell, context: SheetContext): Cell {
  if (cell.column > COLUMNS_MAX) throw new ReadStopped('too_many_columns', { row: cell.row, max: COLUMNS_MAX });
  context.usage.cells += 1;
  if (context.usage.cells > CELLS_MAX) throw new ReadStopped('too_many_cells', { max: CELLS_MAX });
  return typed;
}

function typedCell(cell: OpenCell, context: SheetContext): Cell | null {
  const { column, stored } = cell;
  switch (cell.type) {
    case 's':
      return textCell(column, context.sharedTexts[Number(stored)] ?? '');
    case 'inlineStr':
      return textCell(column, cell.inline ?? stored);
    case 'str':
      return textCell(column, stored);
    case 'b':
      return stored === '' ? null : { column, kind: 'boolean', text: stored.trim() === '1' ? 'true' : 'false' };
    case 'e':
      return { column, kind: 'error', text: stored.trim() || '#ERROR' };
    case 'd':
      return isoDateCell(column, stored.trim());
    default:
      return numberCell(cell, context);
  }
}

function textCell(column: number, text: string): Cell | null {
  return text.trim() === '' ? null : { column, kind: 'text', text };
}

function isoDateCell(column: number, text: string): Cell | null {
  const match = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}(?::\d{2})?))?/.exec(text);
  if (!match) return textCell(column, text);
  const time = match[2] === undefined ? '' : match[2].padEnd(8, ':00');
  return { column, kind: 'date', text: time === '' || time === '00:00:00' ? (match[1] ?? '') : `${match[1]}T${time}` };
}

function numberCell(cell: OpenCell, context: SheetContext): Cell | null {
  const stored = cell.stored.trim();
  if (stored === '') return null;
  const figure = typedFigure(stored);
  if (figure === null) return textCell(cell.column, stored);
  const meaning = context.styles[cell.style];
  if (meaning?.kind === 'date') {
    const date = dateOfSerial(Decimal.from(figure).toString(), context.dateSystem);
    if (date !== null) return { column: cell.column, kind: 'date', text: date };
  }
  const unit = meaning?.kind === 'number' ? meaning.unit : undefined;
  return { column: cell.column, kind: 'number', text: figure, ...(unit === undefined ? {} : { unit }) };
}

function addMerge(merges: MergedRange[], reference: string): void {
  const [from = '', to = from] = reference.split(':');
  const start = parseCellAddress(from);
  const end = parseCellAddress(to);
  if (!start || !end) return;
  // Only merged headers matter; thousands of merges are decoration.
  if (merges.length < 5_000) merges.push({ top: start.row, left: start.column, bottom: end.row, right: end.column });
}
