/**
 * Prices file adapter: CSV files that somebody drops into a folder of this machine (`date,instrument,price,currency`, the
 * contract of the command line). For what no provider knows. A file with a line that cannot be read is not used at all: it
 * may be half a copy, and half a copy is a wrong price. Lines such as EUR/USD are rates and none of ours.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, Decimal, Fault, type LocalDate, ok, parseLocalDate, refuse } from '#kernel';
import { parse } from 'csv-parse/sync';
import type { DailyClose, InstrumentRef, PriceProvider } from './price-provider.ts';
import { quoteUnitOf } from './quote-unit.ts';

export interface PricesFolderOptions {
  readonly folder: string;
  readonly clock: Clock;
}

const FILES_MAX = 200; // One per source and year of a firm.
const FILE_BYTES_MAX = 32 * 1024 * 1024; // A million lines.
const FX_PAIR = /^[A-Z0-9]{3,10}\/[A-Z0-9]{3,10}$/;
const HEADS = ['date', 'instrument', 'price', 'currency'];

/** Closes by what the file calls the instrument, in upper case. */
type Closes = ReadonlyMap<string, readonly DailyClose[]>;

interface ReadFile {
  readonly mark: string;
  readonly closes: Closes;
}

/** Builds the adapter. Files are read again when they change. */
export function pricesFolderProvider(options: PricesFolderOptions): PriceProvider {
  const read = new Map<string, ReadFile>();
  return {
    name: 'file',
    hasHistory: true,
    quota: { perMinute: 600, burst: 50, creditsPerDay: null, creditsPerMonth: null },
    canPrice: (ref) => ref.kind !== 'cash' && (ref.isin ?? ref.symbol) !== null,
    async fetchPrices(ref, context) {
      await context.spend();
      const found = closesOf(ref, await readFolder(options.folder, read));
      if (found.length === 0)
        return refuse('unknown_symbol', { reason: `no line of ${ref.isin ?? ref.symbol} in the files` });
      const usable = found.filter(({ currency }) => ref.kind === 'crypto' || currency === ref.currency);
      const newest = usable.at(-1);
      if (!newest) return refuse('wrong_currency', { reason: `the files have it in ${found.at(-1)?.currency}` });
      const sameCurrency = usable.filter(({ currency }) => currency === newest.currency);
      return ok({
        quote: {
          price: newest.close,
          currency: newest.currency,
          // A file has days and no hours: the end of that day, or now while the day lasts.
          marketAtMs: Math.min(Date.parse(`${newest.on}T23:59:59Z`), options.clock()),
          previousClose: sameCurrency.at(-2)?.close ?? null,
        },
        closes: sameCurrency.filter(({ on }) => on >= context.from),
        splits: [],
        providerSymbol: ref.isin ?? ref.symbol ?? '',
        providerName: null,
      });
    },
  };
}

/** Its closes over all files, oldest first; a later file wins the day. */
function closesOf(ref: InstrumentRef, files: readonly Closes[]): DailyClose[] {
  const names = [ref.isin, ref.symbol].filter((name) => name !== null).map((name) => name.toUpperCase());
  const byDay = new Map<LocalDate, DailyClose>();
  for (const closes of files) {
    for (const close of names.flatMap((name) => closes.get(name) ?? [])) byDay.set(close.on, close);
  }
  return [...byDay.values()].toSorted((a, b) => (a.on < b.on ? -1 : 1));
}

async function readFolder(folder: string, read: Map<string, ReadFile>): Promise<Closes[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw new Fault('provider_unreachable', `the folder ${folder} cannot be read`, { retryable: true, cause: error });
  });
  const files = names
    .filter((name) => name.toLowerCase().endsWith('.csv'))
    .toSorted((a, b) => a.localeCompare(b, 'en'));
  if (files.length > FILES_MAX) {
    throw new Fault('provider_answer_too_large', `${folder}: more than ${FILES_MAX} files`, { retryable: false });
  }
  const closes: Closes[] = [];
  for (const name of files) closes.push((await readOnce(join(folder, name), read)).closes);
  for (const known of read.keys()) if (!files.some((name) => join(folder, name) === known)) read.delete(known);
  return closes;
}

async function readOnce(path: string, read: Map<string, ReadFile>): Promise<ReadFile> {
  try {
    const { mtimeMs, size } = await stat(path);
    const mark = `${mtimeMs} ${size}`;
    const known = read.get(path);
    if (known?.mark === mark) return known;
    if (size > FILE_BYTES_MAX) {
      throw new Fault('provider_answer_too_large', `${path}: above ${FILE_BYTES_MAX} bytes`, { retryable: false });
    }
    const fresh = { mark, closes: parsePrices(path, await readFile(path, 'utf8')) };
    read.set(path, fresh);
    return fresh;
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw new Fault('provider_unreachable', `${path} cannot be read`, { retryable: true, cause: error });
  }
}

interface CsvRow {
  readonly record: Readonly<Record<string, string>>;
  readonly info: { readonly lines: number };
}

function parsePrices(path: string, text: string): Closes {
  const closes = new Map<string, DailyClose[]>();
  for (const { record, info } of rowsOf(path, text)) {
    const { date = '', price: figure = '', currency: quoted = '' } = record;
    const instrument = (record['instrument'] ?? '').trim().toUpperCase();
    if (FX_PAIR.test(instrument)) continue;
    const on = parseLocalDate(date.trim());
    const price = Decimal.parse(figure.trim());
    if (!on || !price || price.sign <= 0 || instrument === '' || !/^[A-Za-z]{3,10}$/.test(quoted.trim())) {
      throw unreadable(path, info.lines, 'write a day, an instrument, a price above zero and a currency');
    }
    const { currency, factor } = quoteUnitOf(quoted.trim());
    const known = closes.get(instrument) ?? [];
    known.push({ on, close: price.times(factor), currency });
    closes.set(instrument, known);
  }
  return closes;
}

function rowsOf(path: string, text: string): CsvRow[] {
  if (text !== '' && !text.endsWith('\n'))
    throw unreadable(path, text.split('\n').length, 'the last line has no end: is it still being copied?');
  let heads: string[] = [];
  try {
    const columns = (line: string[]): string[] => (heads = line.map((head) => head.trim().toLowerCase()));
    const rows: unknown = parse(text, { bom: true, columns, info: true, skip_empty_lines: true, trim: true });
    const missing = HEADS.filter((head) => !heads.includes(head));
    if (missing.length === 0) return rows as CsvRow[];
    throw unreadable(path, 1, `the first line has no ${missing.join(', ')}`);
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw unreadable(path, 1, error instanceof Error ? error.message : 'not a CSV file');
  }
}

function unreadable(path: string, line: number, detail: string): Fault {
  return new Fault('provider_answer_unreadable', `${path}, line ${line}: ${detail}`, { retryable: true });
}
