/** Goal: a table orders exactly, and what leaves it (clipboard, CSV) is what is on screen and cannot run as a formula. */
import { expect, test } from 'vitest';
import { type Column, compareValues, toCsv, toTsv } from './table-columns.ts';

interface Holding {
  readonly name: string;
  readonly amount: string | null;
}

const columns: readonly Column<Holding>[] = [
  { id: 'name', head: 'Nombre', value: (row) => row.name },
  { id: 'amount', head: 'Importe', unit: '€', kind: 'decimal', value: (row) => row.amount },
  { id: 'actions', head: 'Acciones', cell: () => null },
];

const rows: readonly Holding[] = [
  { name: 'Núñez, "SL"', amount: '-1234.5' },
  { name: '=HYPERLINK("x")', amount: null },
];

test('decimals order exactly, also where floats cannot tell them apart', () => {
  const compare = compareValues('decimal', 'es');
  expect(compare('123456789012345678.01', '123456789012345678.02')).toBeLessThan(0);
  expect(compare('10', '9.5')).toBeGreaterThan(0);
  expect(compare('0.10', '0.1')).toBe(0);
});

test('CSV has plain decimals, quoted text, no buttons, and no live formula', () => {
  expect(toCsv(rows, columns)).toBe(
    '\ufeffNombre,Importe (€)\r\n"Núñez, ""SL""",-1234.5\r\n"\'=HYPERLINK(""x"")",\r\n',
  );
});

test('the clipboard speaks the decimal mark of the reader', () => {
  expect(toTsv(rows, columns, 'es-ES').split('\n')[1]).toBe('Núñez, "SL"\t-1234,5');
  expect(toTsv(rows, columns, 'en-GB').split('\n')[1]).toBe('Núñez, "SL"\t-1234.5');
});
