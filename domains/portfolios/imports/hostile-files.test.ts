/**
 * Goal: every hostile or wrong file is refused by name, fast, inside a small process, and the caller survives.
 * Times and peak memory are printed; memory is asserted, time only generously (the machine may be busy).
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runLimited } from './limited-reading.ts';
import type { ReadRefusal } from './sheet.ts';
import { spreadsheetEntries } from './spreadsheet-write.ts';
import { writeZip, type ZipEntry } from './zip-write.ts';

const MIB = 1024 * 1024;
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cactus-hostile-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const plain = spreadsheetEntries([
  {
    name: 'Hoja1',
    rows: [
      ['Ticker', 'Cantidad'],
      ['BTC', { number: '1' }],
    ],
  },
]);
const SHEET = 'xl/worksheets/sheet1.xml';

function workbookWith(name: string, xml: string | Buffer, forged?: ZipEntry['forged']): Buffer {
  const entry: ZipEntry = { name, bytes: Buffer.from(xml), ...(forged ? { forged } : {}) };
  return writeZip([...plain.filter((part) => part.name !== name), entry]);
}
const sheetXml = (body: string): string => `<worksheet xmlns="${MAIN}"><sheetData>${body}</sheetData></worksheet>`;

function lyingBomb(): Buffer {
  const bytes = Buffer.concat([
    Buffer.from(`<worksheet xmlns="${MAIN}"><sheetData>`),
    Buffer.alloc(120 * MIB, '<row/>'),
  ]);
  return workbookWith(SHEET, Buffer.alloc(1), { compressed: deflateRawSync(bytes), sizeBytes: 2 * MIB });
}

/** Two entries whose data ranges overlap: the core of the quoted-overlap bomb. */
function overlappingBomb(): Buffer {
  const archive = writeZip([
    ...plain,
    { name: 'a.xml', bytes: Buffer.alloc(64, 'a') },
    { name: 'b.xml', bytes: Buffer.alloc(64, 'b') },
  ]);
  const aLocal = archive.indexOf('a.xml') - 30;
  const bCentral = archive.lastIndexOf('b.xml') - 46;
  archive.writeUInt32LE(aLocal, bCentral + 42);
  return archive;
}

function oleFile(streamName: string): Buffer {
  const bytes = Buffer.alloc(8 * 1024);
  Buffer.from('d0cf11e0a1b11ae1', 'hex').copy(bytes);
  Buffer.from(streamName, 'utf16le').copy(bytes, 2048);
  return bytes;
}

const repeated = (text: string, times: number): string => text.repeat(times);
const CASES: readonly (readonly [label: string, name: string, code: ReadRefusal, make: () => Buffer])[] = [
  [
    'zip bomb that says its size',
    'a.xlsx',
    'archive_too_large',
    () => workbookWith(SHEET, Buffer.alloc(280 * MIB, ' ')),
  ],
  [
    'zip bomb that hides in a picture',
    'a.xlsx',
    'archive_too_large',
    () => writeZip([...plain, { name: 'xl/media/a.png', bytes: Buffer.alloc(80 * MIB) }]),
  ],
  ['zip bomb with a lying header', 'a.xlsx', 'archive_lies_about_size', lyingBomb],
  ['overlapping entries', 'a.xlsx', 'archive_overlaps', overlappingBomb],
  [
    'two parts of one name',
    'a.xlsx',
    'archive_overlaps',
    () => writeZip([...plain, { name: 'XL/workbook.xml', bytes: Buffer.from('<x/>') }]),
  ],
  [
    '3,000 entries',
    'a.xlsx',
    'archive_has_too_many_entries',
    () =>
      writeZip([
        ...plain,
        ...Array.from({ length: 3000 }, (_, index) => ({ name: `f${index}`, bytes: Buffer.alloc(0) })),
      ]),
  ],
  [
    'path traversal',
    'a.xlsx',
    'archive_has_unsafe_name',
    () => writeZip([...plain, { name: '../../etc/cron.d/x', bytes: Buffer.from('x') }]),
  ],
  [
    'absolute path',
    'a.xlsx',
    'archive_has_unsafe_name',
    () => writeZip([...plain, { name: '/etc/passwd', bytes: Buffer.from('x') }]),
  ],
  ['encrypted entry', 'a.xlsx', 'file_is_encrypted', () => workbookWith(SHEET, 'x', { flags: 0x0801 })],
  [
    'cell in column one million',
    'a.xlsx',
    'cell_out_of_range',
    () => workbookWith(SHEET, sheetXml('<row r="1"><c r="BDWGN1"><v>1</v></c></row>')),
  ],
  [
    '200,000 cells in one row',
    'a.xlsx',
    'cell_out_of_range',
    () => workbookWith(SHEET, sheetXml(`<row r="1">${repeated('<c><v/></c>', 200_000)}</row>`)),
  ],
  [
    'value in column 5,000',
    'a.xlsx',
    'too_many_columns',
    () => workbookWith(SHEET, sheetXml('<row r="1"><c r="GJH1"><v>1</v></c></row>')),
  ],
  ['row two million', 'a.xlsx', 'cell_out_of_range', () => workbookWith(SHEET, sheetXml('<row r="2000000"/>'))],
  [
    'billion laughs',
    'a.xlsx',
    'xml_has_doctype',
    () => workbookWith(SHEET, `<!DOCTYPE a [<!ENTITY l "ha"><!ENTITY m "&l;&l;&l;">]>${sheetXml('&m;')}`),
  ],
  [
    'external entity in shared texts',
    'a.xlsx',
    'xml_has_doctype',
    () => workbookWith('xl/sharedStrings.xml', '<?xml version="1.0"?><!DOCTYPE sst SYSTEM "file:///etc/passwd"><sst/>'),
  ],
  [
    'DOCTYPE behind a long comment',
    'a.xlsx',
    'xml_has_doctype',
    () => workbookWith(SHEET, `<!--${repeated('x', 100_000)}--><!DOCTYPE a>${sheetXml('')}`),
  ],
  ['100,000 levels deep', 'a.xlsx', 'xml_too_deep', () => workbookWith(SHEET, repeated('<a>', 100_000))],
  [
    'a tag of 100,000 attributes',
    'a.xlsx',
    'xml_token_too_long',
    () =>
      workbookWith(SHEET, `<worksheet ${Array.from({ length: 100_000 }, (_, index) => `a${index}="1"`).join(' ')}/>`),
  ],
  [
    'one text of 40 MB',
    'a.xlsx',
    'xml_token_too_long',
    () => workbookWith(SHEET, sheetXml(`<row r="1"><c t="str"><v>${randomText(40 * MIB)}</v></c></row>`)),
  ],
  ['one comment of 40 MB', 'a.xlsx', 'xml_token_too_long', () => workbookWith(SHEET, `<!--${randomText(40 * MIB)}-->`)],
  [
    'a million shared texts',
    'a.xlsx',
    'too_many_texts',
    () =>
      workbookWith(
        'xl/sharedStrings.xml',
        `<sst>${Array.from({ length: 1_000_000 }, (_, index) => `<si><t>${index}</t></si>`).join('')}</sst>`,
      ),
  ],
  [
    'a million shared texts, announced',
    'a.xlsx',
    'too_many_texts',
    () => workbookWith('xl/sharedStrings.xml', '<sst uniqueCount="1000000"></sst>'),
  ],
  ['undeclared entity', 'a.xlsx', 'xml_malformed', () => workbookWith(SHEET, sheetXml('&xxe;'))],
  ['broken XML', 'a.xlsx', 'xml_malformed', () => workbookWith(SHEET, '<worksheet><sheetData></worksheet>')],
  ['truncated file', 'a.xlsx', 'file_damaged', () => writeZip(plain).subarray(0, 700)],
  ['200 MB file', 'a.xlsx', 'file_too_large', () => Buffer.alloc(200 * MIB, 'PK')],
  ['200 MB of text', 'a.csv', 'file_too_large', () => Buffer.alloc(200 * MIB, 'a;b\n')],
  ['empty file', 'a.xlsx', 'file_empty', () => Buffer.alloc(0)],
  [
    'random bytes named .xlsx',
    'a.xlsx',
    'file_not_recognised',
    () => Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 7919 + 13) % 256)),
  ],
  [
    'web page named .xls',
    'a.xls',
    'file_is_html',
    () => Buffer.from('<html><body><table><tr><td>1</td></tr></table></body></html>'),
  ],
  ['PDF named .xlsx', 'a.xlsx', 'file_is_pdf', () => Buffer.from('%PDF-1.7\n...')],
  ['Excel 97', 'a.xls', 'file_is_old_excel', () => oleFile('Workbook')],
  ['workbook with a password', 'a.xlsx', 'file_is_encrypted', () => oleFile('EncryptedPackage')],
  [
    'Word document',
    'a.xlsx',
    'file_format_not_supported',
    () => writeZip([{ name: 'word/document.xml', bytes: Buffer.from('<x/>') }]),
  ],
  [
    'OpenDocument',
    'a.xlsx',
    'file_format_not_supported',
    () => writeZip([{ name: 'content.xml', bytes: Buffer.from('<x/>') }]),
  ],
  ['one CSV field of 4 MB', 'a.csv', 'csv_malformed', () => Buffer.from(`a;b\n"${repeated('x', 4 * MIB)}";1\n`)],
  ['quote never closed', 'a.csv', 'csv_malformed', () => Buffer.from('fecha;tipo\n"2024-01-01;compra\n')],
  ['a CSV row of 100,000 columns', 'a.csv', 'too_many_columns', () => Buffer.from(`${repeated('1;', 100_000)}\n`)],
];

function randomText(chars: number): string {
  // Poorly compressible, so that the ratio check does not answer first.
  let seed = 42;
  const block = Array.from({ length: 64 * 1024 }, () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return String.fromCharCode(97 + (seed % 26));
  }).join('');
  let text = '';
  while (text.length < chars) text += block.slice(0, 60_000 + (text.length % 5_000));
  return text;
}

test.each(CASES)('%s', { timeout: 60_000 }, async (label, name, code, make) => {
  const path = join(folder, name);
  writeFileSync(path, make());
  const startedAt = performance.now();
  const outcome = await runLimited({ path, request: null, onReply: async () => {} });
  const tookMs = Math.round(performance.now() - startedAt);
  expect(outcome.ok ? 'read' : outcome.code).toBe(code);
  const peakBytes = outcome.ok ? 0 : Number(outcome.details['peakRssBytes'] ?? 0);
  process.stdout.write(`  refused ${label}: ${code}, ${tookMs} ms, peak ${Math.round(peakBytes / MIB)} MiB\n`);
  expect(peakBytes).toBeGreaterThan(0);
  expect(peakBytes).toBeLessThan(300 * MIB);
  expect(tookMs).toBeLessThan(15_000);
});
