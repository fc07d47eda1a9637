/**
 * Random books for property tests: events of every type over two accounts and four instruments, days of two months, with
 * or without cash, and rates and prices to value them. Many events do not fit what is held and are refused: that is tested
 * too. Nothing here is used by the product.
 */
import fc from 'fast-check';
import { Decimal, type LocalDate, localDate } from '#kernel';
import type { FxRate } from './fx-table.ts';
import type { LedgerEventType } from './ledger-event.ts';
import type { BookEvent } from './posting.ts';
import type { ValuationPrice } from './valuation.ts';

export const INSTRUMENTS = ['A', 'B', 'C', 'D'] as const;
export const END: LocalDate = localDate('2026-12-31');
const DAYS = 60;

export const decimal = (max: number, scale: number): fc.Arbitrary<Decimal> =>
  fc.bigInt(1n, BigInt(max)).map((coefficient) => Decimal.of(coefficient, scale));
const figure = fc.oneof(decimal(10_000_000, 2), decimal(1_000_000_000, 8), decimal(1000, 0));
/** Small whole numbers, so that what takes units often fits, and closes some positions exactly. */
const quantity = fc.oneof({ weight: 5, arbitrary: decimal(9, 0) }, { weight: 1, arbitrary: figure });
/** Most of what opens a position is larger than what takes from it. */
const MANY = Decimal.from('10');
const OPENING_TYPES: readonly LedgerEventType[] = ['buy', 'opening', 'transfer_in', 'short'];
/** Mostly sold short; the others are mostly held, because the two are refused together. */
const SHORTED = 'D';
const SHORT_TYPES: readonly LedgerEventType[] = ['short', 'cover'];
const charge = fc.oneof(fc.constant(Decimal.zero), decimal(500, 2));
export const dayAt = (count: number): LocalDate =>
  localDate(new Date(Date.UTC(2026, 0, 1 + count)).toISOString().slice(0, 10));
const day = fc.integer({ min: 0, max: DAYS }).map(dayAt);

/** Purchases are frequent, so that what takes from them often fits. */
const UNIT_TYPES: readonly { readonly weight: number; readonly type: LedgerEventType }[] = [
  { weight: 6, type: 'buy' },
  { weight: 3, type: 'sell' },
  { weight: 3, type: 'short' },
  { weight: 3, type: 'cover' },
  { weight: 1, type: 'opening' },
  { weight: 1, type: 'transfer_in' },
  { weight: 2, type: 'transfer_out' },
  { weight: 2, type: 'dividend' },
  { weight: 1, type: 'split' },
  { weight: 1, type: 'fee' },
  { weight: 1, type: 'bonus' },
  { weight: 2, type: 'spinoff' },
  { weight: 1, type: 'merger' },
  { weight: 2, type: 'return_of_capital' },
  { weight: 3, type: 'traspaso' },
];
const CASH_TYPES: readonly LedgerEventType[] = [
  'deposit',
  'withdrawal',
  'interest',
  'fee',
  'tax',
  'opening',
  'transfer_in',
  'transfer_out',
];
const LINKING_TYPES: readonly LedgerEventType[] = ['spinoff', 'merger', 'traspaso'];

type Drawn = Omit<BookEvent, 'id' | 'sequence'>;

function sharedFields(currencies: readonly string[]) {
  return {
    date: day,
    accountId: fc.constantFrom('one', 'two'),
    accountCurrency: fc.constant('EUR'),
    currency: fc.constantFrom(...currencies),
    fee: charge,
    tax: charge,
    fx: currencies.length > 1 ? fc.oneof(fc.constant(null), decimal(20_000, 4)) : fc.constant(null),
  };
}

function unitEvents(currencies: readonly string[]): fc.Arbitrary<Drawn> {
  const drawn = fc.record({
    ...sharedFields(currencies),
    type: fc.oneof(...UNIT_TYPES.map(({ weight, type }) => ({ weight, arbitrary: fc.constant(type) }))),
    instrumentId: fc.constantFrom(...INSTRUMENTS),
    isAnywhere: fc.integer({ min: 1, max: 8 }).map((roll) => roll === 1),
    target: fc.constantFrom(...INSTRUMENTS),
    quantity,
    toQuantity: quantity,
    amount: figure,
    price: figure,
    splitRatio: fc.record({ newUnits: decimal(9, 0), oldUnits: decimal(9, 0) }),
    isBare: fc.boolean(),
  });
  return drawn.map(({ isBare, isAnywhere, target, ...event }) => {
    const links = LINKING_TYPES.includes(event.type);
    const usual = event.instrumentId === SHORTED && event.type !== 'dividend' ? 'A' : event.instrumentId;
    const own = SHORT_TYPES.includes(event.type) ? SHORTED : usual;
    return {
      ...event,
      instrumentId: isAnywhere ? event.instrumentId : own,
      quantity: OPENING_TYPES.includes(event.type) ? event.quantity.times(MANY) : event.quantity,
      splitRatio: event.type === 'split' ? event.splitRatio : null,
      amount: amountOf(event.type, event.amount, isBare),
      toInstrumentId: links ? target : null,
      toQuantity: links ? event.toQuantity : null,
      lots: null,
    };
  });
}

/** Left out, no amount at all, or small enough for a spin-off to find that much cost. */
function amountOf(type: LedgerEventType, amount: Decimal, isBare: boolean): Decimal | null {
  if (type === 'bonus' || (type === 'merger' && isBare)) return Decimal.zero;
  if ((type === 'transfer_out' || type === 'traspaso') && isBare) return null;
  return type === 'spinoff' && isBare ? amount.rounded(2, 'down').dividedBy(Decimal.from('1000'), 4, 'down') : amount;
}

function cashEvents(currencies: readonly string[]): fc.Arbitrary<Drawn> {
  return fc.record({
    ...sharedFields(currencies),
    type: fc.constantFrom(...CASH_TYPES),
    instrumentId: fc.constant(null),
    quantity: fc.constant(null),
    amount: figure,
    price: fc.constant(null),
    splitRatio: fc.constant(null),
    toInstrumentId: fc.constant(null),
    toQuantity: fc.constant(null),
    lots: fc.constant(null),
  });
}

/** Books in the order they were recorded; each event's day is any. */
export function booksOf(currencies: readonly string[], cash: 'maybe' | 'never' = 'maybe'): fc.Arbitrary<BookEvent[]> {
  return fc
    .boolean()
    .chain((withCash) => {
      const units = { weight: 4, arbitrary: unitEvents(currencies) };
      const own = { weight: 1, arbitrary: cashEvents(currencies) };
      return fc.array(withCash && cash === 'maybe' ? fc.oneof(units, own) : units.arbitrary, {
        maxLength: 40,
        size: 'max',
      });
    })
    .map((events) => events.map((event, index) => ({ ...event, id: `e${index}`, sequence: index })));
}

/** Dollars in euros, known since before the first day. */
export const rates: fc.Arbitrary<FxRate[]> = fc
  .array(fc.record({ date: day, rate: decimal(30_000, 4) }), { minLength: 1, maxLength: 8 })
  .map((rows) =>
    [{ date: localDate('2025-12-31'), rate: Decimal.from('0.9') }, ...rows].map((row) => ({
      from: 'USD',
      to: 'EUR',
      ...row,
    })),
  );

export type Prices = Readonly<Record<(typeof INSTRUMENTS)[number], Decimal>>;
export const prices: fc.Arbitrary<Prices> = fc.record({ A: figure, B: figure, C: figure, D: figure });

/** One price of each instrument, of the last day. */
export function pricesAt(input: Prices, currency = 'EUR'): Map<string, ValuationPrice> {
  return new Map(INSTRUMENTS.map((id) => [id, { price: input[id], currency, date: END }]));
}
