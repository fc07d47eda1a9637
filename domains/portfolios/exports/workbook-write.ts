/**
 * Tables as a workbook (.xlsx) written in a stream: one sheet per table, head frozen and bold. A figure that a spreadsheet
 * holds exactly (15 significant digits) is a number; a longer one is text, because Excel would change its last digits
 * without a word. Texts are inline, and never formulas.
 */
import { columnLetters } from '../imports/sheet.ts';
import type { ExportColumn, ExportRow, ExportTable } from './export-table.ts';
import { guardedText } from './export-table.ts';
import { type StreamedEntry, zipStream } from './zip-stream.ts';

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const SHEET_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
const EXACT_DIGITS_MAX = 15; // IEEE 754 double, as Excel shows it.
const BOLD = 1; // Index into cellXfs below.

/** Bytes of a workbook with these tables as sheets, in order. */
export async function* workbookOf(tables: readonly ExportTable[]): AsyncGenerator<Buffer> {
  const names = tables.map(({ name }) => name);
  const entries: StreamedEntry[] = [
    { name: '[Content_Types].xml', chunks: () => [XML, contentTypes(tables.length)] },
    { name: '_rels/.rels', chunks: () => [XML, relationships([[`${OFFICE}/officeDocument`, 'xl/workbook.xml']])] },
    { name: 'xl/workbook.xml', chunks: () => [XML, workbookXml(names)] },
    { name: 'xl/_rels/workbook.xml.rels', chunks: () => [XML, sheetRelationships(tables.length)] },
    { name: 'xl/styles.xml', chunks: () => [XML, STYLES] },
    ...tables.map((table, index) => ({
      name: `xl/worksheets/sheet${index + 1}.xml`,
      chunks: () => sheetXml(table),
    })),
  ];
  yield* zipStream(entries);
}

async function* sheetXml(table: ExportTable): AsyncGenerator<string> {
  yield `${XML}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0">`;
  yield '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>';
  const heads = table.columns.map(({ name }, index) => textCell(name, `${columnLetters(index + 1)}1`, BOLD));
  yield `<row r="1">${heads.join('')}</row>`;
  let number = 1;
  for await (const rows of table.batches()) {
    yield rows.map((row) => rowXml(table.columns, row, (number += 1))).join('');
  }
  yield '</sheetData></worksheet>';
}

function rowXml(columns: readonly ExportColumn[], row: ExportRow, number: number): string {
  const cells = columns.map(({ kind }, index) => {
    const cell = row[index] ?? null;
    const address = `${columnLetters(index + 1)}${number}`;
    if (cell === null || cell === '') return '';
    if (kind === 'truth') return `<c r="${address}" t="b"><v>${cell === 'true' ? 1 : 0}</v></c>`;
    const isNumber = kind === 'statistic' || (kind === 'figure' && isExactNumber(cell));
    return isNumber
      ? `<c r="${address}"><v>${cell}</v></c>`
      : textCell(kind === 'text' ? guardedText(cell) : cell, address);
  });
  return `<row r="${number}">${cells.join('')}</row>`;
}

/** True when a spreadsheet can hold this decimal text as a number without changing a digit of it. */
function isExactNumber(text: string): boolean {
  const [, digits = ''] = /^-?0*(\d+(?:\.\d+)?)$/.exec(text) ?? [];
  return digits !== '' && digits.replace('.', '').replace(/^0+/, '').length <= EXACT_DIGITS_MAX;
}

function textCell(text: string, address: string, style = 0): string {
  const styled = style === 0 ? '' : ` s="${style}"`;
  return `<c r="${address}" t="inlineStr"${styled}><is><t xml:space="preserve">${escaped(text)}</t></is></c>`;
}

function workbookXml(names: readonly string[]): string {
  const sheets = names.map(
    (name, index) => `<sheet name="${escaped(name)}" sheetId="${index + 1}" r:id="rId${index + 1}"/>`,
  );
  return `<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets>${sheets.join('')}</sheets></workbook>`;
}

function sheetRelationships(count: number): string {
  const sheets = Array.from(
    { length: count },
    (_, index) => [`${OFFICE}/worksheet`, `worksheets/sheet${index + 1}.xml`] as const,
  );
  return relationships([...sheets, [`${OFFICE}/styles`, 'styles.xml']]);
}

function relationships(links: readonly (readonly [type: string, target: string])[]): string {
  const items = links.map(
    ([type, target], index) => `<Relationship Id="rId${index + 1}" Type="${type}" Target="${target}"/>`,
  );
  return `<Relationships xmlns="${PACKAGE}/relationships">${items.join('')}</Relationships>`;
}

function contentTypes(count: number): string {
  const sheets = Array.from(
    { length: count },
    (_, index) =>
      `<Override PartName="/xl/worksheets/sheet${index + 1}.xml" ContentType="${SHEET_TYPE}.worksheet+xml"/>`,
  );
  return (
    `<Types xmlns="${PACKAGE}/content-types">` +
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' +
    '<Default Extension="xml" ContentType="application/xml"/>' +
    `<Override PartName="/xl/workbook.xml" ContentType="${SHEET_TYPE}.sheet.main+xml"/>` +
    `<Override PartName="/xl/styles.xml" ContentType="${SHEET_TYPE}.styles+xml"/>${sheets.join('')}</Types>`
  );
}

const STYLES =
  `<styleSheet xmlns="${MAIN}">` +
  '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>' +
  '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>' +
  '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>' +
  '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="2">' +
  '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0"/>' +
  '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>';

/** Escapes markup; control characters and halves of pairs, which XML 1.0 cannot hold, become spaces. */
function escaped(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/(?![\t\n\r])[\p{Cc}\uFFFE\uFFFF]/gu, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
