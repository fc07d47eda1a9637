/** Goal: the ledger contract as a workbook says what the same lines say as text, and a hostile file is refused by name. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { analyseLedger } from '../ledger-analysis.ts';
import { parsePricesFile } from '../ledger-file.ts';
import { parseLedgerWorkbook } from './ledger-workbook.ts';
import { writeSpreadsheet, type WrittenCell } from './spreadsheet-write.ts';

let folder = '';
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'cactus-ledger-workbook-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const prices = parsePricesFile('date,instrument,price,currency\n2025-02-01,FONDOA,120,EUR\n2025-02-01,FONDOB,60,EUR\n');
const reading = { currency: 'EUR', prices };
function workbook(name: string, rows: readonly (readonly WrittenCell[])[]): string {
  const path = join(folder, name);
  writeFileSync(
    path,
    writeSpreadsheet([
      { name: 'Notas', rows: [['hola']] },
      { name: 'Ledger', rows },
    ]),
  );
  return path;
}

test('days, numbers and text of the ledger sheet; what the prices file tells about a traspaso is a warning', async () => {
  const number = (figure: string): WrittenCell => ({ number: figure });
  const path = workbook('ledger.xlsx', [
    ['Mi cartera'],
    ['Date', 'Type', 'account', 'instrument', 'quantity', 'price', 'currency', 'to', 'to_quantity'],
    [{ date: '2024-01-10' }, 'compra', 'Broker', 'FONDOA', number('10'), number('100'), 'EUR'],
    ['2025-01-10', 'traspaso', 'Broker', 'FONDOA', number('4'), null, 'EUR', 'FONDOB', number('8')],
    [{ date: '2025-02-10' }, 'traspaso', 'Broker', 'FONDOA', number('6'), null, 'EUR', 'FONDOB'],
  ]);
  const ledger = await parseLedgerWorkbook(path, reading);
  if (!ledger.ok) throw new Error(ledger.code);
  const period = { currency: 'EUR', from: null, to: null, method: 'fifo' as const };
  const answer = analyseLedger({ ledger: ledger.value, prices, ...period });
  // The second switch gives 6 x 120 / 60 units, by the prices file.
  expect(answer.warnings.map(({ code, line }) => [code, line])).toContainEqual(['traspaso_units_from_prices', 5]);
  expect(answer.lots).toEqual([
    { instrument: 'FONDOB', openedOn: '2024-01-10', quantity: '8', cost: '400' },
    { instrument: 'FONDOB', openedOn: '2024-01-10', quantity: '12', cost: '600' },
  ]);
  expect(answer.totals).toMatchObject({ value: '1200', cost: '1000', realised: '0', netFlows: '1000', profit: '200' });
});

test('a workbook without the heads of a ledger, and a file that is none, are refused by name', async () => {
  const other = workbook('other.xlsx', [
    ['fecha', 'tipo'],
    ['2024-01-10', 'compra'],
  ]);
  expect(await parseLedgerWorkbook(other, reading)).toMatchObject({ ok: false, code: 'ledger_sheet_missing' });
  const page = join(folder, 'page.xlsx');
  writeFileSync(page, '<!doctype html><table></table>');
  expect(await parseLedgerWorkbook(page, reading)).toMatchObject({ ok: false, code: 'file_is_html' });
});
