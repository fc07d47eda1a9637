/**
 * Outline: what a file is, before its rows: each sheet with how it is read, why it is left out, what each column means
 * with samples as written and as read, and what has to be asked. The preview shows it next to the rows.
 */
import { Decimal, type LocalDate } from '#kernel';
import { bodyRows, type ColumnReading, readColumns, RowReader } from './column-reading.ts';
import { type Field, fieldKind, type Layout } from './field.ts';
import { issue, type Issue } from './issue.ts';
import type { SheetReading } from './layout.ts';
import type { ImportMapping, SheetMapping } from './mapping.ts';
import type { PlanDefaults } from './plan.ts';
import { type Cell, cellAt, columnLetters, type Sheet, type Workbook } from './sheet.ts';
import { currencyIn } from './text-key.ts';

export interface OutlineColumn {
  readonly column: number;
  readonly letter: string;
  readonly header: string;
  /** Null: kept as a note, or not read. */
  readonly field: Field | null;
  readonly decimalMark: ',' | '.' | null;
  readonly dayOrder: 'dmy' | 'mdy' | null;
  readonly basis: ColumnReading['basis'];
  readonly samples: readonly { readonly written: string; readonly read: string | null }[];
}

/** What only a person can answer: asked once, remembered for files of this shape. */
export type Question = 'decimal_mark' | 'day_order' | 'gain_unit';

export interface OutlineSheet {
  readonly name: string;
  readonly isHidden: boolean;
  readonly isIncluded: boolean;
  readonly layout: Layout | null;
  readonly rowCount: number;
  readonly columns: readonly OutlineColumn[];
  readonly questions: readonly Question[];
  readonly notes: readonly Issue[];
}

export interface Outline {
  readonly format: Workbook['format'];
  readonly fingerprint: string;
  readonly mapping: ImportMapping;
  readonly sheets: readonly OutlineSheet[];
}

const SAMPLES = 3;
const COLUMNS_SHOWN_MAX = 60;

/** Describes a workbook as a mapping reads it. */
export function outlineOf(
  workbook: Workbook,
  facts: { mapping: ImportMapping; readings: readonly SheetReading[]; fingerprint: string; defaults: PlanDefaults },
): Outline {
  const { mapping, readings, fingerprint, defaults } = facts;
  const sheets = workbook.sheets.map((sheet, index) => {
    const sheetMapping = mapping.sheets[index];
    const reading = readings[index];
    return sheetMapping?.layout && reading
      ? describedSheet(sheet, sheetMapping, { reading, mapping, defaults })
      : unknownSheet(sheet, reading);
  });
  return { format: workbook.format, fingerprint, mapping, sheets };
}

function unknownSheet(sheet: Sheet, reading: SheetReading | undefined): OutlineSheet {
  const header = sheet.rows.find((row) => row.cells.length > 1) ?? sheet.rows[0];
  const columns = (header?.cells ?? []).slice(0, COLUMNS_SHOWN_MAX).map((cell) => ({
    column: cell.column,
    letter: columnLetters(cell.column),
    header: cell.text.trim().slice(0, 80),
    field: null,
    decimalMark: null,
    dayOrder: null,
    basis: 'nothing' as const,
    samples: [],
  }));
  return {
    name: sheet.name,
    isHidden: sheet.isHidden,
    isIncluded: false,
    layout: null,
    rowCount: sheet.rows.length,
    columns,
    questions: [],
    notes: [whyUnknown(reading)],
  };
}

function whyUnknown(reading: SheetReading | undefined): Issue {
  if (reading?.kind === 'unknown' && reading.reason === 'empty') return issue('sheet_empty', 'info');
  if (reading?.kind === 'unknown' && reading.reason === 'missing_columns') {
    return issue('sheet_missing_columns', 'warning', { params: { fields: reading.missing.join(', ') } });
  }
  return issue('sheet_without_header', 'info');
}

function describedSheet(
  sheet: Sheet,
  sheetMapping: SheetMapping,
  facts: { reading: SheetReading; mapping: ImportMapping; defaults: PlanDefaults },
): OutlineSheet {
  const columns = readColumns(sheet, sheetMapping);
  const notes = sheetMapping.isIncluded
    ? sheetNotes(sheet, sheetMapping, { ...facts, columns })
    : [sheet.isHidden ? issue('sheet_hidden', 'info') : issue('sheet_turned_off', 'info')];
  return {
    name: sheet.name,
    isHidden: sheet.isHidden,
    isIncluded: sheetMapping.isIncluded,
    layout: sheetMapping.layout,
    rowCount: bodyRows(sheet, sheetMapping).length,
    columns: outlineColumns(sheet, sheetMapping, columns),
    questions: sheetMapping.isIncluded ? questionsOf(sheet, sheetMapping, columns) : [],
    notes,
  };
}

function sheetNotes(
  sheet: Sheet,
  sheetMapping: SheetMapping,
  facts: { mapping: ImportMapping; defaults: PlanDefaults; columns: ReadonlyMap<Field, ColumnReading> },
): Issue[] {
  const { columns } = facts;
  const notes: Issue[] = [];
  const isHoldings = sheetMapping.layout === 'operations' || sheetMapping.layout === 'investments';
  if (isHoldings) {
    const date: LocalDate = facts.mapping.openingDate ?? facts.defaults.today;
    notes.push(issue('date_assumed', 'info', { params: { date } }));
  }
  if (!namesCurrency(sheet, sheetMapping, columns)) {
    const currency = sheetMapping.currency ?? facts.mapping.currency ?? facts.defaults.currency;
    notes.push(issue('currency_assumed', 'info', { params: { currency } }));
  }
  for (const { header, basis, example } of columns.values()) {
    const params = { header, example: example ?? '' };
    if (basis === 'sheet') notes.push(issue('decimals_from_sheet', 'info', { params }));
    if (basis === 'language') notes.push(issue('days_from_language', 'info', { params }));
  }
  return notes;
}

function namesCurrency(sheet: Sheet, sheetMapping: SheetMapping, columns: ReadonlyMap<Field, ColumnReading>): boolean {
  if (columns.has('currency') || [...columns.values()].some(({ currency }) => currency !== null)) return true;
  const figureColumns = new Set(
    [...columns.values()].filter(({ field }) => fieldKind(field) === 'figure').map(({ column }) => column),
  );
  return bodyRows(sheet, sheetMapping).some((row) =>
    row.cells.some(
      (cell) => figureColumns.has(cell.column) && ((cell.unit ?? '%') !== '%' || currencyIn(cell.text) !== null),
    ),
  );
}

function questionsOf(sheet: Sheet, sheetMapping: SheetMapping, columns: ReadonlyMap<Field, ColumnReading>): Question[] {
  const readings = [...columns.values()];
  const isOpen = ({ basis }: ColumnReading): boolean => basis === 'undecided' || basis === 'mixed';
  const questions: Question[] = [];
  if (readings.some((reading) => fieldKind(reading.field) === 'figure' && isOpen(reading)))
    questions.push('decimal_mark');
  if (readings.some((reading) => fieldKind(reading.field) === 'day' && isOpen(reading))) questions.push('day_order');
  const gain = sheetMapping.columns.gain;
  const hasBareGain =
    sheetMapping.layout === 'history' &&
    gain !== undefined &&
    bodyRows(sheet, sheetMapping).some(
      (row) => cellAt(row, gain)?.kind === 'number' && cellAt(row, gain)?.unit === undefined,
    );
  if (hasBareGain && !columns.get('gain')?.header.includes('%')) questions.push('gain_unit');
  return questions;
}

function outlineColumns(
  sheet: Sheet,
  sheetMapping: SheetMapping,
  columns: ReadonlyMap<Field, ColumnReading>,
): OutlineColumn[] {
  const byColumn = new Map([...columns.values()].map((reading) => [reading.column, reading]));
  const body = bodyRows(sheet, sheetMapping);
  const headers = sheet.rows
    .filter(
      (row) => row.row >= sheetMapping.headerRow && row.row < sheetMapping.headerRow + sheetMapping.headerRowCount,
    )
    .flatMap((row) => row.cells);
  const numbers = [...new Set([...byColumn.keys(), ...headers.map((cell) => cell.column)])].toSorted((a, b) => a - b);
  return numbers.slice(0, COLUMNS_SHOWN_MAX).map((column) => {
    const reading = byColumn.get(column);
    const rows = body.filter((row) => cellAt(row, column) !== undefined).slice(0, SAMPLES);
    return {
      column,
      letter: columnLetters(column),
      header: headers
        .filter((cell) => cell.column === column)
        .map((cell) => cell.text.trim())
        .join(' ')
        .slice(0, 80),
      field: reading?.field ?? null,
      decimalMark: reading?.mark ?? null,
      dayOrder: reading?.order ?? null,
      basis: reading?.basis ?? 'nothing',
      samples: rows.map((row) => ({
        written: writtenText(cellAt(row, column)),
        read: readText(new RowReader(row, columns), reading?.field),
      })),
    };
  });
}

function writtenText(cell: Cell | undefined): string {
  if (!cell) return '';
  if (cell.kind === 'number' && cell.unit === '%')
    return `${Decimal.from(cell.text).times(Decimal.from('100')).toString()} %`;
  return cell.text.trim().slice(0, 60);
}

function readText(reader: RowReader, field: Field | undefined): string | null {
  if (field === undefined) return null;
  if (fieldKind(field) === 'day') return reader.day(field);
  if (fieldKind(field) === 'text') return reader.text(field);
  const figure = reader.figure(field, 'info');
  return figure ? `${figure.value.toString()}${figure.isPercent ? ' %' : ''}` : null;
}
