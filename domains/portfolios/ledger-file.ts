/**
 * Ledger and prices files of the command line: the contract users script against. Plain decimals with a dot, days as
 * YYYY-MM-DD, one event or price per line; columns are found by name. Parses only; what a line cannot say is a warning
 * with its line, never a guess. (What people really keep in spreadsheets is read by `imports/`.)
 */
import { Decimal, epochDay, type LocalDate, parseLocalDate } from '#kernel';
import { parse } from 'csv-parse/sync';
import type { FxRate } from './fx-table.ts';
import { checkLedgerEvent, type LedgerEvent, LEDGER_EVENT_ADVICE } from './ledger-event-check.ts';
import { withTargetFacts } from './ledger-target.ts';
import type { InstrumentDraft, LedgerEventDraft, SplitRatio } from './ledger-event.ts';
import { parseLedgerEventType } from './ledger-event-words.ts';
import { KEY_MARK, parseLotPicks } from './lot-pick.ts';
import type { DatedFlow } from './performance/money-weighted.ts';

export interface FileWarning {
  readonly code: string;
  readonly message: string;
  /** Line of the file, 1-based with its header; null when it is about no line. */
  readonly line: number | null;
}

export interface FilePrice {
  readonly instrument: string;
  readonly date: LocalDate;
  readonly price: Decimal;
  readonly currency: string;
}

export interface LedgerFile {
  readonly events: readonly LedgerEvent[];
  readonly warnings: readonly FileWarning[];
}

export interface PricesFile {
  readonly prices: readonly FilePrice[];
  readonly rates: readonly FxRate[];
  readonly warnings: readonly FileWarning[];
}

const ACCOUNT_DEFAULT = 'Main'; // A file about one account need not name it.
const FX_PAIR = /^([A-Z][A-Z0-9]{2,9})\/([A-Z][A-Z0-9]{2,9})$/;
const TYPES_OF_CASH = ['deposit', 'withdrawal', 'interest', 'fee', 'tax', 'opening', 'transfer_in', 'transfer_out'];

const LOTS_ADVICE = 'Write the lots as the day they were bought and the units: 2024-01-05:10 2024-03-01:2.5';

type Cells = Readonly<Record<string, string>>;

/** One line of a table by its heads, in lower case. */
export interface LedgerLine {
  readonly cells: Cells;
  readonly line: number;
}

export interface LedgerReading {
  /** Currency of lines that name none. */
  readonly currency: string;
  /** Tells what a fund's target was worth, where its line does not. */
  readonly prices: Pick<PricesFile, 'prices'>;
}

/** Reads a ledger file. Lines that are refused are left out and named. */
export function parseLedgerFile(text: string, reading: LedgerReading): LedgerFile {
  return parseLedgerLines(readLines(text), reading);
}

/** Reads the lines of a ledger, wherever they were written. */
export function parseLedgerLines(lines: readonly LedgerLine[], { currency, prices }: LedgerReading): LedgerFile {
  const events: LedgerEvent[] = [];
  const warnings: FileWarning[] = [];
  const openers = new Map(lines.map(({ cells, line }) => [`${KEY_MARK}${cells['key'] ?? ''}`, keyOfLine(line)]));
  for (const { cells, line } of lines) {
    const written = draftOfLine(cells, { line, fallbackCurrency: currency, openers });
    if ('code' in written) {
      warnings.push(written);
      continue;
    }
    const { draft, warning } = withTargetFacts(written, prices.prices);
    if (warning) warnings.push(warning);
    const checked = checkLedgerEvent(draft);
    if (checked.ok) events.push(checked.value);
    else {
      const message = `${draft.type}: ${LEDGER_EVENT_ADVICE[checked.code]}`;
      warnings.push({ code: checked.code, message, line });
    }
  }
  return { events, warnings };
}

/** Reads a prices file; `EUR/USD` rows are exchange rates: units of the second currency per one of the first. */
export function parsePricesFile(text: string): PricesFile {
  const prices: FilePrice[] = [];
  const rates: FxRate[] = [];
  const warnings: FileWarning[] = [];
  for (const { cells, line } of readLines(text)) {
    const date = parseLocalDate(cells['date'] ?? '');
    const price = Decimal.parse(cells['price'] ?? '');
    const instrument = cells['instrument'] ?? '';
    const currency = cells['currency'] ?? '';
    const [, from, to] = FX_PAIR.exec(instrument) ?? [];
    if (!date || !price || price.sign < 0 || instrument === '' || (currency === '' && !from)) {
      warnings.push({ code: 'price_line_not_valid', message: 'Write date, instrument, price and currency.', line });
    } else if (from && to) rates.push({ from, to, date, rate: price });
    else prices.push({ instrument, date, price, currency });
  }
  return { prices, rates, warnings };
}

export interface FlowsFile {
  readonly flows: readonly DatedFlow[];
  readonly warnings: readonly FileWarning[];
}

/** Reads `date,amount` lines of cash flows, for a money-weighted return. */
export function parseFlowsFile(text: string): FlowsFile {
  const flows: DatedFlow[] = [];
  const warnings: FileWarning[] = [];
  for (const { cells, line } of readLines(text)) {
    const date = parseLocalDate(cells['date'] ?? '');
    const amount = Decimal.parse(cells['amount'] ?? '');
    if (date && amount) flows.push({ day: epochDay(date), flow: amount.toStatistic() });
    else
      warnings.push({ code: 'flow_line_not_valid', message: 'Write a day as YYYY-MM-DD and a plain decimal.', line });
  }
  return { flows, warnings };
}

function readLines(text: string): LedgerLine[] {
  const rows = parse(text, {
    bom: true,
    columns: (heads: string[]) => heads.map((head) => head.trim().toLowerCase()),
    delimiter: [',', ';', '\t'],
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
  }) as unknown as { record: Cells; info: { lines: number } }[];
  return rows.map(({ record, info }) => ({ cells: record, line: info.lines }));
}

interface LineContext {
  readonly line: number;
  readonly fallbackCurrency: string;
  /** What the key of another line, which a named lot may say, is here. */
  readonly openers: ReadonlyMap<string, string>;
}

function keyOfLine(line: number): string {
  return `line ${line}`;
}

function draftOfLine(cells: Cells, { line, fallbackCurrency, openers }: LineContext): LedgerEventDraft | FileWarning {
  const type = parseLedgerEventType(cells['type'] ?? '');
  if (!type) return { code: 'event_type_unknown', message: `Unknown type “${cells['type'] ?? ''}”.`, line };
  const date = parseLocalDate(cells['date'] ?? '');
  if (!date)
    return { code: 'date_not_valid', message: `Write the day as YYYY-MM-DD, not “${cells['date'] ?? ''}”.`, line };
  const figures = figuresOf(cells, type);
  if ('column' in figures) {
    return {
      code: 'figure_not_valid',
      message: `Column ${figures.column}: “${figures.text}” is not a plain decimal.`,
      line,
    };
  }
  const lots = parseLotPicks(cells['lots'] ?? '');
  if (!lots) return { code: 'lots_not_valid', message: LOTS_ADVICE, line };
  const currency = (cells['currency'] ?? '') || fallbackCurrency;
  const named = (cells['instrument'] ?? '').trim();
  const to = (cells['to'] ?? '').trim();
  // Cash written as its own currency (`EUR` in a deposit of euros) is cash, not an instrument.
  const instrument = named === currency && TYPES_OF_CASH.includes(type) ? '' : named;
  return {
    type,
    date,
    accountName: (cells['account'] ?? '') || ACCOUNT_DEFAULT,
    currency,
    note: cells['note'] ?? '',
    idempotencyKey: keyOfLine(line),
    source: { sheet: 'ledger', row: line },
    ...figures,
    ...(lots.length > 0 && {
      lots: lots.map((lot) => ({ ...lot, openedBy: lot.openedBy && (openers.get(lot.openedBy) ?? lot.openedBy) })),
    }),
    ...(instrument !== '' && { instrument: instrumentOf(instrument, currency) }),
    ...(to !== '' && { toInstrument: instrumentOf(to, currency) }),
  };
}

function instrumentOf(name: string, currency: string): InstrumentDraft {
  return { kind: 'other', symbol: name, name, currency };
}

/** Column of the file and field of the draft; `to_quantity` is optional in a file (units of a traspaso's target). */
const FIGURE_COLUMNS = [
  ['quantity', 'quantity'],
  ['price', 'price'],
  ['amount', 'amount'],
  ['fee', 'fee'],
  ['tax', 'tax'],
  ['fx', 'fx'],
  ['to_quantity', 'toQuantity'],
] as const;

type Figures = Partial<Record<(typeof FIGURE_COLUMNS)[number][1], Decimal>> & {
  readonly splitRatio?: SplitRatio;
};

function figuresOf(cells: Cells, type: string): Figures | { readonly column: string; readonly text: string } {
  const figures: Record<string, Decimal | SplitRatio> = {};
  for (const [column, field] of FIGURE_COLUMNS) {
    const text = cells[column] ?? '';
    if (text === '') continue;
    const [newText = '', oldText] = text.split(':');
    const figure = Decimal.parse(newText);
    const old = oldText === undefined ? null : Decimal.parse(oldText);
    const isRatio = column === 'quantity' && type === 'split' && oldText !== undefined;
    if (!figure || (oldText !== undefined && (!isRatio || !old))) return { column, text };
    if (isRatio && old) figures['splitRatio'] = { newUnits: figure, oldUnits: old };
    else figures[field] = figure;
  }
  return figures;
}
