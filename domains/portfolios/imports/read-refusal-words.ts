/** Why a file cannot be imported, in both languages: what happened, what is safe, what to do. */
import type { Words } from './issue.ts';
import type { ReadRefusal } from './sheet.ts';

type RefusalCode = ReadRefusal | 'file_missing' | 'ledger_moved';

const TOO_BIG: Words = {
  es: 'El archivo es demasiado grande para ser una lista de operaciones. Divídelo en varios o quita hojas e imágenes.',
  en: 'The file is too large for a list of operations. Split it, or remove sheets and pictures.',
};
const FORGED: Words = {
  es: 'El archivo está mal formado a propósito o dañado, y no lo abrimos. Ábrelo en Excel o LibreOffice y guárdalo de nuevo como .xlsx.',
  en: 'The file is malformed on purpose or damaged, so we do not open it. Open it in Excel or LibreOffice and save it again as .xlsx.',
};

const WORDS: Readonly<Record<RefusalCode, Words>> = {
  file_empty: { es: 'El archivo está vacío.', en: 'The file is empty.' },
  file_too_large: TOO_BIG,
  file_not_recognised: {
    es: 'No reconocemos este archivo. Usa .xlsx o .csv.',
    en: 'We do not recognise this file. Use .xlsx or .csv.',
  },
  file_is_old_excel: {
    es: 'Es un Excel antiguo (.xls). Ábrelo y guárdalo como .xlsx.',
    en: 'This is an old Excel file (.xls). Open it and save it as .xlsx.',
  },
  file_is_encrypted: {
    es: 'El archivo tiene contraseña. Quítasela en Excel y vuelve a subirlo.',
    en: 'The file has a password. Remove it in Excel and upload it again.',
  },
  file_is_html: {
    es: 'Es una página web con nombre de Excel: algunos bancos los descargan así. Ábrela en Excel y guárdala como .xlsx.',
    en: 'This is a web page named like an Excel file: some banks export it so. Open it in Excel and save it as .xlsx.',
  },
  file_is_pdf: {
    es: 'Es un PDF. Exporta tus operaciones como .xlsx o .csv.',
    en: 'This is a PDF. Export your operations as .xlsx or .csv.',
  },
  file_format_not_supported: {
    es: 'Este formato no se puede importar (por ejemplo .ods, .xlsb o Word). Guárdalo como .xlsx o .csv.',
    en: 'This format cannot be imported (for example .ods, .xlsb or Word). Save it as .xlsx or .csv.',
  },
  file_damaged: {
    es: 'El archivo está dañado o incompleto. Vuelve a descargarlo o a guardarlo.',
    en: 'The file is damaged or incomplete. Download or save it again.',
  },
  file_missing: {
    es: 'El archivo ya no está guardado. Súbelo de nuevo.',
    en: 'The file is no longer stored. Upload it again.',
  },
  archive_too_large: TOO_BIG,
  archive_lies_about_size: FORGED,
  archive_overlaps: FORGED,
  archive_has_too_many_entries: FORGED,
  archive_has_unsafe_name: FORGED,
  xml_has_doctype: FORGED,
  xml_malformed: FORGED,
  xml_too_deep: FORGED,
  xml_token_too_long: FORGED,
  cell_out_of_range: FORGED,
  too_many_columns: {
    es: 'Hay datos en demasiadas columnas. Deja solo la tabla de operaciones.',
    en: 'There is data in too many columns. Keep only the table of operations.',
  },
  too_many_rows: {
    es: 'Hay demasiadas filas. Divide el archivo por años.',
    en: 'There are too many rows. Split the file by years.',
  },
  too_many_cells: TOO_BIG,
  too_many_sheets: {
    es: 'Hay demasiadas hojas. Deja solo las de operaciones.',
    en: 'There are too many sheets. Keep only those with operations.',
  },
  too_many_texts: TOO_BIG,
  csv_malformed: {
    es: 'El CSV tiene unas comillas sin cerrar o una fila imposible. Revísalo y vuelve a subirlo.',
    en: 'The CSV has an unclosed quote or an impossible row. Check it and upload it again.',
  },
  reading_took_too_long: {
    es: 'Leer el archivo tardaba demasiado y lo hemos parado. Divídelo y prueba de nuevo.',
    en: 'Reading the file took too long, so it was stopped. Split it and try again.',
  },
  reading_took_too_much_memory: TOO_BIG,
  ledger_moved: {
    es: 'La cartera cambió desde la vista previa y algunas filas ya no encajan: están marcadas. No se ha registrado nada.',
    en: 'The portfolio changed since the preview and some rows no longer fit: they are marked. Nothing was recorded.',
  },
};

/** The sentence of a refusal; an unknown code says the file is damaged. */
export function refusalWords(code: string): Words {
  return (WORDS as Readonly<Record<string, Words>>)[code] ?? WORDS.file_damaged;
}
