/**
 * Layout: finds where a sheet's table begins, whether its header takes one or two rows (merged cells included), and
 * which of the known layouts it is. Method: every candidate header row is scored against the words of every layout; the
 * best complete one wins; a near miss is reported with what it lacks, so that nothing is ignored without a reason.
 */
import { type Field, isTakeProfit, type Layout, LAYOUTS, matchHeader, REQUIRED, SHEET_WORDS } from './field.ts';
import { markEvidence } from './figure.ts';
import { columnAt, type ColumnPlace, findPreset, type Preset, type PresetMatch } from './preset.ts';
import type { Cell, Sheet, SheetRow } from './sheet.ts';
import { textKey } from './text-key.ts';

export interface HeaderCell {
  readonly column: number;
  readonly text: string;
  /** The lower word of a two-row header: it alone may say enough (`Importes` over `Inversión`). */
  readonly lower?: string;
}

export interface TableShape {
  readonly layout: Layout;
  /** First row of the header. */
  readonly headerRow: number;
  readonly headerRowCount: 1 | 2;
  readonly headers: readonly HeaderCell[];
  readonly columns: Readonly<Partial<Record<Field, number>>>;
  /** Columns kept as notes: targets, highs and other facts the ledger has no place for. */
  readonly informationColumns: readonly number[];
}

export type SheetReading =
  | { readonly kind: 'table'; readonly shape: TableShape; readonly preset: Preset | null }
  | {
      readonly kind: 'unknown';
      readonly reason: 'empty' | 'no_header' | 'missing_columns';
      readonly missing: readonly Field[];
    };

/** A title block above the table is rarely longer. */
const HEADER_SEARCH_ROWS = 40;
const SHEET_NAME_BONUS = 6;

/** Recognises one sheet, or says what it lacks. */
export function recogniseSheet(sheet: Sheet): SheetReading {
  if (sheet.rows.length === 0) return { kind: 'unknown', reason: 'empty', missing: [] };
  const known = findPreset(sheet);
  if (known) return { kind: 'table', shape: presetShape(known), preset: known.preset };
  let best: { shape: TableShape; score: number } | null = null;
  let nearMiss: { score: number; missing: readonly Field[] } | null = null;
  for (const [index, row] of sheet.rows.slice(0, HEADER_SEARCH_ROWS).entries()) {
    for (const headers of headerCandidates(sheet, row, sheet.rows[index + 1])) {
      for (const layout of LAYOUTS) {
        const attempt = assignFields(headers.cells, layout);
        const missing = missingFields(attempt.columns, layout);
        const score = attempt.score + nameBonus(sheet.name, layout);
        if (missing.length > 0) {
          if (attempt.score >= 20 && score > (nearMiss?.score ?? 0)) nearMiss = { score, missing };
          continue;
        }
        if (!contentsAgree(sheet, row.row + headers.rowCount - 1, attempt.columns, layout)) continue;
        if (score <= (best?.score ?? 0)) continue;
        const shape: TableShape = {
          layout,
          headerRow: row.row,
          headerRowCount: headers.rowCount,
          headers: headers.cells,
          ...attempt,
        };
        best = { score, shape };
      }
    }
  }
  if (best) return { kind: 'table', shape: best.shape, preset: null };
  if (nearMiss) return { kind: 'unknown', reason: 'missing_columns', missing: nearMiss.missing };
  return { kind: 'unknown', reason: 'no_header', missing: [] };
}

/** A known file's table: its columns by their heads. What it has besides is no note of a person. */
function presetShape({ preset, headerRow }: PresetMatch): TableShape {
  const columns: Partial<Record<Field, number>> = {};
  for (const [field, place] of Object.entries(preset.columns) as [Field, ColumnPlace][]) {
    const column = columnAt(place, headerRow);
    if (column !== null) columns[field] = column;
  }
  const headers = headerRow.cells.map(({ column, text }) => ({ column, text: clean(text) }));
  return {
    layout: 'transactions',
    headerRow: headerRow.row,
    headerRowCount: 1,
    headers,
    columns,
    informationColumns: [],
  };
}

/** The header as one row, and, when the next row is words too, as two rows read together. */
function headerCandidates(
  sheet: Sheet,
  row: SheetRow,
  next: SheetRow | undefined,
): { cells: HeaderCell[]; rowCount: 1 | 2 }[] {
  const single = row.cells.filter(isWord).map(({ column, text }) => ({ column, text: clean(text) }));
  if (single.length < 2) return [];
  const candidates: { cells: HeaderCell[]; rowCount: 1 | 2 }[] = [{ cells: single, rowCount: 1 }];
  const isPair = next !== undefined && next.row === row.row + 1 && next.cells.length > 0 && next.cells.every(isWord);
  if (isPair) candidates.push({ cells: joinedHeaders(sheet, row, next), rowCount: 2 });
  return candidates;
}

function joinedHeaders(sheet: Sheet, top: SheetRow, bottom: SheetRow): HeaderCell[] {
  const above = new Map(top.cells.map((cell) => [cell.column, clean(cell.text)]));
  for (const merge of sheet.merges) {
    const text = merge.top <= top.row && merge.bottom >= top.row ? above.get(merge.left) : undefined;
    if (text === undefined) continue;
    for (let column = merge.left + 1; column <= Math.min(merge.right, merge.left + 50); column += 1)
      above.set(column, text);
  }
  const below = new Map(bottom.cells.map((cell) => [cell.column, clean(cell.text)]));
  const columns = [...new Set([...above.keys(), ...below.keys()])].toSorted((a, b) => a - b);
  return columns.map((column) => {
    const lower = below.get(column);
    const text = [lower, above.get(column)].filter(Boolean).join(' ');
    return lower === undefined ? { column, text } : { column, text, lower };
  });
}

function assignFields(
  headers: readonly HeaderCell[],
  layout: Layout,
): { columns: Partial<Record<Field, number>>; informationColumns: number[]; score: number } {
  const columns: Partial<Record<Field, number>> = {};
  const informationColumns: number[] = [];
  const claims = headers
    .flatMap((header) => headerMatches(header, layout).map((match) => ({ column: header.column, ...match })))
    .toSorted((a, b) => b.score - a.score || a.column - b.column);
  const taken = new Set<number>();
  let score = 0;
  for (const claim of claims) {
    if (taken.has(claim.column)) continue;
    if (claim.field === 'information') {
      informationColumns.push(claim.column);
    } else if (columns[claim.field] === undefined) {
      columns[claim.field] = claim.column;
    } else continue;
    taken.add(claim.column);
    score += claim.score;
  }
  // Columns with a header nobody knows are kept as notes too, so nothing a person wrote is lost.
  for (const { column } of headers) if (!taken.has(column)) informationColumns.push(column);
  return { columns, informationColumns: informationColumns.toSorted((a, b) => a - b), score };
}

/** Two-row headers read `below above` (`Precio Compra`); the other order and the lower word alone count too. */
function headerMatches({ text, lower }: HeaderCell, layout: Layout): { field: Field; score: number }[] {
  if (isTakeProfit(text)) return [{ field: 'information', score: 6 }];
  const matches = matchHeader(text, layout);
  if (matches.length > 0 || lower === undefined) return matches;
  const upper = text.slice(lower.length).trim();
  const turned = matchHeader(`${upper} ${lower}`, layout);
  const weaker = turned.length > 0 ? turned : matchHeader(lower, layout);
  return weaker.map(({ field, score }) => ({ field, score: score - 1 }));
}

function missingFields(columns: Partial<Record<Field, number>>, layout: Layout): Field[] {
  return REQUIRED[layout].flatMap((group) =>
    group.some((field) => columns[field] !== undefined) ? [] : group.slice(0, 1),
  );
}

function nameBonus(sheetName: string, layout: Layout): number {
  const key = textKey(sheetName);
  return SHEET_WORDS[layout].some((word) => key.split(' ').includes(word)) ? SHEET_NAME_BONUS : 0;
}

/** A history's `Compra` must hold days and a list's `Compra` must not: the header alone cannot tell. */
function contentsAgree(
  sheet: Sheet,
  lastHeaderRow: number,
  columns: Partial<Record<Field, number>>,
  layout: Layout,
): boolean {
  const dayField = layout === 'history' ? 'buy_date' : layout === 'transactions' ? 'date' : null;
  const column = dayField === null ? columns.price : columns[dayField];
  if (column === undefined) return true;
  const cells = sheet.rows
    .filter((row) => row.row > lastHeaderRow)
    .slice(0, 50)
    .flatMap((row) => row.cells.filter((cell) => cell.column === column));
  if (cells.length === 0) return true;
  const days = cells.filter(
    (cell) =>
      cell.kind === 'date' ||
      (cell.kind === 'text' &&
        /\d{1,4}[-/. ]+(?:de )?[\p{L}\d]{1,10}[-/. ,]+(?:de )?\d{2,4}/u.test(cell.text) &&
        markEvidence(cell.text) === 'not_a_figure'),
  ).length;
  return dayField === null
    ? days * 2 <= cells.length
    : days * 2 > cells.length || cells.every((cell) => /^\d{5}|^\d{8}$/.test(cell.text));
}

function isWord(cell: Cell): boolean {
  return cell.kind === 'text' && cell.text.length <= 80 && markEvidence(cell.text) === 'not_a_figure';
}

function clean(text: string): string {
  return text.replaceAll(/[\s\u00a0]+/g, ' ').trim();
}
