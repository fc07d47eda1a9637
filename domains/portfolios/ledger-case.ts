/**
 * Case files: scenarios a bookkeeper can read and redo by hand. One line is one fact or one expectation; `#` comments.
 *   2025-01-02 buy 10 ACME @ 100.00 EUR fee 1.00 tax 0.20 fx 0.9 account Broker
 *   2025-01-02 opening 10 ACME amount 1000 EUR · deposit 500 EUR · dividend 12 EUR ACME tax 2 · split ACME 7:3
 *   2025-01-02 traspaso 4 FUNDA to FUNDB units 8 · merger 5 OLD to NEW (units of NEW) amount 12 EUR @ 30 (price of NEW)
 *   2025-02-03 sell 5 ACME @ 130 EUR lots 2025-01-03:2+2025-01-02:3
 *   base EUR · account Broker EUR · price 2025-01-31 ACME 120 EUR · fx 2025-01-01 EUR/USD 1.10
 *   kind ACME fund ES0113900J37 · listing ACME unlisted · carried 2023 gains 500 · today 2026-11-22 (tax cases)
 *   method lifo · expect twr 2025-01-01 2025-12-31 = 0.315 (six decimals) · expect xirr 2025-01-01 2025-12-31 = multiple
 *   expect realised 2025 = 118.60 EUR · expect profit 2025-12-31 = 1500 EUR · expect refused line 3 sells_more_than_held
 *   class ACME stock · benchmark 60 WORLD · expect attribution 2025-01-02 2025-01-31 = 0.068 against 0.055
 *   expect allocation 2025-01-02 2025-01-31 stock = 0.0025 (selection, interaction; contribution and excess of a holding)
 * Parses only; the runner of the tests computes and compares.
 */
import { assert, Decimal, type LocalDate, parseLocalDate } from '#kernel';
import type { FxRate } from './fx-table.ts';
import { LOT_METHODS, type LotMethod } from './lot.ts';
import { INSTRUMENT_KINDS, type InstrumentKind, type LedgerEventDraft, type SplitRatio } from './ledger-event.ts';
import { parseLedgerEventType } from './ledger-event-words.ts';
import { parseLotPicks } from './lot-pick.ts';
import type { CarriedLoss } from './tax/compensation.ts';
import { type Listing, LISTINGS } from './tax/jurisdiction.ts';

export interface CasePrice {
  readonly date: LocalDate;
  readonly instrument: string;
  readonly price: Decimal;
  readonly currency: string;
}

/** `figure subject = value`: `realised 2025`, `quantity ACME`, `profit 2025-12-31`. */
export interface CaseExpectation {
  readonly line: number;
  readonly figure: string;
  readonly subjects: readonly string[];
  readonly expected: string;
}

/** One instrument of the blend that attribution is asked against; the weights are percent. */
export interface CaseBenchmark {
  readonly instrument: string;
  readonly weightPercent: number;
}

export interface LedgerCase {
  readonly classes: ReadonlyMap<string, string>;
  readonly benchmark: readonly CaseBenchmark[];
  readonly baseCurrency: string;
  readonly method: LotMethod;
  readonly accountCurrencies: ReadonlyMap<string, string>;
  readonly drafts: readonly LedgerEventDraft[];
  readonly prices: readonly CasePrice[];
  readonly rates: readonly FxRate[];
  readonly expectations: readonly CaseExpectation[];
  readonly kinds: ReadonlyMap<string, { readonly kind: InstrumentKind; readonly isin: string | null }>;
  readonly listings: ReadonlyMap<string, Listing>;
  readonly carried: readonly CarriedLoss[];
  readonly today: LocalDate | null;
}

const DEFAULT_ACCOUNT = 'Main';
const OPTION_WORDS = ['fee', 'tax', 'fx', 'account', 'amount', 'to', 'units', 'lots'];
/** Types whose line starts with units, with or without a price. */
const UNIT_TYPES = ['buy', 'sell', 'short', 'cover', 'bonus', 'spinoff', 'merger', 'traspaso'];

/** Reads a case; an unreadable line is a mistake of its author and throws, naming the line. */
export function parseLedgerCase(text: string): LedgerCase {
  const parsed = {
    baseCurrency: 'EUR',
    method: 'fifo' as LotMethod,
    accountCurrencies: new Map<string, string>(),
    drafts: [] as LedgerEventDraft[],
    prices: [] as CasePrice[],
    rates: [] as FxRate[],
    expectations: [] as CaseExpectation[],
    kinds: new Map<string, { kind: InstrumentKind; isin: string | null }>(),
    listings: new Map<string, Listing>(),
    carried: [] as CarriedLoss[],
    today: null as LocalDate | null,
    classes: new Map<string, string>(),
    benchmark: [] as CaseBenchmark[],
  };
  for (const [index, raw] of text.split('\n').entries()) {
    const line = index + 1;
    const words = (raw.split('#')[0] ?? '').trim().split(/\s+/).filter(Boolean);
    const [head = '', ...rest] = words;
    if (head === '') continue;
    if (head === 'base') parsed.baseCurrency = wordAt(rest, 0, line);
    else if (head === 'method') parsed.method = parseMethod(rest, line);
    else if (head === 'account') parsed.accountCurrencies.set(wordAt(rest, 0, line), wordAt(rest, 1, line));
    else if (head === 'class') parsed.classes.set(wordAt(rest, 0, line), wordAt(rest, 1, line));
    else if (head === 'benchmark') parsed.benchmark.push(parseBenchmark(rest, line));
    else if (head === 'price') parsed.prices.push(parsePrice(rest, line));
    else if (head === 'fx') parsed.rates.push(parseRate(rest, line));
    else if (head === 'kind') parsed.kinds.set(wordAt(rest, 0, line), parseKind(rest, line));
    else if (head === 'listing') parsed.listings.set(wordAt(rest, 0, line), parseListing(rest, line));
    else if (head === 'carried') parsed.carried.push(parseCarried(rest, line));
    else if (head === 'today') parsed.today = dayAt(rest, 0, line);
    else if (head === 'expect') parsed.expectations.push(parseExpectation(rest, line));
    else parsed.drafts.push(parseEvent(words, line));
  }
  return parsed;
}

function parseMethod(words: readonly string[], line: number): LotMethod {
  const method = LOT_METHODS.find((name) => name === wordAt(words, 0, line));
  assert(method, `case line ${line}: unknown method`);
  return method;
}

function parseKind(words: readonly string[], line: number): { kind: InstrumentKind; isin: string | null } {
  const kind = INSTRUMENT_KINDS.find((name) => name === wordAt(words, 1, line));
  assert(kind, `case line ${line}: unknown kind`);
  return { kind, isin: words[2] ?? null };
}

function parseListing(words: readonly string[], line: number): Listing {
  const listing = LISTINGS.find((name) => name === wordAt(words, 1, line));
  assert(listing, `case line ${line}: unknown listing`);
  return listing;
}

function parseCarried(words: readonly string[], line: number): CarriedLoss {
  const basket = (['gains', 'income'] as const).find((name) => name === wordAt(words, 1, line));
  assert(basket, `case line ${line}: gains or income`);
  return { year: Number(wordAt(words, 0, line)), basket, amount: figureAt(words, 2, line) };
}

function parseBenchmark(words: readonly string[], line: number): CaseBenchmark {
  return { weightPercent: Number(wordAt(words, 0, line)), instrument: wordAt(words, 1, line) };
}

function parsePrice(words: readonly string[], line: number): CasePrice {
  const price = figureAt(words, 2, line);
  return { date: dayAt(words, 0, line), instrument: wordAt(words, 1, line), price, currency: wordAt(words, 3, line) };
}

function parseRate(words: readonly string[], line: number): FxRate {
  const [from = '', to = ''] = wordAt(words, 1, line).split('/');
  return { from, to, date: dayAt(words, 0, line), rate: figureAt(words, 2, line) };
}

function parseExpectation(words: readonly string[], line: number): CaseExpectation {
  const equals = words.indexOf('=');
  assert(equals > 0 && words.length > equals + 1, `case line ${line}: expect FIGURE [subject…] = VALUE`);
  return {
    line,
    figure: wordAt(words, 0, line),
    subjects: words.slice(1, equals),
    expected: words.slice(equals + 1).join(' '),
  };
}

/** `DATE TYPE [quantity] [INSTRUMENT] [@ price] [amount] [CURRENCY] [option value …]`. */
function parseEvent(words: readonly string[], line: number): LedgerEventDraft {
  const date = dayAt(words, 0, line);
  const type = parseLedgerEventType(wordAt(words, 1, line));
  assert(type, `case line ${line}: unknown type ${words[1] ?? ''}`);
  const { plain, options } = divideOptions(words.slice(2), line);
  const option = (name: string): Decimal | undefined => {
    const value = options.get(name);
    return value === undefined ? undefined : readFigure(value, line);
  };
  const facts = type === 'split' ? splitFacts(plain, line) : moneyFacts(plain, line, isUnitsType(type, plain));
  const currency = facts.currency ?? 'EUR';
  const amount = option('amount') ?? facts.amount;
  const [fee, tax, fx, toQuantity] = [option('fee'), option('tax'), option('fx'), option('units')];
  const to = options.get('to');
  const lots = parseLotPicks(options.get('lots') ?? '');
  assert(lots, `case line ${line}: lots are DAY:UNITS+DAY:UNITS`);
  return {
    type,
    date,
    accountName: options.get('account') ?? DEFAULT_ACCOUNT,
    currency,
    idempotencyKey: `line ${line}`,
    source: { sheet: 'case', row: line },
    ...(facts.instrument && {
      instrument: { kind: 'stock' as const, symbol: facts.instrument, name: facts.instrument, currency },
    }),
    ...(facts.quantity && { quantity: facts.quantity }),
    ...(facts.splitRatio && { splitRatio: facts.splitRatio }),
    ...(facts.price && { price: facts.price }),
    ...(amount && { amount }),
    ...(fee && { fee }),
    ...(tax && { tax }),
    ...(fx && { fx }),
    ...(to !== undefined && { toInstrument: { kind: 'stock' as const, symbol: to, name: to, currency } }),
    ...(toQuantity && { toQuantity }),
    ...(lots.length > 0 && { lots }),
  };
}

interface Facts {
  readonly instrument?: string;
  readonly quantity?: Decimal;
  readonly price?: Decimal;
  readonly amount?: Decimal;
  readonly currency?: string;
  readonly splitRatio?: SplitRatio;
}

/** Units come first in `10 ACME @ 100 EUR` and `10 ACME`; money first in `500 EUR` and `12 EUR ACME`. */
function isUnitsType(type: LedgerEventDraft['type'], plain: readonly string[]): boolean {
  if (plain.includes('@')) return true;
  if (UNIT_TYPES.includes(type)) return true;
  return ['transfer_in', 'transfer_out', 'opening'].includes(type) && !isCurrencyWord(plain[1] ?? '');
}

function isCurrencyWord(word: string): boolean {
  return ['EUR', 'USD', 'GBP', 'CHF', 'USDT'].includes(word);
}

function moneyFacts(plain: readonly string[], line: number, hasUnits: boolean): Facts {
  if (!hasUnits) {
    const instrument = plain[2];
    const cash = { amount: figureAt(plain, 0, line), currency: wordAt(plain, 1, line) };
    return instrument === undefined ? cash : { ...cash, instrument };
  }
  const at = plain.indexOf('@');
  const currency = plain.at(-1) ?? '';
  return {
    quantity: figureAt(plain, 0, line),
    instrument: wordAt(plain, 1, line),
    ...(at > 0 && { price: figureAt(plain, at + 1, line) }),
    ...(isCurrencyWord(currency) && { currency }),
  };
}

function splitFacts(plain: readonly string[], line: number): Facts {
  const [newUnits = '', oldUnits = '1'] = wordAt(plain, 1, line).split(':');
  const splitRatio = { newUnits: readFigure(newUnits, line), oldUnits: readFigure(oldUnits, line) };
  return { instrument: wordAt(plain, 0, line), splitRatio };
}

function divideOptions(words: readonly string[], line: number): { plain: string[]; options: Map<string, string> } {
  const options = new Map<string, string>();
  const plain: string[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (!OPTION_WORDS.includes(word)) plain.push(word);
    else options.set(word, wordAt(words, (index += 1), line));
  }
  return { plain, options };
}

function wordAt(words: readonly string[], index: number, line: number): string {
  const word = words[index];
  assert(word !== undefined, `case line ${line}: a word is missing`);
  return word;
}

function figureAt(words: readonly string[], index: number, line: number): Decimal {
  return readFigure(wordAt(words, index, line), line);
}

function readFigure(text: string, line: number): Decimal {
  const figure = Decimal.parse(text);
  assert(figure, `case line ${line}: not a figure: ${text}`);
  return figure;
}

function dayAt(words: readonly string[], index: number, line: number): LocalDate {
  const date = parseLocalDate(wordAt(words, index, line));
  assert(date, `case line ${line}: not a day: ${words[index] ?? ''}`);
  return date;
}
