/**
 * Dump: all that a workspace keeps of its portfolios as one archive, written while it is read: the ledger as it is stored
 * (events with their postings, reversals, imports), instruments and daily prices as one JSON object per line, and each portfolio's operations as
 * a list that can be imported again. Figures are exact decimal text; secrets, people and other domains are not in it.
 */
import { EVERY_ROW, type LocalDate } from '#kernel';
import { findInstruments, pricesBetween } from '#markets';
import type { Platform } from '#platform/domain';
import { operationsTable } from '../exports/portfolio-tables.ts';
import { csvOf } from '../exports/text-write.ts';
import { type StreamedEntry, zipStream } from '../exports/zip-stream.ts';
import { listPortfolios } from '../portfolio.store.ts';
import { DUMP_TABLES, type DumpTable, readDumpLines, readHeldInstruments } from './dump.store.ts';

export interface DumpOrder {
  readonly workspaceId: string;
  readonly atMs: number;
  /** Called before each part; throwing stops the dump. */
  readonly onProgress: (doneRatio: number, step: string) => Promise<void>;
}

const FIRST_DAY = '1900-01-01' as LocalDate;
const LAST_DAY = '2999-12-31' as LocalDate;

/** The archive of a workspace. */
export function workspaceDump(platform: Pick<Platform, 'db'>, order: DumpOrder): AsyncGenerator<Buffer> {
  return zipStream(entriesOf(platform, order));
}

async function* entriesOf({ db }: Pick<Platform, 'db'>, order: DumpOrder): AsyncGenerator<StreamedEntry> {
  const { workspaceId, atMs, onProgress } = order;
  const portfolios = await listPortfolios(db, { workspaceId, rows: EVERY_ROW });
  const instrumentIds = await readHeldInstruments(db, workspaceId);
  const partCount = DUMP_TABLES.length + portfolios.length + 3;
  const counts: Record<string, number> = {};
  let done = 0;
  const begin = async (step: string): Promise<void> => {
    await onProgress(done / partCount, step);
    done += 1;
  };
  for (const table of DUMP_TABLES) {
    await begin(table);
    yield { name: `${table}.ndjson`, chunks: () => tableLines({ db }, { table, order, counts }) };
  }
  await begin('instruments');
  yield { name: 'instruments.ndjson', chunks: () => instrumentLines({ db }, { workspaceId, instrumentIds, counts }) };
  await begin('prices');
  const prices = {
    workspaceId,
    instrumentIds,
    counts,
    onProgress: (step: string) => onProgress((done - 1) / partCount, step),
  };
  yield { name: 'prices.ndjson', chunks: () => priceLines({ db }, prices) };
  for (const portfolio of portfolios) {
    await begin('operations');
    // The id keeps two portfolios of one name apart; the name is a person's, so it stays out of the path.
    yield { name: `operations/${portfolio.id}.csv`, chunks: () => csvOf(operationsTable(db, portfolio)) };
  }
  await begin('manifest');
  const madeAt = new Date(atMs).toISOString();
  const manifest = { version: 1, product: 'cactus', kind: 'portfolios', workspaceId, madeAt, counts };
  yield { name: 'manifest.json', chunks: () => [`${JSON.stringify(manifest, null, 2)}\n`] };
}

interface Counted {
  readonly counts: Record<string, number>;
}

async function* tableLines(
  { db }: Pick<Platform, 'db'>,
  { table, order, counts }: Counted & { readonly table: DumpTable; readonly order: DumpOrder },
): AsyncGenerator<string> {
  counts[table] = 0;
  for await (const lines of readDumpLines(db, table, { workspaceId: order.workspaceId, untilMs: order.atMs })) {
    counts[table] += lines.length;
    yield `${lines.join('\n')}\n`;
  }
}

interface Held extends Counted {
  readonly workspaceId: string;
  readonly instrumentIds: readonly string[];
}

async function* instrumentLines(
  { db }: Pick<Platform, 'db'>,
  { workspaceId, instrumentIds, counts }: Held,
): AsyncGenerator<string> {
  const found = await findInstruments(db, workspaceId, instrumentIds);
  counts['instruments'] = found.size;
  for (const { id, kind, symbol, isin, name, currency, providerSymbol } of found.values())
    yield `${JSON.stringify({ instrument_id: id, kind, symbol, isin, name, currency, provider_symbol: providerSymbol })}\n`;
}

async function* priceLines(
  { db }: Pick<Platform, 'db'>,
  { workspaceId, instrumentIds, counts, onProgress }: Held & { readonly onProgress: (step: string) => Promise<void> },
): AsyncGenerator<string> {
  counts['prices'] = 0;
  for (const instrumentId of instrumentIds) {
    await onProgress('prices');
    const query = { workspaceId, instrumentIds: [instrumentId], from: FIRST_DAY, to: LAST_DAY };
    const daily = (await pricesBetween(db, query)).get(instrumentId) ?? [];
    counts['prices'] += daily.length;
    const lines = daily.map(({ on, price, currency, provider }) =>
      JSON.stringify({ instrument_id: instrumentId, on, price: price.toString(), currency, provider }),
    );
    if (lines.length > 0) yield `${lines.join('\n')}\n`;
  }
}
