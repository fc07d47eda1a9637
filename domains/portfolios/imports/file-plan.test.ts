/** Goal: a long honest file is planned within the limits of the reading process, in batches; its cost is printed. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { localDate } from '#kernel';
import { planFile } from './file-plan.ts';
import type { ImportMapping } from './mapping.ts';
import type { Outline } from './outline.ts';
import type { PlannedRow } from './planned-row.ts';
import { sampleWorkbook } from './sample-workbook.ts';
import { writeSpreadsheet, type WrittenCell } from './spreadsheet-write.ts';

const MIB = 1024 * 1024;
const defaults = { today: localDate('2026-11-21'), currency: 'EUR', accountName: 'Principal' };
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cactus-file-plan-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function plan(
  bytes: Buffer,
  options: { mapping?: ImportMapping; signal?: AbortSignal; remembered?: ImportMapping } = {},
) {
  const path = join(folder, 'a.xlsx');
  writeFileSync(path, bytes);
  const rows: PlannedRow[] = [];
  const outlines: Outline[] = [];
  const outcome = await planFile({
    path,
    defaults,
    mapping: options.mapping ?? null,
    ...(options.signal ? { signal: options.signal } : {}),
    recall: async () => options.remembered ?? null,
    onOutline: async (outline) => void outlines.push(outline),
    onRows: async (batch) => void rows.push(...batch),
  });
  return { outcome, rows, outline: outlines[0] };
}

function longList(count: number): Buffer {
  const header: WrittenCell[] = [
    'Fecha',
    'Tipo',
    'Cuenta',
    'Ticker',
    'Nombre',
    'Cantidad',
    'Precio',
    'Divisa',
    'Comisión',
    'Nota',
  ];
  const rows = Array.from({ length: count }, (_, index): WrittenCell[] => [
    { date: `20${String(10 + (index % 15))}-0${(index % 9) + 1}-${10 + (index % 18)}` },
    index % 5 === 4 ? 'Venta' : 'Compra',
    `Cuenta ${index % 4}`,
    `T${index % 400}`,
    `Valor número ${index % 400}`,
    { number: String(1 + (index % 90)) },
    `${10 + (index % 900)},${String(index % 100).padStart(2, '0')}`,
    'EUR',
    { number: '1.5' },
    `apunte ${index}`,
  ]);
  return writeSpreadsheet([{ name: 'Movimientos', rows: [header, ...rows] }]);
}

test('50,000 rows of ten columns', { timeout: 120_000 }, async () => {
  const bytes = longList(50_000);
  const startedAt = performance.now();
  const { outcome, rows } = await plan(bytes);
  const tookMs = Math.round(performance.now() - startedAt);
  const peakBytes = outcome.ok ? outcome.value.peakRssBytes : 0;
  process.stdout.write(
    `  50,000 rows (${(bytes.length / MIB).toFixed(1)} MiB): ${tookMs} ms, peak ${Math.round(peakBytes / MIB)} MiB\n`,
  );
  expect(outcome.ok).toBe(true);
  expect(rows).toHaveLength(50_000);
  expect(rows.every(({ status }) => status === 'new')).toBe(true);
  expect(new Set(rows.flatMap((row) => row.drafts.map((draft) => draft.idempotencyKey))).size).toBe(50_000);
  expect(peakBytes).toBeLessThan(300 * MIB);
});

test('a remembered mapping is used, a person’s own comes first, one of another file is not', async () => {
  const first = await plan(sampleWorkbook());
  const mapping = first.outline?.mapping as ImportMapping;
  const without = (name: string): ImportMapping => ({
    ...mapping,
    sheets: mapping.sheets.map((sheet) => ({
      ...sheet,
      isIncluded: sheet.isIncluded && !sheet.sheet.startsWith(name),
    })),
  });
  const sheetsIn = (rows: readonly PlannedRow[]): string[] => [...new Set(rows.map(({ sheet }) => sheet.trim()))];
  expect(sheetsIn(first.rows)).toEqual(['Operaciones', 'Inversiones', 'Histórico']);
  expect(sheetsIn((await plan(sampleWorkbook(), { remembered: without('Oper') })).rows)).toEqual([
    'Inversiones',
    'Histórico',
  ]);
  expect(
    sheetsIn((await plan(sampleWorkbook(), { remembered: without('Oper'), mapping: without('Inv') })).rows),
  ).toEqual(['Operaciones', 'Histórico']);
  expect(
    sheetsIn((await plan(sampleWorkbook(), { remembered: { ...mapping, sheets: mapping.sheets.slice(1) } })).rows),
  ).toHaveLength(3);
});

test('a cancelled reading ends with a fault and leaves no process behind', async () => {
  await expect(plan(longList(20_000), { signal: AbortSignal.timeout(400) })).rejects.toMatchObject({
    code: 'import_cancelled',
  });
});
