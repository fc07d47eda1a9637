/**
 * Instruments: what a holding is. Rules for recognising one from what a person or a file wrote about it.
 * Source of the check digit: ISO 6166 (Luhn over the letters expanded to two digits).
 */
import { ok, refuse, type Result } from '#kernel';

export const INSTRUMENT_KINDS = ['crypto', 'stock', 'fund', 'etf', 'bond', 'cash', 'other'] as const;
export type InstrumentKind = (typeof INSTRUMENT_KINDS)[number];

/** What somebody wrote about an instrument; at least one of symbol, ISIN or name must tell it apart. */
export interface InstrumentDraft {
  readonly kind: InstrumentKind;
  readonly symbol?: string | undefined;
  readonly isin?: string | undefined;
  readonly name: string;
  /** Currency its price is quoted in: ISO 4217, or a coin such as USDT. */
  readonly currency: string;
}

export interface Instrument {
  readonly id: string;
  readonly workspaceId: string;
  readonly kind: InstrumentKind;
  readonly symbol: string | null;
  readonly isin: string | null;
  readonly name: string;
  readonly currency: string;
  /** What the live provider calls it; null until a price was found. */
  readonly providerSymbol: string | null;
  readonly providerName: string | null;
  /** Why the last fetch gave no usable price; null when it did. */
  readonly priceProblem: string | null;
  readonly version: number;
}

export type DraftRefusal = 'isin_invalid' | 'symbol_invalid' | 'currency_invalid' | 'instrument_unnamed';

/** A draft in the spelling the store compares: upper-case codes, folded name. */
export interface NormalisedDraft {
  readonly kind: InstrumentKind;
  readonly symbol: string | null;
  readonly isin: string | null;
  readonly name: string;
  readonly nameKey: string;
  readonly currency: string;
}

const ISIN = /^[A-Z]{2}[A-Z0-9]{9}\d$/;
const SYMBOL = /^[A-Z0-9][A-Z0-9.\-=^:_]{0,31}$/;
const CURRENCY = /^[A-Z][A-Z0-9]{2,9}$/;
const CRYPTO_PAIR = /^([A-Z0-9]{1,15})[-/](?:EUR|USD|GBP|CHF|USDT|USDC)$/;
const NAME_LENGTH_MAX = 200;

/** True for a well-formed ISIN whose check digit is right. */
export function isValidIsin(text: string): boolean {
  if (!ISIN.test(text)) return false;
  const digits = Array.from(text, (character) => Number.parseInt(character, 36).toString()).join('');
  let total = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const digit = Number(digits[digits.length - 1 - index]);
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    total += doubled > 9 ? doubled - 9 : doubled;
  }
  return total % 10 === 0;
}

/** Brings a draft to the spelling the store compares; refuses what cannot name anything. Stores nothing. */
export function checkInstrumentDraft(draft: InstrumentDraft): Result<NormalisedDraft, DraftRefusal> {
  const isin = blankToNull(draft.isin?.replaceAll(/[\s-]/g, '').toUpperCase());
  if (isin !== null && !isValidIsin(isin)) return refuse('isin_invalid', { isin: isin.slice(0, 40) });
  const currency = draft.currency.trim().toUpperCase();
  if (!CURRENCY.test(currency)) return refuse('currency_invalid', { currency: currency.slice(0, 40) });
  const symbol = draft.kind === 'cash' ? currency : blankToNull(normaliseSymbol(draft.symbol ?? '', draft.kind));
  if (symbol !== null && !SYMBOL.test(symbol)) return refuse('symbol_invalid', { symbol: symbol.slice(0, 40) });
  const name = draft.name.trim().replaceAll(/\s+/g, ' ').slice(0, NAME_LENGTH_MAX) || (symbol ?? isin ?? '');
  if (name === '') return refuse('instrument_unnamed');
  return ok({ kind: draft.kind, symbol, isin, name, nameKey: foldName(name), currency });
}

/** Comparable form of a name: no accents, lower case, single spaces. */
export function foldName(name: string): string {
  const bare = name.normalize('NFD').replaceAll(/\p{Diacritic}/gu, '');
  return bare
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

export type Match = { readonly outcome: 'same'; readonly instrument: Instrument } | { readonly outcome: 'new' };

/**
 * Decides which known instrument a draft means. The ISIN decides when both sides have one; then symbol and kind
 * (and currency, because one ticker names different companies on different exchanges; a coin is the same coin in
 * every currency); then the name. Refuses when two known instruments fit, so different things are never merged silently.
 */
export function matchInstrument(
  draft: NormalisedDraft,
  known: readonly Instrument[],
): Result<Match, 'instrument_ambiguous'> {
  if (draft.isin !== null) {
    const byIsin = known.find((instrument) => instrument.isin === draft.isin);
    if (byIsin) return ok({ outcome: 'same', instrument: byIsin });
  }
  const fitting = known.filter((instrument) => isSameThing(draft, instrument));
  const [first, second] = fitting;
  if (!first) return ok({ outcome: 'new' });
  if (!second) return ok({ outcome: 'same', instrument: first });
  return refuse('instrument_ambiguous', {
    symbol: draft.symbol,
    name: draft.name,
    candidates: fitting.map((instrument) => instrument.isin ?? instrument.name),
  });
}

function isSameThing(draft: NormalisedDraft, instrument: Instrument): boolean {
  if (draft.isin !== null && instrument.isin !== null) return false; // Two different ISINs are two securities.
  if (!areKindsCompatible(draft.kind, instrument.kind)) return false;
  if (draft.kind !== 'crypto' && draft.currency !== instrument.currency) return false;
  if (draft.symbol !== null && instrument.symbol !== null) return draft.symbol === instrument.symbol;
  // Without two symbols to compare, the name must agree: never a symbol on one side alone.
  return draft.nameKey === foldName(instrument.name);
}

const LISTED: ReadonlySet<InstrumentKind> = new Set(['stock', 'etf', 'fund']);

/** People call an ETF a fund or a share, never a bond or a coin. */
function areKindsCompatible(one: InstrumentKind, other: InstrumentKind): boolean {
  if (one === other) return true;
  return LISTED.has(one) && LISTED.has(other);
}

function normaliseSymbol(text: string, kind: InstrumentKind): string {
  const symbol = text.trim().toUpperCase().replaceAll(/\s+/g, '');
  if (kind !== 'crypto') return symbol;
  return CRYPTO_PAIR.exec(symbol)?.[1] ?? symbol;
}

function blankToNull(text: string | undefined): string | null {
  return text === undefined || text === '' ? null : text;
}
