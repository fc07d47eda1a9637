/** Row facts shared by all layouts: which instrument, which currency, which account, which note a row names. */
import { Decimal, type LocalDate } from '#kernel';
import { type InstrumentDraft, type InstrumentKind } from '../ledger-event.ts';
import type { ReadFigure, RowReader } from './column-reading.ts';
import type { SheetMapping } from './mapping.ts';
import { cellAt, type SheetRow } from './sheet.ts';
import { currencyIn, isIsin, textKey } from './text-key.ts';

/** What the planners need to know besides the row. */
export interface PlanContext {
  readonly today: LocalDate;
  readonly openingDate: LocalDate;
  readonly accountName: string;
  /** A person said the account of rows without one; a preset's own name then gives way. */
  readonly isAccountNamed: boolean;
  readonly currency: string;
  readonly mapping: SheetMapping;
  /** The row of the heads, for what a preset reads besides its columns; null when the sheet has none. */
  readonly headerRow: SheetRow | null;
  readonly headers: ReadonlyMap<number, string>;
}

const NOTE_CHARS_MAX = 500;
const KIND_WORDS: readonly (readonly [InstrumentKind, RegExp])[] = [
  ['crypto', /\b(cripto|crypto|criptomonedas?|coin|token|stablecoin)\b/],
  ['etf', /\b(etfs?|etc|etp|ucits)\b/],
  ['fund', /\b(fondos?|fund|funds|fi|fim|sicav|indexado|planes? de pensiones|plan de pensiones|mutual)\b/],
  ['bond', /\b(bonos?|bonds?|letras?|obligacion|obligaciones|renta fija|treasury|deuda)\b/],
  ['cash', /\b(efectivo|liquidez|cash|cuenta corriente|cuenta remunerada|cuenta ahorro|deposito|saldo)\b/],
  ['stock', /\b(accion|acciones|stocks?|shares?|equity|equities|renta variable|bolsa)\b/],
];
const COINS = new Set(
  'BTC ETH SOL ADA XRP DOT DOGE AVAX LINK MATIC POL LTC BCH UNI ATOM XLM ALGO NEAR FTM SAND MANA AAVE BNB TRX SHIB PEPE ARB OP INJ SUI APT TIA RNDR KAS USDT USDC DAI XMR FIL ICP HBAR VET EGLD GRT IMX STX RUNE TON'.split(
    ' ',
  ),
);

/** The instrument a row names; null when it names none. */
export function instrumentOf(
  reader: RowReader,
  facts: { currency: string; fallbackKind: InstrumentKind | null },
): InstrumentDraft | null {
  const identifier = reader.text('identifier');
  const identified = identifier === null ? {} : readIdentifier(identifier);
  const isinText = reader.text('isin')?.toUpperCase().replaceAll(' ', '');
  // An ISIN column sometimes holds a ticker, and the other way round: the shape decides, not the header.
  const inSymbol = readIdentifier(reader.text('symbol') ?? '');
  const isin = isinText !== undefined && isIsin(isinText) ? isinText : (identified.isin ?? inSymbol.isin);
  const symbol =
    inSymbol.symbol ??
    identified.symbol ??
    (isinText !== undefined && isin === undefined ? readIdentifier(isinText).symbol : undefined);
  const name = reader.text('name') ?? identified.name ?? symbol ?? isin;
  if (name === undefined) return null;
  const kind = kindOf({ kindText: reader.text('kind') ?? '', name, symbol, isin, fallbackKind: facts.fallbackKind });
  return {
    kind,
    name: name.slice(0, 200),
    currency: facts.currency,
    ...(symbol === undefined ? {} : { symbol }),
    ...(isin === undefined ? {} : { isin }),
  };
}

/** Tells an ISIN, a ticker and a name apart by shape. */
export function readIdentifier(text: string): { isin?: string; symbol?: string; name?: string } {
  const trimmed = text.trim();
  if (trimmed === '') return {};
  const upper = trimmed.toUpperCase().replaceAll(/[\s-]/g, '');
  if (isIsin(upper)) return { isin: upper };
  if (/^[A-Z0-9][A-Z0-9.\-=^:_/]{0,14}$/i.test(trimmed) && !/^\d+$/.test(trimmed))
    return { symbol: trimmed.toUpperCase() };
  return { name: trimmed };
}

interface KindClues {
  readonly kindText: string;
  readonly name: string;
  readonly symbol: string | undefined;
  readonly isin: string | undefined;
  readonly fallbackKind: InstrumentKind | null;
}

function kindOf({ kindText, name, symbol, isin, fallbackKind }: KindClues): InstrumentKind {
  const said = KIND_WORDS.find(([, words]) => words.test(textKey(kindText)))?.[0];
  if (said !== undefined) return said;
  if (fallbackKind !== null) return fallbackKind;
  const named = KIND_WORDS.find(
    ([kind, words]) => kind !== 'cash' && kind !== 'stock' && words.test(textKey(name)),
  )?.[0];
  if (named !== undefined) return named;
  if (isin === undefined && symbol !== undefined && COINS.has(symbol.split(/[-/]/)[0] ?? '')) return 'crypto';
  return isin === undefined && symbol === undefined ? 'other' : 'stock';
}

/** The currency of a figure: its own, its header's, the row's, the sheet's, then the portfolio's. */
export function currencyOf(
  reader: RowReader,
  context: PlanContext,
  figures: readonly (readonly [figure: ReadFigure | null, header: string | null])[],
): string {
  const written = reader.text('currency');
  const stated = written === null ? null : (currencyIn(written) ?? codeOf(written));
  if (stated !== null) return stated;
  for (const [figure, header] of figures) {
    const named = figure?.currency ?? (figure ? header : null);
    if (named) return named;
  }
  return context.mapping.currency ?? context.currency;
}

function codeOf(text: string): string | null {
  return /^[A-Za-z][A-Za-z0-9]{2,9}$/.test(text) ? text.toUpperCase() : null;
}

export function accountOf(reader: RowReader, context: PlanContext): string {
  return (reader.text('account') ?? context.accountName).slice(0, 120);
}

/** Everything the ledger has no place for: sector, targets, highs, unknown columns, the row's own note. */
export function noteOf(reader: RowReader, context: PlanContext, extra: readonly string[] = []): string | null {
  const parts = [...extra];
  const sector = reader.text('sector');
  if (sector !== null) parts.push(`Sector: ${sector}`);
  for (const column of context.mapping.informationColumns) {
    const cell = cellAt(reader.row, column);
    const text = cell?.text.replaceAll(/\s+/g, ' ').trim();
    if (cell && text && cell.kind !== 'error')
      parts.push(`${context.headers.get(column) ?? ''}: ${text}${cell.unit === '%' ? ' (×1)' : ''}`);
  }
  const own = reader.text('note');
  if (own !== null) parts.push(own);
  return parts.length === 0 ? null : parts.join(' · ').slice(0, NOTE_CHARS_MAX);
}

const TOLERANCE_PERCENT = Decimal.from('2');

/** True when two figures differ by more than rounding and fees explain. */
export function differsClearly(expected: Decimal, written: Decimal): boolean {
  const gap = expected.minus(written).absolute().times(Decimal.from('100'));
  return gap.compare(written.absolute().times(TOLERANCE_PERCENT)) > 0;
}

/** A figure as people read it in a message: at most `digits` decimals. */
export function shortText(value: Decimal, digits = 8): string {
  return value.rounded(digits, 'half-up').toString();
}
