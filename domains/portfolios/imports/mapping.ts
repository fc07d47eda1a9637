/**
 * Mapping: how the columns of a file are to be read: proposed by recognition, corrected by a person, remembered for the
 * next file of the same shape. Column numbers are one-based. Null answers mean: let the column decide.
 */
import { createHash } from 'node:crypto';
import type { LocalDate } from '#kernel';
import type { DayOrder } from './day.ts';
import type { Field, Layout } from './field.ts';
import type { DecimalMark } from './figure.ts';
import { recogniseSheet, type SheetReading } from './layout.ts';
import type { Sheet, Workbook } from './sheet.ts';
import { textKey } from './text-key.ts';

/** What a bare figure in a `Ganancia` column is. */
export const GAIN_UNITS = ['percent', 'ratio', 'money'] as const;
export type GainUnit = (typeof GAIN_UNITS)[number];

export interface SheetMapping {
  readonly sheet: string;
  readonly isIncluded: boolean;
  /** Null: the sheet was not recognised and stays out until a person says what it is. */
  readonly layout: Layout | null;
  readonly headerRow: number;
  readonly headerRowCount: 1 | 2;
  readonly columns: Readonly<Partial<Record<Field, number>>>;
  readonly informationColumns: readonly number[];
  readonly decimalMark: DecimalMark | null;
  readonly dayOrder: DayOrder | null;
  readonly gainUnit: GainUnit | null;
  /** Currency of rows that name none; null takes the import's. */
  readonly currency: string | null;
  /** The known file it is (`preset-catalogue.ts`); mappings from before have none. */
  readonly preset?: string | null | undefined;
}

export interface ImportMapping {
  readonly sheets: readonly SheetMapping[];
  /** Day of positions without a date. */
  readonly openingDate: LocalDate | null;
  /** Account of rows that name none. */
  readonly accountName: string | null;
  readonly currency: string | null;
}

export interface Proposal {
  readonly mapping: ImportMapping;
  readonly readings: readonly SheetReading[];
  /** The same for every file of one shape: sheet names and headers, never contents. */
  readonly fingerprint: string;
}

/** Proposes a mapping from what the sheets look like. Hidden sheets are recognised but stay out. */
export function proposeMapping(workbook: Workbook): Proposal {
  const readings = workbook.sheets.map(recogniseSheet);
  // In a file we know, what we do not know of it is no list of operations.
  const isKnownFile = readings.some((reading) => reading.kind === 'table' && reading.preset !== null);
  const sheets = workbook.sheets.map((sheet, index) => {
    const mapped = sheetMapping(sheet, readings[index]);
    return isKnownFile && !mapped.preset ? { ...mapped, isIncluded: false } : mapped;
  });
  return {
    mapping: { sheets, openingDate: null, accountName: null, currency: null },
    readings,
    fingerprint: fingerprintOf(workbook, readings),
  };
}

function sheetMapping(sheet: Sheet, reading: SheetReading | undefined): SheetMapping {
  const answers = { decimalMark: null, dayOrder: null, gainUnit: null, currency: null };
  if (reading?.kind !== 'table') {
    return {
      sheet: sheet.name,
      isIncluded: false,
      layout: null,
      headerRow: 1,
      headerRowCount: 1,
      columns: {},
      informationColumns: [],
      ...answers,
    };
  }
  const { layout, headerRow, headerRowCount, columns, informationColumns } = reading.shape;
  const { preset } = reading;
  return {
    sheet: sheet.name,
    isIncluded: !sheet.isHidden,
    layout,
    headerRow,
    headerRowCount,
    columns,
    informationColumns,
    ...answers,
    ...(preset && { decimalMark: preset.decimalMark, dayOrder: preset.dayOrder }),
    preset: preset?.id ?? null,
  };
}

function fingerprintOf(workbook: Workbook, readings: readonly SheetReading[]): string {
  const shape = workbook.sheets.map((sheet, index) => {
    const reading = readings[index];
    const headers =
      reading?.kind === 'table'
        ? reading.shape.headers.map(({ column, text }) => `${column}:${textKey(text)}`)
        : (sheet.rows[0]?.cells ?? []).map((cell) => `${cell.column}:${textKey(cell.text)}`);
    return [textKey(sheet.name), ...headers];
  });
  return createHash('sha256')
    .update(JSON.stringify([workbook.format, shape]))
    .digest('hex');
}

/** A remembered mapping applies when it speaks of exactly these sheets. */
export function fitsWorkbook(mapping: ImportMapping, workbook: Workbook): boolean {
  return (
    mapping.sheets.length === workbook.sheets.length &&
    mapping.sheets.every((sheet, index) => sheet.sheet === workbook.sheets[index]?.name)
  );
}
