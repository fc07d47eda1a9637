/** Goal: the reader sees a workbook as its owner does: days never shift, figures keep their digits, oddities survive. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { assert } from '#kernel';
import { detectSeparator } from './delimited.ts';
import { dateOfSerial, meaningOfFormat, typedFigure } from './number-format.ts';
import { readSheets } from './reading.ts';
import { columnLetters, parseCellAddress, type Sheet, type Workbook } from './sheet.ts';
import { spreadsheetEntries, writeSpreadsheet } from './spreadsheet-write.ts';
import { writeZip } from './zip-write.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cactus-reading-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function read(bytes: Buffer | string, name = 'a.xlsx'): Promise<Workbook> {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  const outcome = await readSheets(path);
  assert(outcome.ok, `refused: ${JSON.stringify(outcome)}`);
  return outcome.value;
}
const shown = (sheet: Sheet | undefined): string[] =>
  (sheet?.rows ?? []).flatMap((row) =>
    row.cells.map((cell) => `${columnLetters(cell.column)}${row.row}=${cell.kind}:${cell.text}${cell.unit ?? ''}`),
  );

test('a written workbook is read back cell by cell', async () => {
  const workbook = await read(
    writeSpreadsheet([
      {
        name: ' Operaciones ',
        rows: [
          ['  Ticker  ', null, { number: '12.300000000000001' }],
          [],
          [
            { date: '2024-02-29' },
            { number: '0.214', style: 'percent' },
            { number: '9.99', style: 'euro', formula: 'A1*2' },
          ],
        ],
        merges: [{ top: 1, left: 1, bottom: 1, right: 2 }],
      },
      {
        name: 'Oculta',
        isHidden: true,
        rows: [[{ error: '#N/A' }, { isTrue: true }, { number: '5', style: 'dollar' }]],
      },
    ]),
  );
  expect(workbook.sheets.map(({ name, isHidden }) => [name, isHidden])).toEqual([
    [' Operaciones ', false],
    ['Oculta', true],
  ]);
  expect(shown(workbook.sheets[0])).toEqual([
    'A1=text:  Ticker  ',
    'C1=number:12.3',
    'A3=date:2024-02-29',
    'B3=number:0.214%',
    'C3=number:9.99EUR',
  ]);
  expect(workbook.sheets[0]?.merges).toEqual([{ top: 1, left: 1, bottom: 1, right: 2 }]);
  expect(shown(workbook.sheets[1])).toEqual(['A1=error:#N/A', 'B1=boolean:true', 'C1=number:5USD']);
});

test('strict OOXML, prefixed names, rich and inline text, phonetics, positions left out, pictures', async () => {
  const strict = 'http://purl.oclc.org/ooxml';
  const entries = spreadsheetEntries([{ name: 'x', rows: [] }]).filter(
    ({ name }) => !/sheet1|workbook\.xml|_rels\/\.rels|shared/.test(name),
  );
  const part = (name: string, xml: string) => ({ name, bytes: Buffer.from(xml) });
  const workbook = await read(
    writeZip([
      ...entries,
      part(
        '_rels/.rels',
        `<Relationships><Relationship Id="a" Type="${strict}/officeDocument/relationships/officeDocument" Target="/xl/workbook.xml"/></Relationships>`,
      ),
      part(
        'xl/workbook.xml',
        `<x:workbook xmlns:x="${strict}/spreadsheetml/main" xmlns:r="${strict}/officeDocument/relationships"><x:workbookPr date1904="1"/><x:sheets><x:sheet name="Uno" sheetId="1" r:id="rA"/><x:sheet name="Gráfico" sheetId="2" r:id="rB"/></x:sheets></x:workbook>`,
      ),
      part(
        'xl/_rels/workbook.xml.rels',
        `<Relationships><Relationship Id="rA" Type="${strict}/officeDocument/relationships/worksheet" Target="hojas/uno.xml"/><Relationship Id="rB" Type="${strict}/officeDocument/relationships/chartsheet" Target="chart.xml"/><Relationship Id="rC" Type="${strict}/officeDocument/relationships/sharedStrings" Target="texts.xml"/><Relationship Id="rD" Type="${strict}/officeDocument/relationships/styles" Target="styles.xml"/></Relationships>`,
      ),
      part(
        'xl/texts.xml',
        '<sst><si><r><t>Precio </t></r><r><rPr/><t xml:space="preserve">Compra</t></r><rPh><t>ruby</t></rPh></si><si><t>a&amp;b_x000A_c</t></si></sst>',
      ),
      part(
        'xl/hojas/uno.xml',
        '<x:worksheet xmlns:x="m" xmlns:e="n"><e:row r="9"/><x:sheetData><x:row><x:c t="s"><x:v>0</x:v></x:c><x:c t="s"><x:v>1</x:v></x:c></x:row><x:row r="3"><x:c r="B3" s="1"><x:v>0</x:v></x:c><x:c t="inlineStr"><x:is><x:t>en línea</x:t></x:is></x:c><x:c t="d"><x:v>2024-05-06T10:30</x:v></x:c><x:c t="str"><x:f>A1</x:f><x:v>fórmula</x:v></x:c></x:row></x:sheetData><x:drawing r:id="q"/></x:worksheet>',
      ),
      part('xl/media/image1.png', 'not a picture'),
    ]),
  );
  expect(shown(workbook.sheets[0])).toEqual([
    'A1=text:Precio Compra',
    'B1=text:a&b\nc',
    'B3=date:1904-01-01',
    'C3=text:en línea',
    'D3=date:2024-05-06T10:30:00',
    'E3=text:fórmula',
  ]);
  expect(workbook.sheets[1]).toEqual({ name: 'Gráfico', isHidden: false, rows: [], merges: [] });
});

test.each([
  ['fecha;tipo;precio\n02/01/2024;compra;"1.234,56"\n', 'A2=text:02/01/2024 B2=text:compra C2=text:1.234,56'],
  ['\uFEFFdate,type,price\n2024-01-02,buy,"1,234.56"\n', 'A2=text:2024-01-02 B2=text:buy C2=text:1,234.56'],
  ['sep=\t\nfecha\tnota\n\n2024-01-02\t"dos\nlíneas; y más"\n', 'A4=text:2024-01-02 B4=text:dos\nlíneas; y más'],
  ['a|b\n1|2\n', 'A2=text:1 B2=text:2'],
])('CSV %j', async (text, expected) => {
  const workbook = await read(text, 'a.csv');
  expect(shown(workbook.sheets[0]).join(' ')).toContain(expected);
});

test('Windows-1252 and UTF-16 keep their accents', async () => {
  expect(shown((await read(Buffer.from('operaci\u00f3n;\u00d1u\n1;2\n', 'latin1'), 'a.csv')).sheets[0])[0]).toBe(
    'A1=text:operación',
  );
  expect(shown((await read(Buffer.from('\uFEFFoperaci\u00f3n;x\n1;2\n', 'utf16le'), 'a.csv')).sheets[0])[0]).toBe(
    'A1=text:operación',
  );
});

test('decimal commas do not pass for separators', () => {
  expect(detectSeparator('precio;cantidad\n1,5;2,25\n3,5;4,75\n1,0;2,0\n')).toBe(';');
  expect(detectSeparator('precio,cantidad\n1.5,2.25\n')).toBe(',');
});

test('serials are calendar days in both date systems', () => {
  expect(dateOfSerial('1', 1900)).toBe('1900-01-01');
  expect(dateOfSerial('59', 1900)).toBe('1900-02-28');
  expect(dateOfSerial('60', 1900)).toBe(null);
  expect(dateOfSerial('61', 1900)).toBe('1900-03-01');
  expect(dateOfSerial('45351', 1900)).toBe('2024-02-29');
  expect(dateOfSerial('43889', 1904)).toBe('2024-02-29');
  expect(dateOfSerial('45351.5', 1900)).toBe('2024-02-29T12:00:00');
  expect(dateOfSerial('45350.9999999', 1900)).toBe('2024-02-29');
  expect(dateOfSerial('-1', 1900)).toBe(null);
});

test.each([
  [14, undefined, 'date'],
  [9, undefined, '%'],
  [164, 'dd/mm/yyyy', 'date'],
  [164, '[$-C0A]d-mmm-yy;@', 'date'],
  [164, '0.00%', '%'],
  [164, '#,##0.00\\ "€"', 'EUR'],
  [164, '[$$-409]#,##0.00', 'USD'],
  [164, '_-* #,##0.00\\ [$€-C0A]_-', 'EUR'],
  [164, '#,##0.00" USDT"', 'USDT'],
  [164, '[Red]#,##0.00', 'number'],
  [164, 'General', 'number'],
  [164, '0.00" días"', 'number'],
  [164, 'h:mm', 'number'],
] as const)('format %i %s means %s', (id, code, expected) => {
  const meaning = meaningOfFormat(id, code);
  expect(meaning.kind === 'date' ? 'date' : (meaning.unit ?? 'number')).toBe(expected);
});

test('a figure typed with up to 15 digits survives Excel storing a double', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 999_999_999 }), fc.integer({ min: 0, max: 6 }), (digits, scale) => {
      const typed = (digits / 10 ** scale).toFixed(scale);
      const stored = Number(typed).toPrecision(17);
      return Number(typedFigure(stored)) === Number(typed) && (typedFigure(stored) ?? '').length <= typed.length;
    }),
  );
});

test('addresses and letters are each other’s inverse', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 16_384 }),
      (column) => parseCellAddress(`${columnLetters(column)}7`)?.column === column,
    ),
  );
});
