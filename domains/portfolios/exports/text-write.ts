/** Tables as CSV (RFC 4180, UTF-8, comma, dot decimals) and as JSON (amounts as text, ratios as numbers), in slices. */
import { type ExportColumn, type ExportRow, type ExportTable, guardedText } from './export-table.ts';

/** One table as CSV, its head first. */
export async function* csvOf(table: ExportTable): AsyncGenerator<string> {
  yield `${table.columns.map(({ name }) => name).join(',')}\r\n`;
  for await (const rows of table.batches()) yield rows.map((row) => csvLine(table.columns, row)).join('');
}

function csvLine(columns: readonly ExportColumn[], row: ExportRow): string {
  return `${columns.map(({ kind }, index) => csvCell(kind, row[index] ?? null)).join(',')}\r\n`;
}

function csvCell(kind: ExportColumn['kind'], cell: string | null): string {
  if (cell === null) return '';
  const text = kind === 'text' ? guardedText(cell) : cell;
  return /[",\r\n;]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Tables as one JSON object: what they are about, then a list of objects for each. */
export async function* jsonOf(about: object, tables: readonly ExportTable[]): AsyncGenerator<string> {
  const head = JSON.stringify(about);
  yield head.slice(0, -1);
  for (const table of tables) {
    yield `${head === '{}' && table === tables[0] ? '' : ','}\n${JSON.stringify(table.name)}:[`;
    let isFirst = true;
    for await (const rows of table.batches()) {
      if (rows.length === 0) continue;
      yield `${isFirst ? '' : ','}\n${rows.map((row) => jsonObject(table.columns, row)).join(',\n')}`;
      isFirst = false;
    }
    yield ']';
  }
  yield '}\n';
}

/** One row as a JSON object. */
export function jsonObject(columns: readonly ExportColumn[], row: ExportRow): string {
  const fields = columns.map(({ name, kind }, index) => {
    const cell = row[index] ?? null;
    const isBare = cell === null || kind === 'statistic' || kind === 'truth';
    return `${JSON.stringify(name)}:${isBare ? String(cell) : JSON.stringify(cell)}`;
  });
  return `{${fields.join(',')}}`;
}
