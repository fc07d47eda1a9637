/**
 * Workbook parts: the small XML files around the sheets: relationships, sheet list, styles, shared texts.
 * Source: ECMA-376 (transitional and strict); relationship types are compared by their last word, because strict files
 * use other namespaces. Pictures, query tables, pivots and macros are never opened.
 */
import { posix } from 'node:path';
import type { Archive } from './archive.ts';
import { meaningOfFormat, type NumberMeaning } from './number-format.ts';
import { CELL_CHARS_MAX, SHARED_STRINGS_MAX, SHEETS_MAX, TEXT_CHARS_MAX } from './reading-limits.ts';
import { ReadStopped } from './sheet.ts';
import { scanXml, type XmlAttributes } from './xml-scan.ts';

interface Relationship {
  readonly id: string;
  readonly kind: string;
  readonly target: string;
}

export interface SheetPart {
  readonly name: string;
  readonly isHidden: boolean;
  /** Null for chart and dialog sheets: they hold no cells. */
  readonly partName: string | null;
}

export interface WorkbookParts {
  readonly sheets: readonly SheetPart[];
  readonly dateSystem: 1900 | 1904;
  readonly sharedTextsPart: string | null;
  readonly stylesPart: string | null;
}

/** Finds the sheets and the shared parts; refuses archives that are not a spreadsheet of this kind. */
export async function readWorkbookParts(archive: Archive): Promise<WorkbookParts> {
  const workbookPart = await findWorkbookPart(archive);
  const folder = posix.dirname(workbookPart);
  const relationships = await readRelationships(
    archive,
    posix.join(folder, '_rels', `${posix.basename(workbookPart)}.rels`),
    folder,
  );
  const byId = new Map(relationships.map((relationship) => [relationship.id, relationship]));
  const sheets: SheetPart[] = [];
  let dateSystem: 1900 | 1904 = 1900;
  await scanXml(archive.stream(workbookPart), {
    open(name, attributes) {
      if (name === 'workbookPr') dateSystem = isTrue(attributes['date1904']) ? 1904 : 1900;
      if (name !== 'sheet') return;
      if (sheets.length >= SHEETS_MAX) throw new ReadStopped('too_many_sheets', { max: SHEETS_MAX });
      sheets.push(sheetPart(archive, byId, attributes));
    },
    close() {},
    text() {},
  });
  const partOf = (kind: string): string | null => {
    const target = relationships.find((relationship) => relationship.kind === kind)?.target;
    return target !== undefined && archive.has(target) ? target : null;
  };
  return { sheets, dateSystem, sharedTextsPart: partOf('sharedStrings'), stylesPart: partOf('styles') };
}

async function findWorkbookPart(archive: Archive): Promise<string> {
  if (archive.has('_rels/.rels')) {
    const roots = await readRelationships(archive, '_rels/.rels', '');
    const office = roots.find((relationship) => relationship.kind === 'officeDocument')?.target;
    if (office?.toLowerCase().endsWith('.xml') && archive.has(office) && !/word\/|ppt\//i.test(office)) return office;
    if (office !== undefined) throw new ReadStopped('file_format_not_supported', { part: office.slice(0, 100) });
  }
  if (archive.has('xl/workbook.xml')) return 'xl/workbook.xml';
  // OpenDocument (.ods), binary workbooks, Word files, plain archives: a spreadsheet program can save them as .xlsx.
  throw new ReadStopped('file_format_not_supported');
}

function sheetPart(archive: Archive, byId: Map<string, Relationship>, attributes: XmlAttributes): SheetPart {
  const relationId = Object.entries(attributes).find(([name]) => name.endsWith(':id'))?.[1] ?? '';
  const relationship = byId.get(relationId);
  const holdsCells = relationship?.kind === 'worksheet' && archive.has(relationship.target);
  return {
    name: attributes['name'] ?? '',
    isHidden: attributes['state'] === 'hidden' || attributes['state'] === 'veryHidden',
    partName: holdsCells ? relationship.target : null,
  };
}

async function readRelationships(archive: Archive, partName: string, folder: string): Promise<Relationship[]> {
  if (!archive.has(partName)) return [];
  const found: Relationship[] = [];
  await scanXml(archive.stream(partName), {
    open(name, attributes) {
      if (name !== 'Relationship' || attributes['TargetMode'] === 'External') return;
      const target = attributes['Target'] ?? '';
      const resolved = target.startsWith('/') ? target.slice(1) : posix.join(folder, target);
      const kind = (attributes['Type'] ?? '').split('/').at(-1) ?? '';
      found.push({ id: attributes['Id'] ?? '', kind, target: resolved });
    },
    close() {},
    text() {},
  });
  return found;
}

/** What each cell style (`s` attribute) says about a number. */
export async function readStyles(archive: Archive, partName: string | null): Promise<readonly NumberMeaning[]> {
  if (partName === null) return [];
  const codes = new Map<number, string>();
  const meanings: NumberMeaning[] = [];
  let isInCellFormats = false;
  await scanXml(archive.stream(partName), {
    open(name, attributes) {
      if (name === 'numFmt') codes.set(Number(attributes['numFmtId']), attributes['formatCode'] ?? '');
      else if (name === 'cellXfs') isInCellFormats = true;
      else if (name === 'xf' && isInCellFormats) {
        const formatId = Number(attributes['numFmtId'] ?? '0');
        meanings.push(meaningOfFormat(formatId, codes.get(formatId)));
      }
    },
    close(name) {
      if (name === 'cellXfs') isInCellFormats = false;
    },
    text() {},
  });
  return meanings;
}

/** The table of texts that cells refer to by index; rich text is joined, phonetic guides are left out. */
export async function readSharedTexts(archive: Archive, partName: string | null): Promise<readonly string[]> {
  if (partName === null) return [];
  const texts: string[] = [];
  const collector = createTextCollector();
  let totalChars = 0;
  await scanXml(archive.stream(partName), {
    open(name, attributes) {
      if (name === 'sst' && Number(attributes['uniqueCount'] ?? '0') > SHARED_STRINGS_MAX) {
        throw new ReadStopped('too_many_texts', { max: SHARED_STRINGS_MAX });
      }
      if (name === 'si') collector.start();
      else collector.open(name);
    },
    close(name) {
      if (name !== 'si') return collector.close(name);
      const text = collector.finish();
      totalChars += text.length;
      if (texts.length >= SHARED_STRINGS_MAX || totalChars > TEXT_CHARS_MAX) {
        throw new ReadStopped('too_many_texts', { max: SHARED_STRINGS_MAX });
      }
      texts.push(text);
    },
    text: (text) => collector.text(text),
  });
  return texts;
}

export interface TextCollector {
  start(): void;
  open(name: string): void;
  close(name: string): void;
  text(text: string): void;
  finish(): string;
}

/** Joins the `<t>` runs of one text; used for shared texts and inline strings alike. */
export function createTextCollector(): TextCollector {
  let joined = '';
  let isInRun = false;
  let isPhonetic = false;
  return {
    start() {
      joined = '';
    },
    open(name) {
      if (name === 't') isInRun = true;
      if (name === 'rPh') isPhonetic = true;
    },
    close(name) {
      if (name === 't') isInRun = false;
      if (name === 'rPh') isPhonetic = false;
    },
    text(text) {
      if (isInRun && !isPhonetic && joined.length < CELL_CHARS_MAX) joined += text;
    },
    finish: () => unescaped(joined.slice(0, CELL_CHARS_MAX)),
  };
}

/** Excel writes control characters as `_x000D_` (ECMA-376 part 1, 22.9.2.19). */
function unescaped(text: string): string {
  if (!text.includes('_x')) return text;
  return text.replaceAll(/_x([0-9A-Fa-f]{4})_/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function isTrue(value: string | undefined): boolean {
  return value === '1' || value === 'true' || value === 'on';
}
