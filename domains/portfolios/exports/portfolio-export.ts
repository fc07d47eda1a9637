/** An export of a portfolio as one file: its name, its media type and its bytes, written while they are read. */
import { Readable } from 'node:stream';
import { dateInZone, ok, refuse, type Result } from '#kernel';
import type { Platform } from '#platform/domain';
import type { Download } from '#platform/http';
import type { FiguresSource } from '../figures.ts';
import { figuresSource } from '../figures-source.ts';
import { listAllPortfolios, type Portfolio } from '../portfolio.store.ts';
import type { ExportTable } from './export-table.ts';
import { portfolioTables, TABLE_NAMES, type TableName } from './portfolio-tables.ts';
import { csvOf, jsonOf } from './text-write.ts';
import { workbookOf } from './workbook-write.ts';
import { zipStream } from './zip-stream.ts';

export const EXPORT_FORMATS = ['csv', 'xlsx', 'json'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export const MEDIA_TYPES = {
  csv: 'text/csv; charset=utf-8',
  json: 'application/json',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  zip: 'application/zip',
} as const;

export interface ExportWish {
  readonly format: ExportFormat;
  /** `all` is a workbook of every table, one JSON object, or an archive of CSV files. */
  readonly table: TableName | 'all';
}

/** A file of a portfolio's tables. */
export async function exportPortfolio(
  source: FiguresSource,
  portfolio: Portfolio,
  { format, table }: ExportWish,
): Promise<Download> {
  const tables = await portfolioTables(source, portfolio, table === 'all' ? TABLE_NAMES : [table]);
  const today = dateInZone(source.clock(), source.timeZone);
  const isArchive = format === 'csv' && table === 'all';
  const ending = isArchive ? 'zip' : format;
  const { id, name, baseCurrency, lastSequence } = portfolio;
  const about = { version: 1, portfolio: { id, name, baseCurrency, ledgerVersion: lastSequence }, on: today };
  return {
    name: `${name} ${table === 'all' ? '' : `${table} `}${today}.${ending}`,
    mediaType: MEDIA_TYPES[ending],
    bytes: Readable.from(bytesOf(tables, { ending, about }), { objectMode: false }),
  };
}

function bytesOf(
  tables: readonly ExportTable[],
  { ending, about }: { readonly ending: keyof typeof MEDIA_TYPES; readonly about: object },
): AsyncIterable<string | Buffer> {
  const [first] = tables;
  if (ending === 'zip')
    return zipStream(tables.map((table) => ({ name: `${table.name}.csv`, chunks: () => csvOf(table) })));
  if (ending === 'xlsx') return workbookOf(tables);
  return ending === 'json' || !first ? jsonOf(about, tables) : csvOf(first);
}

/** A file of the portfolio of this name, for the command line of the install's owner. */
export async function exportByName(
  platform: Platform,
  name: string,
  wish: ExportWish,
): Promise<Result<Download, 'portfolio_not_found' | 'portfolio_ambiguous'>> {
  const wanted = name.toLowerCase();
  const found = (await listAllPortfolios(platform.db)).filter((portfolio) => portfolio.name.toLowerCase() === wanted);
  const [portfolio] = found;
  if (!portfolio) return refuse('portfolio_not_found', { name });
  if (found.length > 1) return refuse('portfolio_ambiguous', { name, count: found.length });
  return ok(await exportPortfolio(figuresSource(platform), portfolio, wish));
}
