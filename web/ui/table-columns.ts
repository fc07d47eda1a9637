/** Columns of a table: what each shows, how it sorts, and what it gives to the clipboard and to CSV. */
import type { ReactNode } from 'react';
import { Decimal } from '#kernel';
import { compareTexts, foldText } from '#web/i18n';

/** `decimal` is exact decimal text; `number` a count or ratio; `instant` epoch ms; `text` sorts by the reader's alphabet. */
export type ColumnKind = 'text' | 'decimal' | 'number' | 'instant';

export interface Column<Row> {
  readonly id: string;
  /** Head in words; also the CSV head. */
  readonly head: string;
  /** Unit shown once in the head when the column is uniform: `€`. */
  readonly unit?: string;
  readonly kind?: ColumnKind;
  /** What it sorts, filters, copies and exports by. Left out: a column of buttons. */
  readonly value?: (row: Row) => string | number | null | undefined;
  /** What it shows; the value itself when left out. */
  readonly cell?: (row: Row) => ReactNode;
  readonly align?: 'start' | 'end';
  /** Least width in px; the column without one takes what is left. */
  readonly widthPx?: number;
  /** Place on a phone's card: `title` on top, `figure` at its right, `hidden` not at all; else a labelled line. */
  readonly card?: 'title' | 'figure' | 'hidden';
  readonly isSortable?: boolean;
}

export function alignOf<Row>(column: Column<Row>): 'start' | 'end' {
  return column.align ?? (isFigure(column) ? 'end' : 'start');
}

export function isFigure<Row>(column: Column<Row>): boolean {
  return column.kind === 'decimal' || column.kind === 'number';
}

/** Compares two values of a column; unknown ones are handled by the caller. */
export function compareValues(kind: ColumnKind, language: string): (left: unknown, right: unknown) => number {
  if (kind === 'text') {
    const compare = compareTexts(language);
    return (left, right) => compare(String(left), String(right));
  }
  if (kind === 'number' || kind === 'instant') return (left, right) => Number(left) - Number(right);
  return (left, right) => {
    // Floats decide the clear cases fast; only near ties pay for exact decimals.
    const distance = Number(left) - Number(right);
    if (Math.abs(distance) > 1e-9 * Math.max(Math.abs(Number(left)), 1)) return distance;
    return Decimal.from(String(left)).compare(Decimal.from(String(right)));
  };
}

const haystacks = new WeakMap<object, string>();

/** Everything a row says, folded, for the filter; remembered per row object. */
export function haystackOf<Row extends object>(row: Row, columns: readonly Column<Row>[]): string {
  const known = haystacks.get(row);
  if (known !== undefined) return known;
  const text = foldText(columns.map((column) => String(column.value?.(row) ?? '')).join(' '));
  haystacks.set(row, text);
  return text;
}

/** Tab-separated text for a spreadsheet of this locale: figures ungrouped with its decimal mark. */
export function toTsv<Row>(rows: readonly Row[], columns: readonly Column<Row>[], locale: string): string {
  const shown = columns.filter((column) => column.value);
  const point = new Intl.NumberFormat(locale).format(1.1).charAt(1);
  const lines = rows.map((row) =>
    shown.map((column) => {
      const text = plainCell(column, row);
      return isFigure(column) ? text.replace('.', point) : text.replace(/[\t\r\n]+/g, ' ');
    }),
  );
  return [shown.map(headOf), ...lines].map((cells) => cells.join('\t')).join('\n');
}

/** CSV with plain decimals and a byte-order mark, as the product's file contract says. */
export function toCsv<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const shown = columns.filter((column) => column.value);
  const lines = [shown.map(headOf), ...rows.map((row) => shown.map((column) => plainCell(column, row)))];
  return `\ufeff${lines.map((cells) => cells.map(quoteCell).join(',')).join('\r\n')}\r\n`;
}

/** The head with its unit, for files. */
export function headOf<Row>(column: Column<Row>): string {
  return column.unit ? `${column.head} (${column.unit})` : column.head;
}

function plainCell<Row>(column: Column<Row>, row: Row): string {
  const value = column.value?.(row);
  if (value === null || value === undefined) return '';
  if (column.kind === 'instant') return new Date(Number(value)).toISOString();
  const text = String(value);
  // A text that a spreadsheet would run as a formula is made plain text; figures may well start with a minus.
  return !isFigure(column) && /^[=+\-@\t]/.test(text) ? `'${text}` : text;
}

function quoteCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
