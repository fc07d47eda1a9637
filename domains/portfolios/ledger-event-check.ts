/**
 * What a ledger event needs before the ledger takes it, type by type. Units: quantities, prices and amounts are exact
 * Decimals; `amount` is gross, before fee and tax, and overrides quantity x price.
 * Method: `checkLedgerEvent` decides at the door; behind it every event has what its type needs, so the book never guesses.
 */
import { Decimal, type LocalDate, ok, refuse, type Refusal, type Result } from '#kernel';
import type {
  InstrumentDraft,
  LedgerEventDraft,
  LedgerEventSource,
  LedgerEventType,
  LotPick,
  ManualPriceDraft,
  SplitRatio,
} from './ledger-event.ts';

/** An event with everything its type needs. `amount` is always known and gross; zero for a split. */
export interface LedgerEvent {
  readonly type: LedgerEventType;
  readonly date: LocalDate;
  readonly accountName: string;
  readonly accountCurrency: string | null;
  readonly instrument: InstrumentDraft | null;
  readonly quantity: Decimal | null;
  readonly splitRatio: SplitRatio | null;
  readonly price: Decimal | null;
  readonly currency: string;
  /**
   * Null for a transfer out without a stated value, which leaves at its cost, and for a traspaso without one. Of a merger
   * it is the cash paid on top, of a spin-off the cost that moves.
   */
  readonly amount: Decimal | null;
  readonly fee: Decimal;
  readonly tax: Decimal;
  readonly fx: Decimal | null;
  /** Target of a traspaso, spin-off or merger, and the units of it that arrive. */
  readonly toInstrument: InstrumentDraft | null;
  readonly toQuantity: Decimal | null;
  readonly lots: readonly LotPick[] | null;
  readonly note: string;
  readonly idempotencyKey: string;
  readonly manualPrice: ManualPriceDraft | null;
  readonly source: LedgerEventSource;
}

export type LedgerEventRefusal =
  | 'account_missing'
  | 'account_too_long'
  | 'idempotency_key_missing'
  | 'currency_not_valid'
  | 'instrument_missing'
  | 'instrument_not_expected'
  | 'instrument_name_missing'
  | 'quantity_missing'
  | 'quantity_not_positive'
  | 'split_ratio_not_positive'
  | 'price_or_amount_missing'
  | 'amount_missing'
  | 'amount_not_expected'
  | 'to_missing'
  | 'to_quantity_missing'
  | 'merger_price_missing'
  | 'lots_not_expected'
  | 'lots_too_many'
  | 'lots_differ_from_quantity'
  | 'price_negative'
  | 'amount_negative'
  | 'fee_negative'
  | 'tax_negative'
  | 'fx_not_positive'
  | 'figure_too_precise'
  | 'figure_too_large';

/** What to do about each refusal, for the command line and the API; the web app has its own words in both languages. */
export const LEDGER_EVENT_ADVICE: Readonly<Record<LedgerEventRefusal, string>> = {
  account_missing: 'Name the account the operation belongs to.',
  account_too_long: 'Shorten the account name to 120 characters.',
  idempotency_key_missing: 'Give the operation a key that is the same each time it is sent.',
  currency_not_valid: 'Write the currency as a code such as EUR, USD or USDT.',
  instrument_missing: 'Name what was traded: a symbol, an ISIN or a name.',
  instrument_not_expected: 'This kind of operation moves cash only; leave the instrument empty.',
  instrument_name_missing: 'Give the instrument a name.',
  quantity_missing: 'Write how many units.',
  quantity_not_positive: 'Write the quantity as a positive number; the type says the direction.',
  split_ratio_not_positive: 'Write the split as new units per old unit, for example 2 or 7:3.',
  price_or_amount_missing: 'Write the price of one unit or the gross amount.',
  amount_missing: 'Write the amount.',
  amount_not_expected: 'Free units cost nothing: leave the amount empty, or record what was paid as a purchase.',
  to_missing: 'Name the target instrument: where the units go or which one is new.',
  to_quantity_missing:
    'Write how many units of the target arrive, or the amount that moves and the price of one unit of the target.',
  merger_price_missing:
    'A merger that pays cash needs the price of one new unit, to know which share of the cost the cash is.',
  lots_not_expected: 'Only a sale names the lots it takes; leave the lots empty.',
  lots_too_many: 'Name at most 200 lots in one sale; write the rest as another sale.',
  lots_differ_from_quantity: 'The units of the named lots must add up to the quantity of the sale.',
  price_negative: 'Write a price of zero or more.',
  amount_negative: 'Write the amount as a positive number; the type says the direction.',
  fee_negative: 'Write the fee as zero or more.',
  tax_negative: 'Write the tax as zero or more.',
  fx_not_positive: 'Write the exchange rate as a positive number: account currency per operation currency.',
  figure_too_precise: 'Use at most 18 decimals.',
  figure_too_large: 'Use a figure below 10^18.',
};

const CURRENCY_CODE = /^[A-Z][A-Z0-9]{2,9}$/;
const FRACTION_DIGITS_MAX = 18; // The finest unit any chain uses; a product of two plus an exchange rate still fits a Decimal.
const FIGURE_LIMIT = Decimal.of(10n ** 18n); // No person owns this many units of anything they would track here.
const LOTS_MAX = 200; // What a person can check; a sale of more lots is several sales.
const ACCOUNT_LENGTH_MAX = 120; // Longer is a pasted sentence, not an account.

interface TypeNeeds {
  readonly instrument: 'required' | 'optional' | 'none';
  readonly quantity: 'required' | 'with_instrument' | 'optional';
  readonly amount: 'required' | 'or_charges' | 'optional' | 'cash_part' | 'none';
  /** A refund of a fee or tax, or interest charged, is the same fact with the opposite sign. */
  readonly sign: 'positive' | 'any';
  readonly target?: 'required';
}

const NEEDS: Readonly<Record<LedgerEventType, TypeNeeds>> = {
  buy: { instrument: 'required', quantity: 'required', amount: 'required', sign: 'positive' },
  sell: { instrument: 'required', quantity: 'required', amount: 'required', sign: 'positive' },
  short: { instrument: 'required', quantity: 'required', amount: 'required', sign: 'positive' },
  cover: { instrument: 'required', quantity: 'required', amount: 'required', sign: 'positive' },
  deposit: { instrument: 'none', quantity: 'optional', amount: 'required', sign: 'positive' },
  withdrawal: { instrument: 'none', quantity: 'optional', amount: 'required', sign: 'positive' },
  transfer_in: { instrument: 'optional', quantity: 'with_instrument', amount: 'required', sign: 'positive' },
  transfer_out: { instrument: 'optional', quantity: 'with_instrument', amount: 'optional', sign: 'positive' },
  // A negative dividend is one that a short position pays.
  dividend: { instrument: 'required', quantity: 'optional', amount: 'required', sign: 'any' },
  interest: { instrument: 'optional', quantity: 'optional', amount: 'required', sign: 'any' },
  fee: { instrument: 'optional', quantity: 'optional', amount: 'or_charges', sign: 'any' },
  tax: { instrument: 'optional', quantity: 'optional', amount: 'or_charges', sign: 'any' },
  split: { instrument: 'required', quantity: 'optional', amount: 'none', sign: 'positive' },
  bonus: { instrument: 'required', quantity: 'required', amount: 'none', sign: 'positive' },
  return_of_capital: { instrument: 'required', quantity: 'optional', amount: 'required', sign: 'positive' },
  spinoff: { instrument: 'required', quantity: 'required', amount: 'required', sign: 'positive', target: 'required' },
  merger: { instrument: 'required', quantity: 'required', amount: 'cash_part', sign: 'positive', target: 'required' },
  traspaso: { instrument: 'required', quantity: 'required', amount: 'optional', sign: 'positive', target: 'required' },
  opening: { instrument: 'optional', quantity: 'with_instrument', amount: 'required', sign: 'positive' },
};

/** Checks a draft and completes it. Refuses with the field, the row and what to do; never repairs a figure. */
export function checkLedgerEvent(draft: LedgerEventDraft): Result<LedgerEvent, LedgerEventRefusal> {
  const { type } = draft;
  const needs = NEEDS[type];
  const instrument =
    draft.instrument?.kind === 'cash' && needs.instrument !== 'required' ? undefined : draft.instrument;
  const problem =
    checkNames(draft) ??
    checkFigures(draft) ??
    checkInstrument(draft, needs, instrument) ??
    checkQuantity(draft, needs, instrument) ??
    checkTarget(draft, needs) ??
    checkLots(draft);
  if (problem) return problem;

  const amount = grossAmount(draft, needs);
  if (amount === 'missing') {
    const field = instrument && type !== 'dividend' ? 'price' : 'amount';
    return refuseField(draft, field === 'price' ? 'price_or_amount_missing' : 'amount_missing', field);
  }
  // Two figures that are fine alone can multiply to one that nothing later can hold.
  if (amount && amount.absolute().compare(FIGURE_LIMIT) >= 0) return refuseField(draft, 'figure_too_large', 'amount');
  if (amount && amount.sign < 0 && needs.sign === 'positive') return refuseField(draft, 'amount_negative', 'amount');
  return ok({
    type,
    date: draft.date,
    accountName: draft.accountName.trim(),
    accountCurrency: draft.accountCurrency ?? null,
    instrument: instrument ?? null,
    quantity: type === 'split' || !instrument ? null : (draft.quantity ?? null),
    splitRatio: type === 'split' ? splitRatioOf(draft) : null,
    price: draft.price ?? null,
    currency: draft.currency,
    amount,
    fee: draft.fee ?? Decimal.zero,
    tax: draft.tax ?? Decimal.zero,
    fx: draft.fx ?? null,
    toInstrument: needs.target ? (draft.toInstrument ?? null) : null,
    toQuantity: needs.target ? targetQuantityOf(draft) : null,
    lots: draft.lots && draft.lots.length > 0 ? draft.lots : null,
    note: draft.note ?? '',
    idempotencyKey: draft.idempotencyKey,
    manualPrice: draft.manualPrice ?? null,
    source: draft.source,
  });
}

type Problem = Refusal<LedgerEventRefusal>;

function refuseField(draft: LedgerEventDraft, code: LedgerEventRefusal, field: string): Problem {
  const { sheet, row } = draft.source;
  return refuse(code, { field, type: draft.type, sheet, row, advice: LEDGER_EVENT_ADVICE[code] });
}

function checkNames(draft: LedgerEventDraft): Problem | null {
  const accountName = draft.accountName.trim();
  if (accountName === '') return refuseField(draft, 'account_missing', 'account');
  if (accountName.length > ACCOUNT_LENGTH_MAX) return refuseField(draft, 'account_too_long', 'account');
  if (draft.idempotencyKey === '') return refuseField(draft, 'idempotency_key_missing', 'idempotencyKey');
  if (!CURRENCY_CODE.test(draft.currency)) return refuseField(draft, 'currency_not_valid', 'currency');
  if (draft.accountCurrency !== undefined && !CURRENCY_CODE.test(draft.accountCurrency))
    return refuseField(draft, 'currency_not_valid', 'accountCurrency');
  return null;
}

function checkFigures(draft: LedgerEventDraft): Problem | null {
  const ratio = draft.splitRatio;
  const figures: readonly (readonly [string, Decimal | undefined])[] = [
    ['quantity', draft.quantity],
    ['quantity', ratio?.newUnits],
    ['quantity', ratio?.oldUnits],
    ['price', draft.price],
    ['amount', draft.amount],
    ['fee', draft.fee],
    ['tax', draft.tax],
    ['fx', draft.fx],
    ['toQuantity', draft.toQuantity],
    ['price', draft.manualPrice?.price],
    ...(draft.lots ?? []).map((lot) => ['lots', lot.quantity] as const),
  ];
  for (const [field, figure] of figures) {
    if (figure && figure.scale > FRACTION_DIGITS_MAX) return refuseField(draft, 'figure_too_precise', field);
    if (figure && figure.absolute().compare(FIGURE_LIMIT) >= 0) return refuseField(draft, 'figure_too_large', field);
  }
  if (draft.price && draft.price.sign < 0) return refuseField(draft, 'price_negative', 'price');
  if (draft.fee && draft.fee.sign < 0) return refuseField(draft, 'fee_negative', 'fee');
  if (draft.tax && draft.tax.sign < 0) return refuseField(draft, 'tax_negative', 'tax');
  if (draft.fx && draft.fx.sign <= 0) return refuseField(draft, 'fx_not_positive', 'fx');
  return null;
}

function checkInstrument(
  draft: LedgerEventDraft,
  needs: TypeNeeds,
  instrument: InstrumentDraft | undefined,
): Problem | null {
  if (!instrument)
    return needs.instrument === 'required' ? refuseField(draft, 'instrument_missing', 'instrument') : null;
  if (needs.instrument === 'none') return refuseField(draft, 'instrument_not_expected', 'instrument');
  if (instrument.kind === 'cash') return refuseField(draft, 'instrument_missing', 'instrument');
  if (instrument.name.trim() === '') return refuseField(draft, 'instrument_name_missing', 'instrument');
  if (!CURRENCY_CODE.test(instrument.currency)) return refuseField(draft, 'currency_not_valid', 'instrument');
  return null;
}

function checkQuantity(
  draft: LedgerEventDraft,
  needs: TypeNeeds,
  instrument: InstrumentDraft | undefined,
): Problem | null {
  if (draft.type === 'split') {
    const ratio = splitRatioOf(draft);
    if (!ratio) return refuseField(draft, 'quantity_missing', 'quantity');
    const isPositive = ratio.newUnits.sign > 0 && ratio.oldUnits.sign > 0;
    return isPositive ? null : refuseField(draft, 'split_ratio_not_positive', 'quantity');
  }
  const isNeeded = needs.quantity === 'required' || (needs.quantity === 'with_instrument' && instrument !== undefined);
  if (isNeeded && !draft.quantity) return refuseField(draft, 'quantity_missing', 'quantity');
  if (draft.quantity && draft.quantity.sign <= 0) return refuseField(draft, 'quantity_not_positive', 'quantity');
  return null;
}

function checkTarget(draft: LedgerEventDraft, needs: TypeNeeds): Problem | null {
  if (draft.type === 'bonus' && draft.amount && !draft.amount.isZero)
    return refuseField(draft, 'amount_not_expected', 'amount');
  if (!needs.target) return null;
  const to = draft.toInstrument;
  if (!to || to.kind === 'cash' || to.name.trim() === '') return refuseField(draft, 'to_missing', 'to');
  if (!CURRENCY_CODE.test(to.currency)) return refuseField(draft, 'currency_not_valid', 'to');
  const isCashPaid = draft.type === 'merger' && draft.amount && draft.amount.sign > 0;
  if (isCashPaid && !(draft.price && draft.price.sign > 0)) return refuseField(draft, 'merger_price_missing', 'price');
  const arrives = targetQuantityOf(draft);
  if (!arrives) return refuseField(draft, 'to_quantity_missing', 'toQuantity');
  if (arrives.absolute().compare(FIGURE_LIMIT) >= 0) return refuseField(draft, 'figure_too_large', 'toQuantity');
  return arrives.sign > 0 ? null : refuseField(draft, 'quantity_not_positive', 'toQuantity');
}

function checkLots({ lots, ...draft }: LedgerEventDraft): Problem | null {
  if (!lots || lots.length === 0) return null;
  if (draft.type !== 'sell') return refuseField(draft, 'lots_not_expected', 'lots');
  if (lots.length > LOTS_MAX) return refuseField(draft, 'lots_too_many', 'lots');
  if (lots.some((lot) => lot.quantity.sign <= 0)) return refuseField(draft, 'quantity_not_positive', 'lots');
  const named = Decimal.sum(lots.map((lot) => lot.quantity));
  return draft.quantity?.equals(named) ? null : refuseField(draft, 'lots_differ_from_quantity', 'lots');
}

/**
 * Units of the target that arrive. A spin-off and a merger state them as their quantity. A traspaso's quantity are the
 * units that leave: what arrives is stated, else amount / price, when that price is not the source's own (which it is
 * when it makes the amount out of the quantity).
 */
function targetQuantityOf(draft: LedgerEventDraft): Decimal | null {
  const { type, quantity, price, amount, toQuantity } = draft;
  if (toQuantity) return toQuantity;
  if (type !== 'traspaso') return quantity ?? null;
  if (!amount || !price || price.sign <= 0 || isOwnPrice(draft)) return null;
  return amount.dividedBy(price, FRACTION_DIGITS_MAX, 'half-even');
}

/** True when a traspaso's price is what one unit of its source was worth: alone, or times the quantity the amount. */
export function isOwnPrice({
  quantity,
  price,
  amount,
}: Pick<LedgerEventDraft, 'quantity' | 'price' | 'amount'>): boolean {
  return !amount || Boolean(quantity && price && quantity.times(price).equals(amount));
}

function splitRatioOf(draft: LedgerEventDraft): SplitRatio | null {
  if (draft.splitRatio) return draft.splitRatio;
  return draft.quantity ? { newUnits: draft.quantity, oldUnits: Decimal.one } : null;
}

/** The gross amount: as stated, else quantity x price; `missing` when the type needs one and the draft has none. */
function grossAmount(draft: LedgerEventDraft, needs: TypeNeeds): Decimal | null | 'missing' {
  if (needs.amount === 'none') return Decimal.zero;
  if (needs.amount === 'cash_part') return draft.amount ?? Decimal.zero;
  if (draft.amount) return draft.amount;
  // Units received as interest (staking) are not cash: without a stated amount the row is refused, never read as money.
  const isPaidInUnits = draft.type === 'interest' && draft.instrument !== undefined;
  if (draft.quantity && draft.price && !isPaidInUnits) {
    // Kept to the same 18 decimals as a stated amount, so that every later product fits a Decimal.
    return draft.quantity.times(draft.price).rounded(FRACTION_DIGITS_MAX, 'half-even');
  }
  const ownCharge = draft.type === 'fee' ? draft.fee : draft.type === 'tax' ? draft.tax : undefined;
  // A `fee` row may carry its figure in the fee column (a `tax` row in tax): the charge is counted from that column.
  if (needs.amount === 'or_charges' && ownCharge && !ownCharge.isZero) return Decimal.zero;
  // A cash row may state its figure in the quantity column with no price.
  if (!draft.instrument && draft.quantity && needs.instrument !== 'required') return draft.quantity;
  return needs.amount === 'optional' ? nullUnlessCash(draft) : 'missing';
}

/** Only units of an instrument can leave at their cost; cash needs its figure. */
function nullUnlessCash(draft: LedgerEventDraft): null | 'missing' {
  return draft.instrument && draft.instrument.kind !== 'cash' ? null : 'missing';
}
