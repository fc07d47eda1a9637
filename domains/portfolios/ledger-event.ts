/**
 * Ledger event draft: what an importer, a form or a script hands to the ledger. One draft is one business fact; the
 * ledger turns it into balanced postings or refuses it by name. Units: quantities in units of the instrument, prices in
 * `currency` per unit, `amount` gross (before fee and tax), `fx` = account currency per event currency, splits carry
 * new units per old unit in `quantity`. Shape and words follow the ledger file contract (docs: `date,type,account,…`).
 */
import type { Decimal, LocalDate } from '#kernel';

/** Closed list of the ledger file contract; extended, never changed. */
export const LEDGER_EVENT_TYPES = [
  'buy',
  'sell',
  'short',
  'cover',
  'deposit',
  'withdrawal',
  'transfer_in',
  'transfer_out',
  'dividend',
  'interest',
  'fee',
  'tax',
  'split',
  'bonus',
  'spinoff',
  'merger',
  'return_of_capital',
  'traspaso',
  'opening',
] as const;
export type LedgerEventType = (typeof LEDGER_EVENT_TYPES)[number];

export const INSTRUMENT_KINDS = ['crypto', 'stock', 'fund', 'etf', 'bond', 'cash', 'other'] as const;
export type InstrumentKind = (typeof INSTRUMENT_KINDS)[number];

/** How a file names an instrument; the ledger finds it by ISIN, then symbol within its kind, then name, or makes it. */
export interface InstrumentDraft {
  readonly kind: InstrumentKind;
  readonly symbol?: string;
  readonly isin?: string;
  readonly name: string;
  /** ISO 4217 code, or the unit of the quote for crypto pairs (`USDT`). */
  readonly currency: string;
}

/** A price the user wrote down; it is used until a provider or a newer manual price exists. */
export interface ManualPriceDraft {
  readonly price: Decimal;
  readonly date: LocalDate;
}

/** Where the fact came from, shown by "Cómo se calcula". `row` is one-based as the spreadsheet shows it. */
export interface LedgerEventSource {
  readonly sheet: string;
  readonly row: number;
}

/** `newUnits` for each `oldUnits`: 2 for 1, 7 for 3, 1 for 10. */
export interface SplitRatio {
  readonly newUnits: Decimal;
  readonly oldUnits: Decimal;
}

/** Units that a sale takes from a lot: named by the day it was opened and, where it is told, by the event that opened it. */
export interface LotPick {
  readonly openedOn: LocalDate;
  readonly openedBy: string | null;
  readonly quantity: Decimal;
}

export interface LedgerEventDraft {
  readonly type: LedgerEventType;
  readonly date: LocalDate;
  readonly accountName: string;
  /** Currency the account is kept in, where the file says it; else its first cash movement does. */
  readonly accountCurrency?: string;
  readonly instrument?: InstrumentDraft;
  readonly quantity?: Decimal;
  /** For a ratio that no decimal writes exactly, such as 7:3; else a split carries new units per old unit in `quantity`. */
  readonly splitRatio?: SplitRatio;
  readonly price?: Decimal;
  readonly currency: string;
  /** Overrides quantity × price; gross, before fee and tax; never negative. */
  readonly amount?: Decimal;
  readonly fee?: Decimal;
  readonly tax?: Decimal;
  readonly fx?: Decimal;
  /** Target of a traspaso, merger or spin-off. */
  readonly toInstrument?: InstrumentDraft;
  /** Units of the target that a traspaso gives; left out, they are amount / price (then the price is the target's). */
  readonly toQuantity?: Decimal;
  /** The lots a sale takes, which add up to its quantity; left out, the method of the ledger chooses. */
  readonly lots?: readonly LotPick[];
  readonly note?: string;
  /** The same fact has the same key in every file; a known key records nothing. Unique per portfolio. */
  readonly idempotencyKey: string;
  readonly manualPrice?: ManualPriceDraft;
  readonly source: LedgerEventSource;
}
