/** What exports say to the outside: a portfolio's tables as files. Heads and formats are a contract (docs: exports). */
import { z } from 'zod';
import { endpoint } from '#kernel';

const Id = z.uuid();
const CSV = 'text/csv; charset=utf-8';
const JSON_FILE = 'application/json';
const ZIP = 'application/zip';
const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

export const ExportPortfolio = endpoint({
  method: 'GET',
  path: '/api/portfolios/:portfolioId/export',
  permission: 'portfolios.portfolio.read',
  summary:
    'Operations, positions, lots, daily series, figures and cash as a file; exact decimals, and operations read back as they were.',
  params: z.object({ portfolioId: Id }),
  query: z.object({
    format: z.enum(['csv', 'xlsx', 'json']).default('xlsx'),
    /** `all` as CSV is an archive with one file per table. */
    table: z.enum(['all', 'operations', 'positions', 'lots', 'series', 'figures', 'cash']).default('all'),
  }),
  download: { mediaTypes: [CSV, XLSX, JSON_FILE, ZIP] },
  refusals: { portfolio_not_found: 404 },
});

export const exportsApi = { ExportPortfolio } as const;
