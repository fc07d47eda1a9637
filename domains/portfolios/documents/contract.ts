/** What documents say to the outside: reports and dumps, ordered now, made by a job, fetched when ready. */
import { z } from 'zod';
import { endpoint } from '#kernel';

const Id = z.uuid();
const Day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);

const Document = z.object({
  id: Id,
  kind: z.enum(['report', 'dump']),
  /** Null for a dump: it is of the whole workspace. */
  portfolioId: Id.nullable(),
  status: z.enum(['waiting', 'making', 'ready', 'failed', 'cancelled']),
  doneRatio: z.number(),
  /** What is being made now, or why it failed. */
  step: z.string(),
  fileName: z.string().nullable(),
  sizeBytes: z.number().nullable(),
  createdAtMs: z.number(),
  finishedAtMs: z.number().nullable(),
});
const documentParams = z.object({ documentId: Id });

export const OrderReport = endpoint({
  method: 'POST',
  path: '/api/portfolio-reports',
  permission: 'portfolios.portfolio.read',
  summary: 'Orders a PDF report of a period in Spanish or English; it is made by a job and kept for a week.',
  body: z.object({
    portfolioId: Id,
    language: z.enum(['es', 'en']).default('es'),
    /** The first operation when left out. */
    from: Day.optional(),
    /** Today when left out. */
    to: Day.optional(),
  }),
  response: Document,
  status: 202,
  refusals: { portfolio_not_found: 404, period_not_valid: 422, documents_too_many: 409 },
});

export const OrderDump = endpoint({
  method: 'POST',
  path: '/api/portfolio-dumps',
  permission: 'portfolios.dump.make',
  summary: 'Orders everything the workspace keeps of its portfolios as one archive; made by a job and kept for a week.',
  stepUp: true,
  response: Document,
  status: 202,
  refusals: { documents_too_many: 409 },
});

export const ListDocuments = endpoint({
  method: 'GET',
  path: '/api/portfolio-documents',
  permission: 'portfolios.portfolio.read',
  summary: 'The reports and dumps that whoever asks has ordered, newest first.',
  query: z.object({ portfolioId: Id.optional() }),
  response: z.object({ items: z.array(Document) }),
});

export const ReadDocument = endpoint({
  method: 'GET',
  path: '/api/portfolio-documents/:documentId',
  permission: 'portfolios.portfolio.read',
  summary: 'How far a report or a dump is.',
  params: documentParams,
  response: Document,
  refusals: { document_not_found: 404 },
});

export const FetchDocument = endpoint({
  method: 'GET',
  path: '/api/portfolio-documents/:documentId/file',
  permission: 'portfolios.portfolio.read',
  summary: 'The file of a report or a dump, for who ordered it.',
  params: documentParams,
  download: { mediaTypes: ['application/pdf', 'application/zip'] },
  refusals: { document_not_found: 404, document_not_ready: 409 },
});

export const CancelDocument = endpoint({
  method: 'POST',
  path: '/api/portfolio-documents/:documentId/cancellation',
  permission: 'portfolios.portfolio.read',
  summary: 'Stops a report or a dump that is still being made.',
  params: documentParams,
  response: Document,
  refusals: { document_not_found: 404, document_not_open: 409 },
});

export const documentsApi = {
  OrderReport,
  OrderDump,
  ListDocuments,
  ReadDocument,
  FetchDocument,
  CancelDocument,
} as const;
