/**
 * Reading: one file of any kind to sheets of cells, or a refusal by name. Runs inside the limited process only
 * (`workbook.worker.ts`); tests of pure behaviour may call it in place. The kind is told by content, never by the name.
 */
import { open, stat } from 'node:fs/promises';
import { ok, refuse, type Result } from '#kernel';
import { type Archive, openArchive } from './archive.ts';
import { readDelimited } from './delimited.ts';
import { sectionSheets } from './section-sheets.ts';
import { FILE_SIZE_BYTES_MAX, TEXT_FILE_BYTES_MAX } from './reading-limits.ts';
import { type ReadRefusal, ReadStopped, type Sheet, type Workbook } from './sheet.ts';
import { readSharedTexts, readStyles, readWorkbookParts } from './workbook-parts.ts';
import { readWorksheet, type SheetContext } from './worksheet.ts';

const HEAD_BYTES = 4_096;
const OLE_SEARCH_BYTES = 512 * 1024;
const OLE_MAGIC = 'd0cf11e0a1b11ae1';

/** Reads a workbook or a delimited file; refuses everything else by name. */
export async function readSheets(path: string): Promise<Result<Workbook, ReadRefusal>> {
  try {
    return ok(await readChecked(path));
  } catch (error) {
    if (error instanceof ReadStopped) return refuse(error.code, error.details);
    throw error;
  }
}

async function readChecked(path: string): Promise<Workbook> {
  const { size } = await stat(path);
  if (size === 0) throw new ReadStopped('file_empty');
  if (size > FILE_SIZE_BYTES_MAX) throw new ReadStopped('file_too_large', { maxBytes: FILE_SIZE_BYTES_MAX });
  const head = await readHead(path, HEAD_BYTES);
  requireReadableKind(head);
  if (head.subarray(0, 2).toString('latin1') === 'PK') return readSpreadsheet(path);
  if (head.subarray(0, 8).toString('hex') === OLE_MAGIC) {
    // An encrypted .xlsx is an OLE file with an "EncryptedPackage" stream; anything else here is the 1997 format.
    const start = (await readHead(path, OLE_SEARCH_BYTES)).toString('utf16le');
    throw new ReadStopped(start.includes('EncryptedPackage') ? 'file_is_encrypted' : 'file_is_old_excel');
  }
  if (size > TEXT_FILE_BYTES_MAX) throw new ReadStopped('file_too_large', { maxBytes: TEXT_FILE_BYTES_MAX });
  return { format: 'csv', sheets: sectionSheets(await readDelimited(path)) };
}

async function readHead(path: string, sizeBytes: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(sizeBytes), 0, sizeBytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function requireReadableKind(head: Buffer): void {
  const text = head
    .toString('latin1')
    .replace(/^\u00ef\u00bb\u00bf/, '')
    .trimStart();
  if (text.startsWith('%PDF')) throw new ReadStopped('file_is_pdf');
  if (/^<(?:!doctype html|html|table|head|meta|body)/i.test(text)) throw new ReadStopped('file_is_html');
  if (/^<\?xml/i.test(text)) {
    throw new ReadStopped(/<html/i.test(text) ? 'file_is_html' : 'file_format_not_supported');
  }
}

async function readSpreadsheet(path: string): Promise<Workbook> {
  const archive = await openArchive(path);
  try {
    return { format: 'xlsx', sheets: await readAllSheets(archive) };
  } finally {
    archive.close();
  }
}

async function readAllSheets(archive: Archive): Promise<Sheet[]> {
  const parts = await readWorkbookParts(archive);
  const context: SheetContext = {
    sharedTexts: await readSharedTexts(archive, parts.sharedTextsPart),
    styles: await readStyles(archive, parts.stylesPart),
    dateSystem: parts.dateSystem,
    usage: { rows: 0, cells: 0 },
  };
  const sheets: Sheet[] = [];
  for (const part of parts.sheets) {
    const content =
      part.partName === null ? { rows: [], merges: [] } : await readWorksheet(archive, part.partName, context);
    sheets.push({ name: part.name, isHidden: part.isHidden, ...content });
  }
  return sheets;
}
