/**
 * Export table: what leaves the product as rows, whatever the file: stable English heads (a contract that people script
 * against), exact decimal text, days as YYYY-MM-DD, null for what is not known. Rows come in batches, so that a ledger of
 * any length is never held whole.
 */

/** `statistic` is a float (a ratio, a point of a chart), `figure` exact decimal text. */
export type ColumnKind = 'text' | 'day' | 'figure' | 'statistic' | 'truth';

export interface ExportColumn {
  readonly name: string;
  readonly kind: ColumnKind;
}

export type ExportCell = string | null;
export type ExportRow = readonly ExportCell[];

export interface ExportTable {
  readonly name: string;
  readonly columns: readonly ExportColumn[];
  readonly batches: () => AsyncIterable<readonly ExportRow[]> | Iterable<readonly ExportRow[]>;
}

/** Columns of one kind, from their names. */
export function columnsOf(kind: ColumnKind, ...names: readonly string[]): ExportColumn[] {
  return names.map((name) => ({ name, kind }));
}

/** A text that a spreadsheet program would run as a formula gets an apostrophe in front; `unguardedText` takes it off. */
export function guardedText(text: string): string {
  return /^'*[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}

/** Takes off what `guardedText` put in front. */
export function unguardedText(text: string): string {
  return /^'+[=+\-@\t\r]/.test(text) ? text.slice(1) : text;
}
