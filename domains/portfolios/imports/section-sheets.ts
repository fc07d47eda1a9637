/**
 * Section sheets: some statements put several tables under one another in one list, each row opening with the name of its table
 * and what the row is (`Trades,Header,…`, `Trades,Data,…`). Each table becomes a sheet; rows keep their numbers.
 */
import type { Sheet, SheetRow } from './sheet.ts';

const ROW_KINDS = new Set(['Header', 'Data', 'SubTotal', 'Total', 'Notes']);
const SECTIONS_MAX = 90; // Below what a mapping may hold.
const SAMPLE_ROWS = 20;

/** The sheets of a delimited file: one, or one per section. */
export function sectionSheets(rows: readonly SheetRow[]): Sheet[] {
  const plain: Sheet[] = [{ name: 'CSV', isHidden: false, rows, merges: [] }];
  const sample = rows.slice(0, SAMPLE_ROWS);
  if (
    sample.length < 2 ||
    !sample.every((row) => ROW_KINDS.has(row.cells[1]?.text ?? '') && row.cells[1]?.column === 2)
  ) {
    return plain;
  }
  const sections = Map.groupBy(rows, (row) => row.cells[0]?.text.trim() ?? '');
  if (sections.size > SECTIONS_MAX) return plain;
  return [...sections].map(([name, own]) => ({
    name,
    isHidden: false,
    // Sums and notes of a section repeat what its rows say.
    rows: own.filter((row) => row.cells[1]?.text === 'Header' || row.cells[1]?.text === 'Data'),
    merges: [],
  }));
}
