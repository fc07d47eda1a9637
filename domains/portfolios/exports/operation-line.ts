/**
 * Operation line: an event as one line of the ledger contract (`date,type,account,…`), with the columns that make the line
 * say everything the ledger knows, so that reading it back gives the same ledger. Amounts are exact decimal text.
 */
import { Decimal, type LocalDate } from '#kernel';
import type { Field } from '../imports/field.ts';
import type { LedgerEventType, LotPick } from '../ledger-event.ts';
import { lotPicksText } from '../lot-pick.ts';
import type { ColumnKind, ExportColumn, ExportRow } from './export-table.ts';

/** Head of the column, the field the importer reads it as, and what it holds. The first thirteen are the contract. */
export const LEDGER_COLUMNS = [
  ['date', 'date', 'day'],
  ['type', 'type', 'text'],
  ['account', 'account', 'text'],
  ['instrument', 'identifier', 'text'],
  ['quantity', 'quantity', 'figure'],
  ['price', 'price', 'figure'],
  ['currency', 'currency', 'text'],
  ['amount', 'amount', 'figure'],
  ['fee', 'fee', 'figure'],
  ['tax', 'tax', 'figure'],
  ['fx', 'fx', 'figure'],
  ['to', 'to', 'text'],
  ['note', 'note', 'text'],
  ['account_currency', 'account_currency', 'text'],
  ['symbol', 'symbol', 'text'],
  ['isin', 'isin', 'text'],
  ['name', 'name', 'text'],
  ['kind', 'kind', 'text'],
  ['instrument_currency', 'instrument_currency', 'text'],
  ['to_quantity', 'to_quantity', 'figure'],
  ['to_symbol', 'to_symbol', 'text'],
  ['to_isin', 'to_isin', 'text'],
  ['to_name', 'to_name', 'text'],
  ['to_kind', 'to_kind', 'text'],
  ['to_currency', 'to_currency', 'text'],
  ['lots', 'lots', 'text'],
  ['key', 'key', 'text'],
] as const satisfies readonly (readonly [string, Field, ColumnKind])[];

export const OPERATION_COLUMNS: readonly ExportColumn[] = LEDGER_COLUMNS.map(([name, , kind]) => ({ name, kind }));

/** An instrument as a line names it. */
export interface LineInstrument {
  readonly symbol: string | null;
  readonly isin: string | null;
  readonly name: string;
  readonly kind: string;
  readonly currency: string;
}

/** An event as it is stored: decimal text as the database gives it. */
export interface LineEvent {
  readonly type: LedgerEventType;
  readonly date: LocalDate;
  readonly accountName: string;
  readonly accountCurrency: string;
  readonly quantity: string | null;
  readonly splitNewUnits: string | null;
  readonly splitOldUnits: string | null;
  readonly price: string | null;
  readonly currency: string;
  readonly amount: string | null;
  readonly fee: string;
  readonly tax: string;
  readonly fx: string | null;
  readonly toQuantity: string | null;
  readonly note: string;
  /** The lots a sale names; `openedBy` is the key of the event that opened the lot. */
  readonly lots: readonly LotPick[] | null;
  /** What tells that a line read back is this very event. */
  readonly idempotencyKey: string;
}

/** The cells of one event, in the order of `LEDGER_COLUMNS`. */
export function operationLine(
  event: LineEvent,
  { instrument, target }: { readonly instrument: LineInstrument | null; readonly target: LineInstrument | null },
): ExportRow {
  const { splitNewUnits: fresh, splitOldUnits: old } = event;
  const ratio = fresh !== null && old !== null ? ratioText(fresh, old) : null;
  return [
    event.date,
    event.type,
    event.accountName,
    shortName(instrument),
    ratio ?? figureText(event.quantity),
    figureText(event.price),
    event.currency,
    // A split moves no money; its stored zero would say that it does.
    event.type === 'split' || event.type === 'bonus' ? null : figureText(event.amount),
    chargeText(event.fee),
    chargeText(event.tax),
    figureText(event.fx),
    shortName(target),
    event.note === '' ? null : event.note,
    event.accountCurrency,
    instrument?.symbol ?? null,
    instrument?.isin ?? null,
    instrument?.name ?? null,
    instrument?.kind ?? null,
    instrument?.currency ?? null,
    figureText(event.toQuantity),
    target?.symbol ?? null,
    target?.isin ?? null,
    target?.name ?? null,
    target?.kind ?? null,
    target?.currency ?? null,
    event.lots && lotPicksText(event.lots),
    event.idempotencyKey,
  ];
}

/** What a person and a prices file call it. */
export function shortName(instrument: Pick<LineInstrument, 'symbol' | 'isin' | 'name'> | null): string | null {
  return instrument && (instrument.symbol ?? instrument.isin ?? instrument.name);
}

function ratioText(fresh: string, old: string): string {
  const [newUnits, oldUnits] = [Decimal.from(fresh), Decimal.from(old)];
  return oldUnits.equals(Decimal.one) ? newUnits.toString() : `${newUnits.toString()}:${oldUnits.toString()}`;
}

/** Shortest text of a stored figure. */
function figureText(text: string | null): string | null {
  return text === null ? null : Decimal.from(text).toString();
}

function chargeText(text: string): string | null {
  const charge = Decimal.from(text);
  return charge.isZero ? null : charge.toString();
}
