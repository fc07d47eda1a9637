/**
 * Exact rows: our own export read back. Every field is taken as it stands, because the file is the ledger's own words: the
 * usual reading would tidy names, guess kinds and drop signs, and the copy would no longer be the ledger.
 */
import { Decimal, parseLocalDate } from '#kernel';
import { unguardedText } from '../exports/export-table.ts';
import { INSTRUMENT_KINDS, LEDGER_EVENT_TYPES, type InstrumentDraft, type InstrumentKind } from '../ledger-event.ts';
import { parseLotPicks } from '../lot-pick.ts';
import type { RowReader } from './column-reading.ts';
import type { Field } from './field.ts';
import type { KeylessDraft } from './planned-row.ts';
import type { PlanContext } from './row-facts.ts';

const FIGURES = [
  ['quantity', 'quantity'],
  ['price', 'price'],
  ['amount', 'amount'],
  ['fee', 'fee'],
  ['tax', 'tax'],
  ['fx', 'fx'],
  ['to_quantity', 'toQuantity'],
] as const satisfies readonly (readonly [Field, keyof KeylessDraft])[];

const KEY_CHARS_MAX = 200; // Ours have at most 110; a longer one was not written by us.

/** Plans one row of our own export; null when it has an issue that stops it. */
export function planExact(reader: RowReader, context: PlanContext): KeylessDraft[] | null {
  const type = LEDGER_EVENT_TYPES.find((known) => known === textOf(reader, 'type'));
  const written = textOf(reader, 'date');
  const date = written === null ? null : parseLocalDate(written.slice(0, 10));
  if (!type) reader.say('type_unknown', 'error', { field: 'type', params: { text: textOf(reader, 'type') ?? '' } });
  if (!date) reader.say('day_unreadable', 'error', { field: 'date', params: { text: written ?? '' } });
  const currency = textOf(reader, 'currency') ?? context.currency;
  const figures = figuresOf(reader, type === 'split');
  if (!type || !date || reader.hasError) return null;
  const accountCurrency = textOf(reader, 'account_currency');
  const note = textOf(reader, 'note');
  const key = textOf(reader, 'key');
  const named = textOf(reader, 'lots') ?? '';
  const lots = parseLotPicks(named);
  if (!lots) reader.say('lots_unreadable', 'error', { field: 'lots', params: { text: named.slice(0, 60) } });
  const instrument = instrumentOf(reader, currency);
  const target = targetOf(reader, currency);
  if (!lots) return null;
  return [
    {
      type,
      date,
      isDateAssumed: false,
      accountName: textOf(reader, 'account') ?? context.accountName,
      currency,
      source: { sheet: context.mapping.sheet, row: reader.row.row },
      ...(accountCurrency === null ? {} : { accountCurrency }),
      ...(instrument && { instrument }),
      ...(target && { toInstrument: target }),
      ...(note === null ? {} : { note }),
      ...(lots.length > 0 && { lots }),
      ...(key === null ? {} : { statedKey: key.slice(0, KEY_CHARS_MAX) }),
      ...figures,
    },
  ];
}

function figuresOf(reader: RowReader, isSplit: boolean): Partial<KeylessDraft> {
  const figures: Record<string, unknown> = {};
  for (const [field, key] of FIGURES) {
    const text = textOf(reader, field);
    if (text === null) continue;
    const [first = '', second] = text.split(':');
    const figure = Decimal.parse(first);
    const old = second === undefined ? Decimal.one : Decimal.parse(second);
    const isRatio = isSplit && field === 'quantity';
    if (!figure || !old || (second !== undefined && !isRatio)) {
      reader.say('figure_unreadable', 'error', { field, params: { text } });
    } else if (isRatio) figures['splitRatio'] = { newUnits: figure, oldUnits: old };
    else figures[key] = figure;
  }
  return figures;
}

function instrumentOf(reader: RowReader, currency: string): InstrumentDraft | null {
  return draftOf(reader, currency, {
    symbol: textOf(reader, 'symbol'),
    isin: textOf(reader, 'isin'),
    name: textOf(reader, 'name') ?? textOf(reader, 'identifier'),
    kind: textOf(reader, 'kind'),
    own: textOf(reader, 'instrument_currency'),
  });
}

function targetOf(reader: RowReader, currency: string): InstrumentDraft | null {
  return draftOf(reader, currency, {
    symbol: textOf(reader, 'to_symbol'),
    isin: textOf(reader, 'to_isin'),
    name: textOf(reader, 'to_name') ?? textOf(reader, 'to'),
    kind: textOf(reader, 'to_kind'),
    own: textOf(reader, 'to_currency'),
  });
}

interface Named {
  readonly symbol: string | null;
  readonly isin: string | null;
  readonly name: string | null;
  readonly kind: string | null;
  readonly own: string | null;
}

function draftOf(
  reader: RowReader,
  currency: string,
  { symbol, isin, name, kind, own }: Named,
): InstrumentDraft | null {
  const called = name ?? symbol ?? isin;
  if (called === null) return null;
  if (kind !== null && !isKind(kind)) reader.say('kind_unknown', 'error', { field: 'kind', params: { text: kind } });
  return {
    kind: kind !== null && isKind(kind) ? kind : 'other',
    name: called,
    currency: own ?? currency,
    ...(symbol === null ? {} : { symbol }),
    ...(isin === null ? {} : { isin }),
  };
}

function isKind(text: string): text is InstrumentKind {
  return (INSTRUMENT_KINDS as readonly string[]).includes(text);
}

/** The cell as written, without the guard against formulas; a spreadsheet's number or day is its text. */
function textOf(reader: RowReader, field: Field): string | null {
  const text = unguardedText(reader.cell(field)?.text.trim() ?? '');
  return text === '' ? null : text;
}
