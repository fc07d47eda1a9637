/** Goal: a workbook changes no digit of a figure and runs no text. */
import { expect, test } from 'vitest';
import type { Column } from './table-columns.ts';
import { xlsxRows } from './table-xlsx.ts';

interface Row {
  readonly name: string;
  readonly amount: string | null;
  readonly atMs: number;
}

const columns: readonly Column<Row>[] = [
  { id: 'name', head: 'Nombre', value: (row) => row.name },
  { id: 'amount', head: 'Importe', unit: '€', kind: 'decimal', value: (row) => row.amount },
  { id: 'at', head: 'Cuándo', kind: 'instant', value: (row) => row.atMs },
];
const atMs = Date.UTC(2026, 10, 21, 9, 30);

const amountCell = (amount: string | null) => xlsxRows([{ name: 'x', amount, atMs }], columns)[1]?.[1];

test('a figure is a number when a spreadsheet keeps every digit, and text when it would not', () => {
  expect(amountCell('-1234.50')).toEqual({ value: -1234.5, type: Number });
  expect(amountCell('0.000000000000012345')).toEqual({ value: 1.2345e-14, type: Number });
  expect(amountCell('123456789012345')).toEqual({ value: 123_456_789_012_345, type: Number });
  expect(amountCell('1234567890123456.7')).toEqual({ value: '1234567890123456.7', type: String });
  expect(amountCell('0.1234567890123456')).toEqual({ value: '0.1234567890123456', type: String });
  expect(amountCell(null)).toBeNull();
});

test('texts stay texts, whatever they start with; instants are dates and say their zone', () => {
  const [head, row] = xlsxRows([{ name: '=HYPERLINK("x")', amount: '1', atMs }], columns);
  expect(head?.map((cell) => (cell as { value: string }).value)).toEqual(['Nombre', 'Importe (€)', 'Cuándo (UTC)']);
  expect(row?.[0]).toEqual({ value: '=HYPERLINK("x")', type: String });
  expect(row?.[2]).toMatchObject({ value: new Date(atMs), type: Date });
});
