/** Limits of file reading: each with its reason. A person's workbook stays far below; a hostile file meets one early. */
const MIB = 1024 * 1024;

/** Ten years of daily operations with pictures stay below 10 MiB. */
export const FILE_SIZE_BYTES_MAX = 32 * MIB;
/** 120,000 rows of 100 characters are 12 MiB. */
export const TEXT_FILE_BYTES_MAX = 16 * MIB;
/** 50,000 rows of 10 columns inflate to about 25 MiB; parsed text costs several times that in memory. */
export const INFLATED_PART_BYTES_MAX = 64 * MIB;
/** Declared size of everything in the archive, pictures and embedded files included. */
export const INFLATED_TOTAL_BYTES_MAX = 256 * MIB;
/** Sheets compress 10 to 60 times; deflate's ceiling is 1,032, and bombs live near it. */
export const INFLATE_RATIO_MAX = 120;
/** Below this size a high ratio is only a nearly empty sheet. */
export const INFLATE_RATIO_FREE_BYTES = 4 * MIB;
/** A workbook holds about four parts per sheet plus pictures. */
export const ARCHIVE_ENTRIES_MAX = 2_000;
export const SHEETS_MAX = 100;
/** SpreadsheetML nests about 10 levels. */
export const XML_DEPTH_MAX = 32;
export const XML_ATTRIBUTES_MAX = 64;
/** One tag, attribute or text. Excel's own limit is 32,767 characters in a cell. */
export const XML_TOKEN_CHARS_MAX = 512 * 1024;
/** Excel's own edges: a cell outside them is a forged address. */
export const EXCEL_COLUMNS_MAX = 16_384;
export const EXCEL_ROWS_MAX = 1_048_576;
/** A value further right than this is not a table of operations. */
export const COLUMNS_MAX = 400;
export const ROWS_MAX = 120_000;
export const CELLS_MAX = 800_000;
export const SHARED_STRINGS_MAX = 400_000;
/** All text held at once, in characters. */
export const TEXT_CHARS_MAX = 24 * MIB;
export const CELL_CHARS_MAX = 32_767;
/** Measured: 50,000 x 10 cells take 3 to 6 s on a quiet core; a busy machine needs several times that. */
export const READ_TIME_MS_MAX = 60_000;
/** Old-space heap of the reading process; with code and buffers it stays below `READ_RSS_BYTES_MAX`. */
export const READ_HEAP_MIB = 176;
export const READ_RSS_BYTES_MAX = 280 * MIB;
