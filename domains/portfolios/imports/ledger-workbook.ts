/**
 * Ledger workbook: the ledger file contract as a sheet of an XLSX file, read in the limited process like any other file
 * that a person brings. The first visible sheet with a row of heads that names `date` and `type` is the ledger; lines are
 * the sheet's own rows.
 */
import { ok, type Result } from '#kernel';
import { type LedgerFile, type LedgerLine, type LedgerReading, parseLedgerLines } from '../ledger-file.ts';
import { runLimited } from './limited-reading.ts';
import { refusalWords } from './read-refusal-words.ts';
import type { ReadRefusal, SheetRow } from './sheet.ts';
import type { CellsReply, CellsRequest } from './workbook.worker.ts';

const HEADS_NEEDED = ['date', 'type'];

/** Reads a ledger workbook without trusting it. Refuses what cannot be read, with the sentence to show. */
export async function parseLedgerWorkbook(
  path: string,
  reading: LedgerReading,
): Promise<Result<LedgerFile, ReadRefusal | 'ledger_sheet_missing'>> {
  const rowsOf = new Map<number, SheetRow[]>();
  const request: CellsRequest = { kind: 'cells' };
  const outcome = await runLimited<CellsReply>({
    path,
    request,
    onReply: async ({ sheet, rows }) => void rowsOf.set(sheet, [...(rowsOf.get(sheet) ?? []), ...rows]),
  });
  if (!outcome.ok) return { ...outcome, details: { ...outcome.details, message: refusalWords(outcome.code).en } };
  for (const rows of rowsOf.values()) {
    const lines = linesOf(rows);
    if (lines) return ok(parseLedgerLines(lines, reading));
  }
  const message = 'No sheet has a row of heads with date and type.';
  return { ok: false, code: 'ledger_sheet_missing', details: { message } };
}

function linesOf(rows: readonly SheetRow[]): LedgerLine[] | null {
  const headIndex = rows.findIndex(({ cells }) => {
    const texts = new Set(cells.map((cell) => cell.text.trim().toLowerCase()));
    return HEADS_NEEDED.every((head) => texts.has(head));
  });
  const head = rows[headIndex];
  if (!head) return null;
  const nameOf = new Map(head.cells.map((cell) => [cell.column, cell.text.trim().toLowerCase()]));
  return rows.slice(headIndex + 1).map(({ row, cells }) => ({
    line: row,
    cells: Object.fromEntries(
      // A day may carry a time of midnight; the ledger knows days only.
      cells.map((cell) => [
        nameOf.get(cell.column) ?? '',
        cell.kind === 'date' ? cell.text.slice(0, 10) : cell.text.trim(),
      ]),
    ),
  }));
}
