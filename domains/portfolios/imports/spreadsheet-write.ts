/**
 * Spreadsheet writer: a small workbook that Excel and LibreOffice open: texts, numbers, days, percentages, merged
 * cells, hidden sheets. Deterministic. Used for the sample file; figures are decimal text, so nothing passes a float.
 */
import { epochDay, localDate } from '#kernel';
import { columnLetters, type MergedRange } from './sheet.ts';
import { writeZip, type ZipEntry } from './zip-write.ts';

export type WrittenCell =
  | null
  | string
  | { readonly number: string; readonly style?: CellStyle; readonly formula?: string }
  | { readonly date: string }
  | { readonly error: string }
  | { readonly isTrue: boolean };

export type CellStyle = 'plain' | 'date' | 'percent' | 'euro' | 'bold' | 'dollar';
/** Index into `cellXfs` of the styles part below. */
const STYLE_INDEX: Record<CellStyle, number> = { plain: 0, date: 1, percent: 2, euro: 3, bold: 4, dollar: 5 };

export interface WrittenSheet {
  readonly name: string;
  readonly rows: readonly (readonly WrittenCell[])[];
  readonly merges?: readonly MergedRange[];
  readonly isHidden?: boolean;
}

const EPOCH_1900 = -25_569;
const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const SHEET_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

/** Bytes of an .xlsx file with these sheets; `extra` adds parts such as pictures. */
export function writeSpreadsheet(sheets: readonly WrittenSheet[], extra: readonly ZipEntry[] = []): Buffer {
  return writeZip([...spreadsheetEntries(sheets), ...extra]);
}

/** The parts of the file before packing; tests replace single parts. */
export function spreadsheetEntries(sheets: readonly WrittenSheet[]): ZipEntry[] {
  const texts = new Map<string, number>();
  const bodies = sheets.map((sheet) => sheetXml(sheet, texts));
  return [
    part('[Content_Types].xml', contentTypes(sheets.length)),
    part('_rels/.rels', relationships([['rId1', `${OFFICE}/officeDocument`, 'xl/workbook.xml']])),
    part('xl/workbook.xml', workbookXml(sheets)),
    part('xl/_rels/workbook.xml.rels', workbookRelationships(sheets.length)),
    part('xl/styles.xml', STYLES),
    part('xl/sharedStrings.xml', sharedTextsXml([...texts.keys()])),
    ...bodies.map((body, index) => part(`xl/worksheets/sheet${index + 1}.xml`, body)),
  ];
}

function part(name: string, xml: string): ZipEntry {
  return { name, bytes: Buffer.from(`${XML}${xml}`, 'utf8') };
}

function sheetXml(sheet: WrittenSheet, texts: Map<string, number>): string {
  const rows = sheet.rows.map((cells, index) => {
    const inside = cells
      .map((cell, column) => cellXml(cell, `${columnLetters(column + 1)}${index + 1}`, texts))
      .join('');
    return inside === '' ? '' : `<row r="${index + 1}">${inside}</row>`;
  });
  const merges = (sheet.merges ?? []).map(
    ({ top, left, bottom, right }) =>
      `<mergeCell ref="${columnLetters(left)}${top}:${columnLetters(right)}${bottom}"/>`,
  );
  const merged = merges.length === 0 ? '' : `<mergeCells count="${merges.length}">${merges.join('')}</mergeCells>`;
  return `<worksheet xmlns="${MAIN}"><sheetData>${rows.join('')}</sheetData>${merged}</worksheet>`;
}

function cellXml(cell: WrittenCell, address: string, texts: Map<string, number>): string {
  if (cell === null) return '';
  if (typeof cell === 'string') {
    const index = texts.get(cell) ?? texts.size;
    texts.set(cell, index);
    return `<c r="${address}" t="s"><v>${index}</v></c>`;
  }
  if ('date' in cell) {
    const serial = epochDay(localDate(cell.date)) - EPOCH_1900;
    return `<c r="${address}" s="${STYLE_INDEX.date}"><v>${serial}</v></c>`;
  }
  if ('error' in cell) return `<c r="${address}" t="e"><v>${escaped(cell.error)}</v></c>`;
  if ('isTrue' in cell) return `<c r="${address}" t="b"><v>${cell.isTrue ? 1 : 0}</v></c>`;
  const formula = cell.formula === undefined ? '' : `<f>${escaped(cell.formula)}</f>`;
  return `<c r="${address}" s="${STYLE_INDEX[cell.style ?? 'plain']}">${formula}<v>${cell.number}</v></c>`;
}

function sharedTextsXml(texts: readonly string[]): string {
  const items = texts.map((text) => `<si><t xml:space="preserve">${escaped(text)}</t></si>`).join('');
  return `<sst xmlns="${MAIN}" count="${texts.length}" uniqueCount="${texts.length}">${items}</sst>`;
}

function workbookXml(sheets: readonly WrittenSheet[]): string {
  const list = sheets.map((sheet, index) => {
    const state = sheet.isHidden ? ' state="hidden"' : '';
    return `<sheet name="${escaped(sheet.name)}" sheetId="${index + 1}"${state} r:id="rId${index + 1}"/>`;
  });
  return `<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets>${list.join('')}</sheets></workbook>`;
}

function workbookRelationships(sheetCount: number): string {
  const sheets = Array.from(
    { length: sheetCount },
    (_, index) => [`rId${index + 1}`, `${OFFICE}/worksheet`, `worksheets/sheet${index + 1}.xml`] as const,
  );
  return relationships([
    ...sheets,
    [`rId${sheetCount + 1}`, `${OFFICE}/styles`, 'styles.xml'],
    [`rId${sheetCount + 2}`, `${OFFICE}/sharedStrings`, 'sharedStrings.xml'],
  ]);
}

function relationships(links: readonly (readonly [id: string, type: string, target: string])[]): string {
  const items = links.map(([id, type, target]) => `<Relationship Id="${id}" Type="${type}" Target="${target}"/>`);
  return `<Relationships xmlns="${PACKAGE}/relationships">${items.join('')}</Relationships>`;
}

function contentTypes(sheetCount: number): string {
  const sheets = Array.from(
    { length: sheetCount },
    (_, index) =>
      `<Override PartName="/xl/worksheets/sheet${index + 1}.xml" ContentType="${SHEET_TYPE}.worksheet+xml"/>`,
  );
  return (
    `<Types xmlns="${PACKAGE}/content-types">` +
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' +
    '<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>' +
    `<Override PartName="/xl/workbook.xml" ContentType="${SHEET_TYPE}.sheet.main+xml"/>` +
    `<Override PartName="/xl/styles.xml" ContentType="${SHEET_TYPE}.styles+xml"/>` +
    `<Override PartName="/xl/sharedStrings.xml" ContentType="${SHEET_TYPE}.sharedStrings+xml"/>${sheets.join('')}</Types>`
  );
}

const STYLES =
  `<styleSheet xmlns="${MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="#,##0.00\\ &quot;€&quot;"/>` +
  '<numFmt numFmtId="165" formatCode="[$$-409]#,##0.00"/></numFmts>' +
  '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>' +
  '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>' +
  '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>' +
  '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="6">' +
  [
    [0, 0],
    [14, 0],
    [10, 0],
    [164, 0],
    [0, 1],
    [165, 0],
  ]
    .map(
      ([format, font]) =>
        `<xf numFmtId="${format}" fontId="${font}" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>`,
    )
    .join('') +
  '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>';

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
