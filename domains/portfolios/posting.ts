/**
 * Postings: one event as balanced double entry. Units: exact amounts of one instrument or one currency.
 * Method: each event's postings sum to zero per instrument and per currency. `settlement` is the account's cash when
 * the account tracks cash and the outside world when it does not (book.ts decides), so postings never change afterwards.
 * A split moves no value and has none; what a transfer out without a stated value is worth, and how many units a merger
 * takes, is known to the lots only.
 */
import { assert, Decimal, type LocalDate, unreachable } from '#kernel';
import type { LedgerEvent } from './ledger-event-check.ts';
import type { LedgerEventType, LotPick, SplitRatio } from './ledger-event.ts';

/** A checked event with its account and instrument resolved to ids: what the book folds. */
export interface BookEvent {
  readonly id: string;
  /** Order of recording within the portfolio; decides between events of one day. */
  readonly sequence: number;
  readonly type: LedgerEventType;
  readonly date: LocalDate;
  readonly accountId: string;
  readonly accountCurrency: string;
  readonly instrumentId: string | null;
  readonly quantity: Decimal | null;
  readonly splitRatio: SplitRatio | null;
  readonly currency: string;
  readonly amount: Decimal | null;
  readonly fee: Decimal;
  readonly tax: Decimal;
  readonly fx: Decimal | null;
  readonly price: Decimal | null;
  /** Where the units or the cost of a traspaso, spin-off or merger go, and how many units arrive there. */
  readonly toInstrumentId: string | null;
  readonly toQuantity: Decimal | null;
  /** The lots a sale names; null lets the method choose. */
  readonly lots: readonly LotPick[] | null;
}

/** A checked event as the book folds it, once its names are resolved. */
export function bookEventOf(
  event: LedgerEvent,
  resolved: Pick<BookEvent, 'id' | 'sequence' | 'accountId' | 'accountCurrency' | 'instrumentId' | 'toInstrumentId'>,
): BookEvent {
  const { type, date, quantity, splitRatio, currency, amount, fee, tax, fx, price, toQuantity, lots } = event;
  return { ...resolved, type, date, quantity, splitRatio, currency, amount, fee, tax, fx, price, toQuantity, lots };
}

/** `exchange` is where one commodity turns into another; `external` and `equity` are outside the portfolio. */
export type PostingLedger = 'holding' | 'settlement' | 'external' | 'equity' | 'income' | 'fee' | 'tax' | 'exchange';

export interface Posting {
  readonly ledger: PostingLedger;
  /** Exactly one of `instrumentId` and `currency` names the commodity. */
  readonly instrumentId: string | null;
  readonly currency: string | null;
  readonly amount: Decimal;
}

/** The balanced postings of an event, without zero lines. */
export function postingsOf(event: BookEvent): readonly Posting[] {
  const postings = [...unitPostings(event), ...moneyPostings(event), ...chargePostings(event)].filter(
    (posting) => !posting.amount.isZero,
  );
  assertBalanced(event, postings);
  return postings;
}

/** True when an account with this event keeps its own cash balance. */
export function definesCash(event: Pick<BookEvent, 'type' | 'instrumentId'>): boolean {
  if (event.instrumentId !== null) return false;
  return ['deposit', 'withdrawal', 'opening', 'transfer_in', 'transfer_out'].includes(event.type);
}

/** True when cash settles in the account's currency at the event's own exchange rate. */
export function isConverted(event: BookEvent): boolean {
  return event.fx !== null && event.accountCurrency !== event.currency;
}

function units(ledger: PostingLedger, instrumentId: string, amount: Decimal): Posting {
  return { ledger, instrumentId, currency: null, amount };
}

function money(ledger: PostingLedger, currency: string, amount: Decimal): Posting {
  return { ledger, instrumentId: null, currency, amount };
}

function unitPostings(event: BookEvent): Posting[] {
  const { instrumentId, quantity, type, toInstrumentId, toQuantity } = event;
  if (!instrumentId) return [];
  const into = (to: string, count: Decimal, outside: PostingLedger = 'exchange'): Posting[] => [
    units('holding', to, count),
    units(outside, to, count.negated()),
  ];
  // Only its lots know how many units a merger takes; what arrives is stated.
  const arrives = toInstrumentId && toQuantity ? into(toInstrumentId, toQuantity) : [];
  if (type === 'merger' || type === 'spinoff' || !quantity) return arrives;
  switch (type) {
    case 'buy':
    case 'cover':
    case 'bonus':
      return into(instrumentId, quantity);
    case 'sell':
    case 'short':
      return into(instrumentId, quantity.negated());
    case 'traspaso':
      return [...into(instrumentId, quantity.negated()), ...arrives];
    case 'transfer_out':
      return into(instrumentId, quantity.negated(), 'external');
    case 'transfer_in':
      return into(instrumentId, quantity, 'external');
    case 'opening':
      return into(instrumentId, quantity, 'equity');
    default:
      return [];
  }
}

/** The gross amount, before charges: from where it comes to where it goes. */
function moneyPostings(event: BookEvent): Posting[] {
  const { currency, type } = event;
  const amount = event.amount ?? Decimal.zero;
  const opposite = amount.negated();
  switch (type) {
    case 'buy':
    case 'cover':
      return [money('exchange', currency, amount), ...settle(event, opposite)];
    case 'sell':
    case 'short':
    case 'return_of_capital':
    // Of a merger the amount is the cash it pays.
    case 'merger':
      return [money('exchange', currency, opposite), ...settle(event, amount)];
    case 'deposit':
      return [money('external', currency, opposite), ...settle(event, amount)];
    case 'withdrawal':
      return [money('external', currency, amount), ...settle(event, opposite)];
    case 'opening':
    case 'transfer_in': {
      const outside = money(type === 'opening' ? 'equity' : 'external', currency, opposite);
      return event.instrumentId ? [outside, money('exchange', currency, amount)] : [outside, ...settle(event, amount)];
    }
    case 'transfer_out': {
      const outside = money('external', currency, amount);
      return event.instrumentId
        ? [outside, money('exchange', currency, opposite)]
        : [outside, ...settle(event, opposite)];
    }
    case 'dividend':
    case 'interest':
      return [money('income', currency, opposite), ...settle(event, amount)];
    case 'fee':
      return [money('fee', currency, amount), ...settle(event, opposite)];
    case 'tax':
      return [money('tax', currency, amount), ...settle(event, opposite)];
    // No money moves: of a spin-off the amount is the cost that moves, of a traspaso the value that changes its fund.
    case 'split':
    case 'bonus':
    case 'spinoff':
    case 'traspaso':
      return [];
    default:
      return unreachable(type);
  }
}

function chargePostings(event: BookEvent): Posting[] {
  const { currency, fee, tax } = event;
  const charges = fee.plus(tax);
  if (charges.isZero) return [];
  return [money('fee', currency, fee), money('tax', currency, tax), ...settle(event, charges.negated())];
}

/** Moves settlement cash, through the event's own exchange rate when the account keeps another currency. */
function settle(event: BookEvent, amount: Decimal): Posting[] {
  if (!isConverted(event) || !event.fx) return [money('settlement', event.currency, amount)];
  const converted = amount.times(event.fx);
  return [
    money('exchange', event.currency, amount),
    money('exchange', event.accountCurrency, converted.negated()),
    money('settlement', event.accountCurrency, converted),
  ];
}

function assertBalanced(event: BookEvent, postings: readonly Posting[]): void {
  const sums = new Map<string, Decimal>();
  for (const posting of postings) {
    const commodity = posting.instrumentId ?? `currency ${posting.currency ?? ''}`;
    sums.set(commodity, (sums.get(commodity) ?? Decimal.zero).plus(posting.amount));
  }
  for (const [commodity, sum] of sums)
    assert(sum.isZero, `postings: event ${event.id} is off by ${sum.toString()} ${commodity}`);
}
