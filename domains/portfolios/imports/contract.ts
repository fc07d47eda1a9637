/**
 * What imports say to the outside. An import is a batch: uploaded, read to a preview, confirmed whole, undone whole.
 * Cells are named as the spreadsheet shows them; sentences come in Spanish and English; amounts are exact decimal text.
 */
import { z } from 'zod';
import { endpoint } from '#kernel';

const UPLOAD_SIZE_BYTES_MAX = 32 * 1024 * 1024; // The reader's own limit: more is not a list of operations.
const SHEETS_MAX = 100;
const COLUMN_MAX = 16_384;
const ROW_MAX = 1_048_576;
const PAGE_MAX = 200;

const Id = z.uuid();
const Day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
const Words = z.object({ es: z.string(), en: z.string() });
const Field = z.enum([
  'date',
  'type',
  'account',
  'name',
  'identifier',
  'symbol',
  'isin',
  'kind',
  'sector',
  'quantity',
  'price',
  'currency',
  'amount',
  'net_amount',
  'fee',
  'tax',
  'fx',
  'to',
  'lots',
  'account_currency',
  'instrument_currency',
  'to_quantity',
  'to_symbol',
  'to_isin',
  'to_name',
  'to_kind',
  'to_currency',
  'key',
  'note',
  'cost',
  'value',
  'buy_date',
  'sell_date',
  'sell_price',
  'proceeds',
  'gain',
  'staking',
  'information',
]);
const Layout = z.enum(['operations', 'investments', 'history', 'transactions']);
const Column = z.number().int().min(1).max(COLUMN_MAX);
const CurrencyCode = z.string().regex(/^[A-Z][A-Z0-9]{2,9}$/);

const SheetMapping = z.object({
  sheet: z.string().max(200),
  isIncluded: z.boolean(),
  layout: Layout.nullable(),
  headerRow: z.number().int().min(1).max(ROW_MAX),
  headerRowCount: z.union([z.literal(1), z.literal(2)]),
  columns: z.partialRecord(Field, Column),
  informationColumns: z.array(Column).max(400),
  decimalMark: z.enum([',', '.']).nullable(),
  dayOrder: z.enum(['dmy', 'mdy']).nullable(),
  gainUnit: z.enum(['percent', 'ratio', 'money']).nullable(),
  currency: CurrencyCode.nullable(),
  /** The known file it is, whose words and signs then decide; null or left out: recognised by its heads. */
  preset: z.string().max(60).nullable().optional(),
});
const Mapping = z.object({
  sheets: z.array(SheetMapping).max(SHEETS_MAX),
  openingDate: Day.nullable(),
  accountName: z.string().trim().min(1).max(120).nullable(),
  currency: CurrencyCode.nullable(),
});

const Issue = z.object({
  code: z.string(),
  severity: z.enum(['error', 'warning', 'info']),
  cell: z.string().nullable(),
  message: Words,
});
const ColumnOutline = z.object({
  column: z.number(),
  letter: z.string(),
  header: z.string(),
  field: Field.nullable(),
  decimalMark: z.enum([',', '.']).nullable(),
  dayOrder: z.enum(['dmy', 'mdy']).nullable(),
  basis: z.enum(['column', 'answer', 'sheet', 'language', 'undecided', 'mixed', 'nothing']),
  samples: z.array(z.object({ written: z.string(), read: z.string().nullable() })),
});
const SheetOutline = z.object({
  name: z.string(),
  isHidden: z.boolean(),
  isIncluded: z.boolean(),
  layout: Layout.nullable(),
  rowCount: z.number(),
  columns: z.array(ColumnOutline),
  questions: z.array(z.enum(['decimal_mark', 'day_order', 'gain_unit'])),
  notes: z.array(Issue),
});
const Status = z.enum(['reading', 'previewed', 'refused', 'confirming', 'confirmed', 'undone', 'cancelled']);
/** `repriced`: already there, but its written price is news. */
const RowStatus = z.enum(['new', 'known', 'repriced', 'changed', 'skipped', 'error', 'recorded']);

const ImportSummary = z.object({
  id: Id,
  portfolioId: Id,
  fileName: z.string(),
  status: Status,
  recordedCount: z.number(),
  createdAtMs: z.number(),
  confirmedAtMs: z.number().nullable(),
  undoneAtMs: z.number().nullable(),
});
const ImportDetail = ImportSummary.extend({
  progress: z.object({ rowsDone: z.number(), rowCount: z.number() }),
  /** Why the file, or its confirmation, was refused. */
  refusal: z.object({ code: z.string(), message: Words }).nullable(),
  counts: z.record(RowStatus, z.number()),
  format: z.enum(['xlsx', 'csv']).nullable(),
  sheets: z.array(SheetOutline),
  mapping: Mapping.nullable(),
});

const Figure = z.string().nullable();
const PlannedEvent = z.object({
  type: z.string(),
  date: Day,
  accountName: z.string(),
  instrument: z
    .object({ name: z.string(), symbol: z.string().nullable(), isin: z.string().nullable(), kind: z.string() })
    .nullable(),
  quantity: Figure,
  price: Figure,
  amount: Figure,
  fee: Figure,
  tax: Figure,
  currency: z.string(),
  manualPrice: Figure,
});
const ImportRow = z.object({
  position: z.number(),
  sheet: z.string(),
  row: z.number(),
  status: RowStatus,
  issues: z.array(Issue),
  events: z.array(PlannedEvent),
  /** The row as the file shows it: header and text. */
  shown: z.array(z.tuple([z.string(), z.string()])),
});

const importParams = z.object({ importId: Id });

export const UploadImportFile = endpoint({
  method: 'PUT',
  path: '/api/imports/files',
  permission: 'portfolios.import.run',
  summary: 'Uploads a file to import (.xlsx or .csv); nothing is read yet.',
  upload: { sizeBytesMax: UPLOAD_SIZE_BYTES_MAX },
  response: z.object({ fileId: Id, name: z.string(), sizeBytes: z.number() }),
  status: 201,
});

export const CreateImport = endpoint({
  method: 'POST',
  path: '/api/imports',
  permission: 'portfolios.import.run',
  summary: 'Reads an uploaded file to a preview. Nothing is written to the ledger.',
  body: z.object({ fileId: Id, portfolioId: Id }),
  response: ImportDetail,
  status: 202,
  refusals: { file_not_found: 404, portfolio_not_found: 404 },
});

export const ListImports = endpoint({
  method: 'GET',
  path: '/api/imports',
  permission: 'portfolios.import.run',
  summary: 'The last imports of the workspace, newest first.',
  query: z.object({ portfolioId: Id.optional() }),
  response: z.object({ items: z.array(ImportSummary) }),
});

export const ReadImport = endpoint({
  method: 'GET',
  path: '/api/imports/:importId',
  permission: 'portfolios.import.run',
  summary: 'An import: progress, how each sheet and column is read, counts of rows, questions, why it was refused.',
  params: importParams,
  response: ImportDetail,
  refusals: { import_not_found: 404 },
});

export const ListImportRows = endpoint({
  method: 'GET',
  path: '/api/imports/:importId/rows',
  permission: 'portfolios.import.run',
  summary: 'The rows of an import with what will happen (or happened) to each, page by page.',
  params: importParams,
  query: z.object({
    show: z.enum(['all', 'new', 'already', 'errors', 'skipped']).default('all'),
    after: z.coerce.number().int().min(-1).default(-1),
    limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(100),
  }),
  response: z.object({ items: z.array(ImportRow), nextAfter: z.number().nullable() }),
  refusals: { import_not_found: 404 },
});

export const ChangeImportMapping = endpoint({
  method: 'PATCH',
  path: '/api/imports/:importId/mapping',
  permission: 'portfolios.import.run',
  summary: 'Corrects how the file is read and reads it again.',
  params: importParams,
  body: Mapping,
  response: ImportDetail,
  status: 202,
  refusals: { import_not_found: 404, import_not_open: 409 },
});

export const ConfirmImport = endpoint({
  method: 'POST',
  path: '/api/imports/:importId/confirm',
  permission: 'portfolios.import.run',
  summary:
    'Records the new rows as one batch, and the newer prices of known ones; rows with errors stay out. Confirming twice records once.',
  params: importParams,
  response: ImportDetail,
  status: 202,
  refusals: { import_not_found: 404, import_not_open: 409, nothing_to_record: 409 },
});

export const UndoImport = endpoint({
  method: 'POST',
  path: '/api/imports/:importId/undo',
  permission: 'portfolios.import.run',
  summary: 'Takes back every operation the import recorded. The prices written in the file stay.',
  params: importParams,
  response: ImportDetail,
  refusals: {
    import_not_found: 404,
    import_not_confirmed: 409,
    portfolio_not_found: 404,
    operation_not_found: 404,
    reversal_uncovers_sale: 409,
  },
});

export const CancelImport = endpoint({
  method: 'POST',
  path: '/api/imports/:importId/cancel',
  permission: 'portfolios.import.run',
  summary: 'Stops the reading or discards the preview.',
  params: importParams,
  response: ImportDetail,
  refusals: { import_not_found: 404, import_not_open: 409 },
});

export const importsApi = {
  UploadImportFile,
  CreateImport,
  ListImports,
  ReadImport,
  ListImportRows,
  ChangeImportMapping,
  ConfirmImport,
  UndoImport,
  CancelImport,
} as const;
