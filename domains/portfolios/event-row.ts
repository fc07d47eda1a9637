/** An event as its table keeps it, and back to what the book folds. Figures travel as exact decimal text. */
import { Decimal, type LocalDate, localDate } from '#kernel';
import type { LedgerEvent } from './ledger-event-check.ts';
import type { LedgerEventType, LotPick } from './ledger-event.ts';
import type { BookEvent } from './posting.ts';

export interface EventRow {
  readonly event_id: string;
  readonly sequence: bigint;
  readonly account_id: string;
  readonly account_currency: string;
  readonly type: LedgerEventType;
  readonly on_date: LocalDate;
  readonly instrument_id: string | null;
  readonly quantity: string | null;
  readonly split_new_units: string | null;
  readonly split_old_units: string | null;
  readonly currency: string;
  readonly amount: string | null;
  readonly fee: string;
  readonly tax: string;
  readonly fx: string | null;
  readonly price: string | null;
  readonly to_instrument_id: string | null;
  readonly to_quantity: string | null;
  readonly lots: readonly LotPickRow[] | null;
}

/** A named lot as the table keeps it, and as a draft travels. */
export interface LotPickRow {
  readonly openedOn: string;
  readonly openedBy: string | null;
  readonly quantity: string;
}

/** Columns of `EventRow`, with the events as `e` and their account as `a`. */
export const EVENT_COLUMNS = `e.event_id, e.sequence, e.account_id, a.currency as account_currency, e.type, e.on_date,
  e.instrument_id, e.quantity, e.split_new_units, e.split_old_units, e.currency, e.amount, e.fee, e.tax, e.fx,
  e.price, e.to_instrument_id, e.to_quantity, e.lots`;

export function bookEventOfRow(row: EventRow): BookEvent {
  const { split_new_units: newUnits, split_old_units: oldUnits } = row;
  return {
    id: row.event_id,
    sequence: Number(row.sequence),
    type: row.type,
    date: row.on_date,
    accountId: row.account_id,
    accountCurrency: row.account_currency,
    instrumentId: row.instrument_id,
    quantity: decimalOrNull(row.quantity),
    splitRatio: newUnits && oldUnits ? { newUnits: Decimal.from(newUnits), oldUnits: Decimal.from(oldUnits) } : null,
    currency: row.currency,
    amount: decimalOrNull(row.amount),
    fee: Decimal.from(row.fee),
    tax: Decimal.from(row.tax),
    fx: decimalOrNull(row.fx),
    price: decimalOrNull(row.price),
    toInstrumentId: row.to_instrument_id,
    toQuantity: decimalOrNull(row.to_quantity),
    lots: row.lots && row.lots.map(lotPickOf),
  };
}

export function decimalOrNull(text: string | null): Decimal | null {
  return text === null ? null : Decimal.from(text);
}

export function lotPickOf({ openedOn, openedBy, quantity }: LotPickRow): LotPick {
  return { openedOn: localDate(openedOn), openedBy, quantity: Decimal.from(quantity) };
}

/** An event ready to be stored. `reverses` names the event it takes back. */
export interface StoredEventInput {
  readonly bookEvent: BookEvent;
  readonly note: string;
  readonly idempotencyKey: string;
  readonly keyRound: number;
  readonly source: LedgerEvent['source'];
  readonly importId: string | null;
  readonly reverses: string | null;
}
